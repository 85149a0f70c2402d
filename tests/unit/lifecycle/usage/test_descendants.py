# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from osc_imagetools.lifecycle.usage.descendants import descendants
from osc_imagetools.lifecycle.usage.uses import Kind
from tests.unit.lifecycle.images import shown


def made_of(parent: str, image_id: str, **fields):
    return shown(image_id, base_image_ref=parent, **fields)


def test_those_of_descendants_are_descendants():
    images = [made_of("a", "b"), made_of("b", "c"), made_of("x", "y"), shown("z")]

    told = descendants(images, ["a", "z"], each=True)

    assert {use.id for use in told.tallies["a"].uses} == {"b", "c"}
    assert told.tallies.keys() == {"a"}
    assert told.gaps == ()


def test_each_counts_once_and_a_circle_has_an_end():
    circle = [made_of("a", "b"), made_of("b", "a"), made_of("c", "c")]

    told = descendants([*circle, *circle], ["a", "c"], each=False)

    assert told.tallies["a"].counts[Kind.IMAGE] == 1
    assert told.tallies["a"].uses == []
    assert "c" not in told.tallies


def test_what_is_being_deleted_is_none():
    told = descendants([made_of("a", "b", status="deleted")], ["a"], each=False)

    assert told.tallies == {}
