# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a JSON patch, a tag and a DELETE do, and to whom they are allowed."""

from __future__ import annotations

from tests.simulation.glance.steps import (
    HIDE,
    SHOW,
    WIDE,
    Ask,
    History,
    act,
    active,
    delete,
    get,
    patch,
    post,
    put,
)

HISTORIES = (
    History(
        "add sets and replaces",
        (
            post(note="a"),
            patch("O", ("add", "note", "b"), ("add", "more", "c")),
            get(),
        ),
    ),
    History(
        "a replace of what isn't there applies nothing of the patch",
        (
            post(),
            patch("O", ("replace", "gone", "x"), HIDE, status=409),
            patch("O", HIDE, ("replace", "gone", "x"), status=409),
            get(),
        ),
    ),
    History(
        "a remove of what isn't there applies nothing of the patch",
        (
            post(),
            patch("O", HIDE, ("remove", "gone"), status=409),
            get(),
        ),
    ),
    History(
        "a replace of what is there is a fence that holds once",
        (
            post(lifecycle_run="r"),
            patch("O", ("remove", "lifecycle_run"), HIDE),
            patch("O", ("remove", "lifecycle_run"), SHOW, status=409),
            get(),
        ),
    ),
    History(
        "operations are applied in their order",
        (
            post(),
            patch("O", ("add", "a", "1"), ("replace", "a", "2"), ("remove", "a")),
            patch("O", ("remove", "a"), status=409),
            get(),
        ),
    ),
    History(
        "one bad operation, and nothing is applied",
        (
            post(),
            patch("O", HIDE, ("add", "note", 5), status=400),
            patch("O", HIDE, ("add", "note", WIDE), status=400),
            patch("O", HIDE, ("add", "status", "active"), status=403),
            patch("O", HIDE, ("add", "os_glance_x", "y"), status=403),
            get(),
        ),
    ),
    History(
        "a test, a move and a copy are no operations",
        (
            post(note="a"),
            patch("O", ("test", "note", "a"), status=400),
            get(),
        ),
    ),
    History("a patch of nothing changes nothing", (post(), patch("O"), get())),
    History(
        "a name, a slash in a name of a property, an empty value",
        (
            post(),
            patch(
                "O",
                ("add", "name", "NAME-2"),
                ("add", "a~1b", ""),
                ("add", "c~0d", "x"),
            ),
            get(),
            patch("O", ("remove", "a~1b"), ("add", "name", None)),
            get(),
        ),
    ),
    History(
        "what every image has can't be removed",
        (
            post(),
            patch("O", ("remove", "name"), status=403),
            patch("O", ("remove", "tags"), status=403),
            patch("O", ("remove", "os_hidden"), status=403),
            get(),
        ),
    ),
    History(
        "tags are replaced whole",
        (
            post(tags=["a", "b"]),
            patch("O", ("replace", "tags", ["b", "c", "c"])),
            get(),
            Ask("owner", "PUT", "/images/{O}/tags/d", None, 204),
            Ask("owner", "DELETE", "/images/{O}/tags/b", None, 204),
            Ask("owner", "DELETE", "/images/{O}/tags/b", None, 404),
            get(),
        ),
    ),
    History(
        "a tag that is refused comes after the rest was saved",
        (
            post(),
            patch("O", ("add", "note", "x"), ("add", "tags", [WIDE]), status=400),
            get(),
        ),
    ),
    History(
        "the disk format changes only while there are no bytes",
        (
            post(),
            patch("O", ("replace", "disk_format", "qcow2")),
            patch("O", ("replace", "disk_format", "raw")),
            put(),
            patch("O", ("replace", "disk_format", "qcow2"), HIDE, status=403),
            patch("O", ("replace", "container_format", "ami"), status=403),
            patch("O", ("replace", "disk_format", "raw"), status=403),
            patch("O", ("replace", "min_disk", 3), ("add", "min_ram", 4)),
            get(),
        ),
    ),
    History(
        "a negative size is refused",
        (
            post(),
            patch("O", ("replace", "min_disk", -1), status=400),
            get(),
        ),
    ),
    History(
        "another project's public image is not anybody's to change",
        (
            *active(visibility="public", who="admin"),
            patch("O", HIDE, who="other", status=403),
            delete(who="other", status=403),
            act("O", "deactivate", who="other", status=403),
            get(),
        ),
    ),
    History(
        "another project's private image can't be found to change",
        (
            *active(visibility="private"),
            patch("O", HIDE, who="other", status=404),
            delete(who="other", status=404),
            act("O", "deactivate", 404, who="other"),
        ),
    ),
    History(
        "an owner goes on changing what an admin has published",
        (
            *active(),
            patch("O", ("replace", "visibility", "public"), status=403),
            patch("O", ("replace", "visibility", "public"), who="admin"),
            patch("O", HIDE, ("add", "name", "NAME-2")),
            get(who="other"),
            patch("O", ("replace", "visibility", "private")),
            get(who="other", status=404),
        ),
    ),
    History(
        "an owner is an admin's to change",
        (
            post(),
            patch("O", ("replace", "owner", "{other}"), status=403),
            patch("O", ("replace", "owner", "{other}"), who="admin"),
            get(who="other"),
        ),
    ),
    History(
        "a patch of what is gone",
        (
            post(),
            delete(),
            patch("O", HIDE, status=404),
            patch("O", HIDE, status=404, who="admin"),
        ),
    ),
    History("two deletes", (post(), delete(), delete(status=404), get(status=404))),
)
