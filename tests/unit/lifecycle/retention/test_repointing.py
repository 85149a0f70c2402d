# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from osc_imagetools.lifecycle.retention import Action, repointings
from tests.unit.lifecycle.images import managed, shown


def version(number: int, replacement: str | None = None, **fields):
    told = {"lifecycle_replacement": replacement} if replacement else {}
    return managed(f"id{number}", number, **told, **fields)


@pytest.mark.parametrize(
    ("images", "gone", "becomes"),
    [
        ([version(1, "id2"), version(2, "id3")], ["id2"], {"id1": "id3"}),
        (
            [version(1, "id2"), version(2, "id3"), version(3, "id4")],
            ["id2", "id3"],
            {"id1": "id4"},
        ),
        ([version(1, "id2"), version(2)], ["id2"], {"id1": "family:debian-13"}),
        (
            [version(1, "id2"), version(2, "id3"), version(3, "id2")],
            ["id2", "id3"],
            {"id1": "family:debian-13"},
        ),
        ([version(1, "id2"), version(2, "id2")], ["id2"], {"id1": "family:debian-13"}),
        (
            [version(1, "id2"), version(2, "family:debian-14")],
            ["id2"],
            {"id1": "family:debian-14"},
        ),
        # It would replace itself.
        ([version(1, "id2"), version(2, "id1")], ["id2"], {"id1": "family:debian-13"}),
        (
            [
                version(1, "id2"),
                version(2, "id3"),
                version(3, "id1"),
                version(4, "id2"),
            ],
            ["id2", "id3"],
            {"id1": "family:debian-13", "id4": "id1"},
        ),
        # Of another family: that of the one that goes.
        (
            [
                version(1, "id2", lifecycle_family="debian-12"),
                version(2),
            ],
            ["id2"],
            {"id1": "family:debian-13"},
        ),
        ([version(1, "id3"), version(2)], ["id2"], {}),
        ([version(1, "id2"), version(2)], ["id1", "id2"], {}),
        ([shown("id1", lifecycle_replacement="id2"), version(2)], ["id2"], {}),
    ],
)
def test_what_names_a_deleted_one_names_what_replaced_that(images, gone, becomes):
    going = [image for image in images if image.id in gone]

    found = {
        item.image.id: item.change.set["lifecycle_replacement"]
        for item in repointings(images, going)
    }

    assert found == becomes


def test_what_is_repointed_tells_from_where_and_only_while_it_names_one():
    [item] = repointings([version(1, "id2"), version(2, "id3")], [version(2, "id3")])

    assert (item.action, item.going) == (Action.REPOINT, "id2")
    assert item.reason == "its replacement id2 is about to be deleted"
    assert item.change.requires == {"lifecycle_replacement"}
    assert not item.change.fits(version(1))
