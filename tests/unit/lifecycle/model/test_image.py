# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from datetime import datetime, timezone

import pytest

from osc_imagetools.lifecycle.model.image import Image
from tests.unit.lifecycle.images import managed, shown


def test_what_inherited_our_properties_is_not_managed():
    snapshot = managed("original", 3, id="snapshot")

    assert managed("original", 3).is_managed
    assert not snapshot.is_managed


def test_without_a_family_it_is_not_managed():
    assert not shown("one", lifecycle_id="one").is_managed


@pytest.mark.parametrize("broken", ["", "x", "-1", "1.5", "٣", None])
def test_a_broken_generation_ranks_below_all(broken):
    assert shown("one", lifecycle_generation=broken).generation == 0


def test_a_record_has_what_glance_shows():
    answered = {
        "id": "one",
        "name": "debian-13",
        "owner": "project",
        "status": "active",
        "visibility": "public",
        "os_hidden": True,
        "protected": True,
        "size": 1,
        "virtual_size": 2,
        "disk_format": "qcow2",
        "container_format": "bare",
        "min_disk": 3,
        "os_hash_algo": "sha512",
        "os_hash_value": "aa",
        "created_at": "2026-03-01T04:05:06Z",
        "updated_at": "2026-03-02T04:05:06Z",
        "tags": ["lifecycle"],
        "os_distro": "debian",
    }

    image = Image.from_glance(answered)

    assert image == Image(
        id="one",
        name="debian-13",
        owner="project",
        status="active",
        visibility="public",
        hidden=True,
        protected=True,
        size=1,
        virtual_size=2,
        disk_format="qcow2",
        container_format="bare",
        min_disk=3,
        hash_algorithm="sha512",
        hash_value="aa",
        created_at=datetime(2026, 3, 1, 4, 5, 6, tzinfo=timezone.utc),
        updated_at=datetime(2026, 3, 2, 4, 5, 6, tzinfo=timezone.utc),
        tags=frozenset({"lifecycle"}),
    )
    assert image.fields == answered


def test_a_record_of_little_has_what_stands_for_nothing():
    known = {"id": "one", "status": "queued", "visibility": "shared"}

    image = Image.from_glance(known)

    assert image == Image("one", "", "", "queued", "shared", hidden=False)
    assert (image.min_disk, image.protected, image.tags) == (0, False, frozenset())


@pytest.mark.parametrize("value", [None, 1, True, ["text"]])
def test_what_is_no_text_is_no_value_of_a_property(value):
    assert shown(lifecycle_reason=value).text("lifecycle_reason") is None
