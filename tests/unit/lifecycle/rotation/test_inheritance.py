# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the next version takes over, and what stays with the one that it is told of."""

from __future__ import annotations

import pytest

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.min_disk import GIB
from osc_imagetools.lifecycle.model.policy import policy_of
from osc_imagetools.lifecycle.rotation.inheritance import (
    carried_min_disk,
    carried_properties,
    carried_tags,
    without_outdated,
)
from tests.unit.lifecycle.images import managed

BOOKWORM = {"os_distro": "debian", "os_version": "12", "architecture": "x86_64"}
TRIXIE = {"os_distro": "debian", "os_version": "13"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("os_distro", True),
        ("hw_disk_bus", True),
        ("Image_Source", True),
        ("our-note", True),
        # Policy: of the family, not of this version.
        ("lifecycle_keep", True),
        ("lifecycle_delete_after", True),
        ("lifecycle_end_at", True),
        ("lifecycle_tag", True),
        ("lifecycle_blocked", True),
        ("lifecycle_history", True),
        ("replace_frequency", True),
        ("provided_until", True),
        ("uuid_validity", True),
        # Ours, of this version.
        ("lifecycle_hold", False),
        ("lifecycle_id", False),
        ("lifecycle_source_digest", False),
        ("lifecycle_of_a_later_release", False),
        # Glance's own.
        ("id", False),
        ("visibility", False),
        ("min_ram", False),
        ("os_hash_algo", False),
        ("checksum", False),
        ("created_at", False),
        ("self", False),
        ("locations", False),
        ("os_glance_importing_to_stores", False),
        # They tell the bytes of one image.
        ("img_signature", False),
        ("img_signature_key_type", False),
        ("signature_verified", False),
        ("owner_specified.openstack.sha256", False),
        ("cinder_encryption_key_id", False),
        ("image_source", False),
        ("image_build_date", False),
        ("patchlevel", False),
        # They tell the server that a snapshot was made of.
        ("base_image_ref", False),
        ("instance_uuid", False),
        ("block_device_mapping", False),
        ("user_id", False),
    ],
)
def test_property_that_somebody_gave_goes_on_and_one_of_the_bytes_does_not(
    name: str, expected: bool
) -> None:
    assert properties.is_carried_over(name) is expected


def test_only_properties_are_carried_over_as_properties() -> None:
    image = managed(
        "one",
        1,
        os_distro="debian",
        lifecycle_keep="3",
        lifecycle_state="active",
        size=7,
        min_ram=512,
        locked_to=None,
    )

    assert carried_properties(image) == {"os_distro": "debian", "lifecycle_keep": "3"}


def test_all_tags_are_carried_over_but_the_one_that_every_version_gets() -> None:
    image = managed("one", 1, tags=["lifecycle", "linux", "octavia"])

    assert carried_tags(image) == {"linux", "octavia"}


def test_policy_is_what_stands_there_of_the_family() -> None:
    image = managed(
        "one",
        1,
        lifecycle_keep="3",
        lifecycle_blocked="",
        uuid_validity="last-3",
        lifecycle_end_at=None,
        lifecycle_hold="audit",
        os_distro="debian",
    )

    assert policy_of(image) == {
        "lifecycle_keep": "3",
        "lifecycle_blocked": "",
        "uuid_validity": "last-3",
    }


@pytest.mark.parametrize(
    ("carried", "told_anew", "left"),
    [
        # As the old URL told it: the new one knows better.
        ({"os_version": "12"}, TRIXIE, {}),
        (BOOKWORM, TRIXIE, {"architecture": "x86_64"}),
        # What somebody gave stays, whatever the URLs tell.
        ({"os_version": "bookworm"}, TRIXIE, {"os_version": "bookworm"}),
        ({"os_admin_user": "debian"}, TRIXIE, {"os_admin_user": "debian"}),
        # A URL that tells nothing leaves it as it is known.
        (BOOKWORM, {}, BOOKWORM),
        ({"os_version": "12"}, {"os_distro": "debian"}, {"os_version": "12"}),
        ({}, TRIXIE, {}),
    ],
)
def test_what_the_old_url_told_gives_way_to_what_the_new_one_tells(
    carried: dict[str, str], told_anew: dict[str, str], left: dict[str, str]
) -> None:
    assert without_outdated(carried, BOOKWORM, told_anew) == left


def test_what_no_url_has_told_before_was_given_by_somebody() -> None:
    assert without_outdated(BOOKWORM, {}, TRIXIE) == BOOKWORM


@pytest.mark.parametrize(
    ("min_disk", "fields", "carried"),
    [
        # What its own bytes need.
        (3, {"virtual_size": 3 * GIB}, 0),
        (3, {"virtual_size": 2 * GIB + 1}, 0),
        (1, {"virtual_size": 1}, 0),
        (1, {"virtual_size": 0}, 0),
        (3, {"virtual_size": None, "size": 3 * GIB, "disk_format": "raw"}, 0),
        # More: a person has set it.
        (4, {"virtual_size": 3 * GIB}, 4),
        (2, {"virtual_size": 1}, 2),
        (4, {"virtual_size": None, "size": 3 * GIB, "disk_format": "raw"}, 4),
        # Less: that is no minimum.
        (2, {"virtual_size": 3 * GIB}, 0),
        # Nobody knows what they need.
        (3, {"virtual_size": None, "size": 3 * GIB, "disk_format": "vmdk"}, 3),
        (0, {"virtual_size": None, "size": None, "disk_format": None}, 0),
    ],
)
def test_F119_min_disk_goes_on_where_a_person_has_set_it(min_disk, fields, carried):
    image = managed("a", 1, min_disk=min_disk, **fields)

    assert carried_min_disk(image) == carried
