# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.change import Change
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
