# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a record may be that is made, and which IDs it takes."""

from __future__ import annotations

from typing import Any

from tests.simulation.glance.steps import (
    HIDE,
    WIDE,
    Ask,
    History,
    Purge,
    active,
    delete,
    get,
    patch,
    post,
)

MANY: dict[str, Any] = {f"p{number}": "x" for number in range(128)}
LONG_NAME: dict[str, Any] = {"x" * 255: "y"}
LONGER_NAME: dict[str, Any] = {"x" * 256: "y"}

HISTORIES = (
    History(
        "a value has 65,535 bytes at the most",
        (
            post(note="x" * 65535),
            *(post("N", note="x" * 65536, status=500), get("N", status=404)),
            patch("O", ("add", "note", "x" * 65536), status=500),
            *(patch("O", HIDE), get()),
        ),
    ),
    History(
        "a name of a property has 255 characters at the most",
        (
            *(post("O", 201, "owner", **LONG_NAME), get()),
            post("N", 400, "owner", **LONGER_NAME),
            get("N", status=404),
        ),
    ),
    History(
        "a record is queued, and as it was asked for",
        (
            post(os_hidden=True, min_disk=2, tags=["a", "b"], os_distro="debian"),
            get(),
        ),
    ),
    History(
        "a record that asks for nothing is shared and of this project",
        (
            Ask("owner", "POST", "/images", {"id": "{O}"}, 201),
            get(),
        ),
    ),
    History("a taken ID is refused", (post(), post(status=409, name="NAME-2"), get())),
    History(
        "a taken ID is refused to another project, too",
        (
            post(),
            post(status=409, who="other"),
            get(),
        ),
    ),
    History("a deleted ID stays taken", (post(), delete(), post(status=409))),
    History(
        "a deleted ID is free again once its row is purged",
        (
            *active(note="x"),
            delete(),
            Purge(),
            post(other="y"),
            get(),
        ),
    ),
    History(
        "an ID that is no UUID is refused",
        (Ask("owner", "POST", "/images", {"id": "one", "name": "NAME"}, 400),),
    ),
    History(
        "a public image is an admin's to make",
        (
            post(visibility="public", status=403),
            get(status=404),
        ),
    ),
    History(
        "an admin makes one of another project's",
        (
            post(visibility="public", who="admin", owner="{owner}"),
            get(),
            get(who="other"),
        ),
    ),
    History(
        "an image of another project's is an admin's to make",
        (
            post(owner="{other}", status=403),
            get(status=404),
        ),
    ),
    History("anybody makes a community image", (post(visibility="community"), get())),
    History(
        "a tag of four bytes is refused when the record is made",
        (
            post(tags=["good", WIDE], status=400),
            get(),
            post(status=409),
        ),
    ),
    History(
        "a tag that is too long makes no record",
        (
            post(tags=["x" * 256], status=400),
            get(status=404),
        ),
    ),
    History(
        "a value of four bytes makes no record",
        (
            post(note=WIDE, status=400),
            get(status=404),
        ),
    ),
    History(
        "a name of four bytes makes no record",
        (
            Ask("owner", "POST", "/images", {"id": "{O}", "name": WIDE}, 400),
            get(status=404),
        ),
    ),
    History(
        "values are texts",
        (
            post(note=True, status=400),
            post(note=1, status=400),
            post(note=None, status=400),
            get(status=404),
        ),
    ),
    History(
        "a name has 255 characters at the most",
        (
            Ask("owner", "POST", "/images", {"id": "{O}", "name": "x" * 256}, 400),
            Ask(
                "owner",
                "POST",
                "/images",
                {"id": "{O}", "name": "NAME" + "x" * 200},
                201,
            ),
        ),
    ),
    History("there is room for 128 properties", (post(**MANY), get())),
    History(
        "there is no room for 129",
        (
            post(**MANY, one="more", status=413),
            get(status=404),
        ),
    ),
    History(
        "a patch has no room for 129 either",
        (
            post(**MANY),
            patch("O", ("add", "one", "more"), status=413),
            patch("O", ("remove", "p0"), ("add", "one", "more")),
            patch("O", ("add", "one", "less")),
            get(),
        ),
    ),
    History(
        "what is Glance's own can't be made",
        (
            post(os_glance_import_task="x", status=403),
            post(stores="fast", status=403),
            post(status=403, checksum="x"),
            get(status=404),
        ),
    ),
    History(
        "an unknown disk format is refused",
        (
            post(disk_format="floppy", status=400),
            get(status=404),
        ),
    ),
    History(
        "an unknown visibility is refused",
        (
            post(visibility="secret", status=400),
            get(status=404),
        ),
    ),
    History(
        "a protected record is made at once",
        (
            post(protected=True),
            delete(status=403),
            delete(status=403, who="admin"),
            patch("O", ("add", "protected", False)),
            delete(),
            get(status=404),
        ),
    ),
)
