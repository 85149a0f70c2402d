# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.model.change import Change
from tests.unit.lifecycle.images import shown


def test_a_change_is_one_patch_of_what_is_still_missing():
    image = shown(tags=["lifecycle", "old"], os_distro="debian", hw_disk_bus="scsi")
    change = Change(
        set={"name": "new", "os_distro": "debian", "a/b~c": "x"},
        remove=frozenset({"hw_disk_bus", "gone"}),
        add_tags=frozenset({"mine"}),
        remove_tags=frozenset({"old"}),
    )

    assert change.patch(image) == [
        {"op": "add", "path": "/name", "value": "new"},
        {"op": "add", "path": "/a~1b~0c", "value": "x"},
        {"op": "remove", "path": "/hw_disk_bus"},
        {"op": "add", "path": "/tags", "value": ["lifecycle", "mine"]},
    ]


def test_what_a_change_requires_is_asked_of_glance_in_the_same_patch():
    image = shown(lifecycle_run="ours", lifecycle_retired_at="then", note="a")
    change = Change(
        set={"os_hidden": True, "note": "b"},
        remove=frozenset({"lifecycle_run"}),
        requires=frozenset({"lifecycle_run", "lifecycle_retired_at", "note"}),
    )

    assert change.fits(image)
    assert change.patch(image) == [
        {"op": "replace", "path": "/lifecycle_retired_at", "value": "then"},
        {"op": "replace", "path": "/note", "value": "b"},
        {"op": "add", "path": "/os_hidden", "value": True},
        {"op": "remove", "path": "/lifecycle_run"},
    ]


def test_a_change_that_is_there_asks_for_nothing_whatever_it_requires():
    image = shown(os_hidden=True)
    change = Change({"os_hidden": True}, requires=frozenset({"lifecycle_retired_at"}))

    assert change.patch(image) == []
    assert change.is_seen_on(image)
    assert not change.fits(image)
    assert not change.is_empty
    assert Change(requires=frozenset({"name"})).is_empty


def test_each_try_of_a_change_gives_its_mark_a_name_of_its_own():
    change = Change({"note": "a"}, marks={"mark_3_": "x"})

    one, other = (change.patch(shown(), own) for own in ("one", "other"))

    assert one[1] == {"op": "add", "path": "/mark_3_one", "value": "x"}
    assert other[1] == {"op": "add", "path": "/mark_3_other", "value": "x"}
    assert not Change(marks={"mark_3_": "x"}).is_empty


def test_a_mark_is_there_whichever_try_has_left_it():
    change = Change(marks={"mark_3_": "x"})

    assert change.is_seen_on(shown(mark_3_one="y"))
    assert change.is_seen_on(change.on(shown()))
    assert not change.is_seen_on(shown(mark_33_one="x"))


NAMES = st.sampled_from(["name", "os_distro", "a/b", "a~b", "a~1b"])
TAGS = st.frozensets(st.sampled_from(["one", "two", "three"]))


@given(
    st.dictionaries(NAMES, st.text(max_size=3)),
    st.frozensets(NAMES),
    TAGS,
    TAGS,
    TAGS,
)
def test_a_change_is_seen_on_what_has_it_and_on_nothing_else(
    values, remove, tags, add, drop
):
    image = shown(os_distro="debian", tags=sorted(tags))
    change = Change(values, remove - values.keys() - {"name"}, add, drop)

    after = change.on(image)

    assert change.is_seen_on(after)
    assert change.is_seen_on(image) == (
        (after.fields, after.tags) == (image.fields, image.tags)
    )
    assert after.tags == (tags | add) - drop
    assert all(after.fields[name] == value for name, value in values.items())
    assert not change.remove & after.fields.keys()
