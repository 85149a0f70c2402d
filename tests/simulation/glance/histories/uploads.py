# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes that come, and what is done to the image meanwhile."""

from __future__ import annotations

from tests.simulation.glance.steps import (
    HIDE,
    Ask,
    Begin,
    Cut,
    Finish,
    History,
    Lies,
    act,
    active,
    delete,
    get,
    patch,
    post,
    put,
)

UPLOAD = Begin("/images/{O}/file")

HISTORIES = (
    History(
        "bytes lie in a store until their image is deleted",
        (post(), Lies("O"), put(), Lies("O", ("fast",)), delete(), Lies("O")),
    ),
    History(
        "an upload that is cut leaves no bytes, nor does one whose image is deleted",
        (
            *(post(), UPLOAD, Cut(), Lies("O"), delete()),
            *(post("N"), Begin("/images/{N}/file"), delete("N"), Finish(410)),
            Lies("N"),
        ),
    ),
    History(
        "a format that is refused leaves its bytes until the record is deleted",
        (
            *(post(disk_format="qcow2"), put(status=415), Lies("O", ("fast",))),
            *(delete(), Lies("O")),
        ),
    ),
    History(
        "bytes make an image active",
        (
            *active(),
            get(),
            Ask("owner", "GET", "/images/{O}/file"),
        ),
    ),
    History(
        "an image without bytes has none to give",
        (
            post(),
            Ask("owner", "GET", "/images/{O}/file", None, 204),
        ),
    ),
    History(
        "an active image takes no other bytes", (*active(), put(status=409), get())
    ),
    History(
        "bytes without a format are refused",
        (
            Ask("owner", "POST", "/images", {"id": "{O}", "name": "NAME"}, 201),
            put(status=400),
            get(),
        ),
    ),
    History(
        "bytes of another format are refused, and stay in the way of others",
        (
            post(disk_format="qcow2"),
            put(status=415),
            get(),
            patch("O", ("replace", "disk_format", "raw")),
            put(status=500),
            get(),
            delete(),
        ),
    ),
    History(
        "bytes are the owner's to send",
        (
            post(visibility="community"),
            put(who="other", status=403),
            get(),
            put(),
            get(),
        ),
    ),
    History(
        "bytes go to the store that is named",
        (
            post(),
            Ask(
                "owner",
                "PUT",
                "/images/{O}/file",
                b"x",
                400,
                headers={"X-Image-Meta-Store": "nowhere"},
            ),
            Ask(
                "owner",
                "PUT",
                "/images/{O}/file",
                b"x",
                204,
                headers={"X-Image-Meta-Store": "slow"},
            ),
            get(),
        ),
    ),
    History(
        "an image is saving while its bytes come",
        (
            post(),
            UPLOAD,
            get(),
            Finish(),
            get(),
        ),
    ),
    History(
        "an upload that is cut leaves the record queued, to be filled again",
        (
            post(note="x"),
            UPLOAD,
            Cut(),
            get(),
            put(),
            get(),
        ),
    ),
    History(
        "a patch while bytes come is undone",
        (
            post(note="x"),
            UPLOAD,
            patch("O", HIDE, ("add", "note", "y")),
            get(),
            Finish(),
            get(),
        ),
    ),
    History(
        "a patch while bytes come is undone by a cut, too",
        (
            post(note="x"),
            UPLOAD,
            patch("O", HIDE, ("add", "more", "y")),
            get(),
            Cut(),
            get(),
        ),
    ),
    History(
        "tags while bytes come are undone",
        (
            post(tags=["a"]),
            UPLOAD,
            patch("O", ("replace", "tags", ["b"])),
            get(),
            Finish(),
            get(),
        ),
    ),
    History(
        "a second upload beside the first is refused",
        (
            post(),
            UPLOAD,
            put(status=409),
            get(),
            Finish(),
            get(),
        ),
    ),
    History(
        "an image is deleted while its bytes come",
        (
            post(),
            UPLOAD,
            delete(),
            get(status=404),
            Finish(410),
            get(status=404),
        ),
    ),
    History(
        "an image is deleted by an admin while its bytes come",
        (
            post(),
            UPLOAD,
            delete(who="admin"),
            Finish(410),
            get(status=404),
        ),
    ),
    History(
        "an admin's own is deleted while its bytes come",
        (
            post(who="admin"),
            Begin("/images/{O}/file", "admin"),
            delete(who="admin"),
            Finish(410),
            get(status=404),
            get(status=404, who="admin"),
        ),
    ),
    History(
        "an image that was deleted while its bytes arrived stays so when they break",
        (
            post(),
            UPLOAD,
            delete(),
            Cut(),
            get(status=404),
            post(status=409),
        ),
    ),
    History(
        "nothing is deactivated while its bytes come",
        (
            post(),
            UPLOAD,
            act("O", "deactivate", 403),
            Finish(),
            get(),
        ),
    ),
)
