# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What Glance fetches by itself."""

from __future__ import annotations

from tests.simulation.glance.steps import (
    HIDE,
    Ask,
    Begin,
    Cut,
    Finish,
    History,
    Hold,
    Lies,
    Settle,
    act,
    active,
    delete,
    get,
    order,
    patch,
    post,
    put,
)

STAGE = Begin("/images/{O}/stage")

SLOW = order("O", "web-download", uri="{slow}")

HISTORIES = (
    History(
        "what is done to an image that Glance imports",
        (
            *(post(note="x"), SLOW, Hold("/images/{O}"), get()),
            *(put(status=409), act("O", "deactivate", 403)),
            order("O", "web-download", 409, uri="{url}"),
            *(patch("O", HIDE, ("add", "note", "y")), get()),
            *(Settle("/images/{O}"), get(), Lies("O", ("fast",))),
        ),
    ),
    History(
        "an image is deleted while Glance imports it",
        (
            *(post(note="x"), SLOW, Hold("/images/{O}"), delete(), get(status=404)),
            *(Settle("/images/{O}"), get(status=404), Lies("O")),
        ),
    ),
    History(
        "an import from a URL",
        (
            post(note="x"),
            order("O", "web-download", uri="{url}"),
            Settle("/images/{O}"),
            get(),
            Ask("owner", "GET", "/images/{O}/tasks"),
            Ask("owner", "GET", "/images/{O}/file"),
        ),
    ),
    History(
        "an import from a URL that isn't there",
        (
            post(note="x"),
            order("O", "web-download", uri="{missing}"),
            Settle("/images/{O}"),
            get(),
            Ask("owner", "GET", "/images/{O}/tasks"),
            put(),
            get(),
        ),
    ),
    History(
        "an import from a URL that Glance may not fetch",
        (
            post(),
            Ask(
                "owner",
                "POST",
                "/images/{O}/import",
                {"method": {"name": "web-download", "uri": "ftp://host/x"}},
                400,
                says="does not pass filtering",
            ),
            get(),
        ),
    ),
    History(
        "an import into several stores",
        (
            post(),
            order("O", "web-download", uri="{url}", all_stores=True),
            Settle("/images/{O}"),
            get(),
            delete(),
            get(status=404),
        ),
    ),
    History(
        "an import into a store that isn't there",
        (
            post(),
            order("O", "web-download", 409, uri="{url}", stores=["nowhere"]),
            get(),
        ),
    ),
    History(
        "an import of what is staged",
        (
            post(note="x"),
            order("O", "glance-direct", 409),
            STAGE,
            get(),
            Finish(),
            get(),
            order("O", "glance-direct", stores=["slow", "fast"]),
            Settle("/images/{O}"),
            get(),
            Ask("owner", "GET", "/images/{O}/tasks"),
        ),
    ),
    History("a stage that is cut", (post(), STAGE, Cut(), get())),
    History(
        "an image that is staged takes no upload",
        (
            post(),
            STAGE,
            Finish(),
            put(status=409),
            get(),
            delete(),
            get(status=404),
        ),
    ),
    History(
        "an active image takes no import",
        (
            *active(),
            order("O", "web-download", 409, uri="{url}"),
            get(),
        ),
    ),
    History(
        "imports and tasks of others can't be found",
        (
            post(visibility="private"),
            Ask("other", "GET", "/images/{O}/tasks", None, 404),
            Ask(
                "other",
                "POST",
                "/images/{O}/import",
                {"method": {"name": "web-download", "uri": "{url}"}},
                404,
            ),
        ),
    ),
)
