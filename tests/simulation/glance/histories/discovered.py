# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the cloud tells of itself, and of whom it knows."""

from __future__ import annotations

from tests.simulation.glance.steps import (
    Ask,
    History,
    get,
    post,
)

HISTORIES = (
    History(
        "what the cloud offers",
        (
            Ask("owner", "GET", "/info/import"),
            Ask("owner", "GET", "/info/stores"),
            Ask("admin", "GET", "/info/stores/detail"),
            Ask("owner", "GET", "/info/stores/detail", None, 403),
            Ask("owner", "GET", "/info/usage"),
            Ask("owner", "GET", "/versions"),
            Ask("owner", "GET", "/info/nothing", None, 404),
        ),
    ),
    History(
        "a token that has ended",
        (
            Ask("nobody", "GET", "/images", None, 401),
            post(),
            Ask("nobody", "PATCH", "/images/{O}", [], 401),
            Ask("nobody", "DELETE", "/images/{O}", None, 401),
            get(),
        ),
    ),
)
