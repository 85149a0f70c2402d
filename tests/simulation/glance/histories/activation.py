# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes that are kept back, and given again."""

from __future__ import annotations

from tests.simulation.glance.steps import (
    HIDE,
    Ask,
    History,
    Lies,
    act,
    active,
    delete,
    get,
    patch,
    post,
)

HISTORIES = (
    History(
        "bytes of a deactivated image stay for ever when its owner deletes it",
        (*active(), act("O", "deactivate"), delete(), Lies("O", ("fast",))),
    ),
    History(
        "an admin deletes its bytes, too",
        (*active(), act("O", "deactivate"), delete(who="admin"), Lies("O")),
    ),
    History(
        "so does an owner who has reactivated it",
        (
            *(*active(), act("O", "deactivate"), act("O", "reactivate")),
            *(delete(), Lies("O")),
        ),
    ),
    History(
        "a deactivated image gives its bytes to admins alone",
        (
            *active(),
            act("O", "deactivate"),
            get(),
            act("O", "deactivate"),
            Ask("owner", "GET", "/images/{O}/file", None, 403),
            Ask("admin", "GET", "/images/{O}/file"),
            get(who="admin"),
            act("O", "reactivate"),
            act("O", "reactivate"),
            get(),
            Ask("owner", "GET", "/images/{O}/file"),
        ),
    ),
    History(
        "a record without bytes can't be deactivated",
        (
            post(),
            act("O", "deactivate", 403),
            act("O", "reactivate", 403),
            get(),
        ),
    ),
    History(
        "a deactivated image is changed and deleted",
        (
            *active(),
            act("O", "deactivate"),
            patch("O", HIDE),
            get(),
            delete(),
            get(status=404),
        ),
    ),
)
