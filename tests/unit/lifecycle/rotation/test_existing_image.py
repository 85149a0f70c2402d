# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which images can be a family's next version, and what they become."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.rotation.existing_image import ExistingImage
from tests.unit.lifecycle.images import HERE, OWNER, managed, shown

CURRENT = managed("two", 2, lifecycle_published_at="2026-03-02T00:00:00Z", size=7)
EARLIER = managed(
    "one", 1, lifecycle_published_at="2026-03-01T00:00:00Z", size=7, os_hidden=True
)
STAGED = managed("three", 3, lifecycle_state="staged", size=7, os_hidden=True)


def existing(image: Image, **wanted: Any) -> ExistingImage:
    versions = (EARLIER, CURRENT, image)
    described = ExistingImage(
        image,
        Family.of(OWNER, "debian-13", versions),
        visibility="public",
        properties={},
        said={},
        tags=frozenset(),
        min_disk=0,
        min_ram=0,
    )
    return replace(described, **wanted)


def staged(image: Image, **wanted: Any) -> Image:
    """*image* once it is the family's version of the number 4."""
    return existing(image, **wanted).staged(4).on(image)


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (shown("other", size=7), None),
        (STAGED, None),
        # Said again when its run has ended, or has died after it was shown.
        (CURRENT, None),
        (EARLIER, "rollback --to"),
        (shown("other", size=0), "no data of its own"),
        (shown("other", size=None), "no data of its own"),
        (shown("other", size=7, status="queued"), "its data is not complete yet"),
        (
            shown("other", size=7, status="deactivated"),
            "to allow its use: openstack image set --activate other",
        ),
        (shown("other", size=7, lifecycle_run="x"), "a run is importing it"),
        (managed("x", 4, size=7, lifecycle_family="else"), "version of 'else'"),
        # Deprecated, and never a version: it has no number.
        (managed("x", 0, size=7, lifecycle_family="else"), None),
        # A copy of a version, that says nothing of itself.
        (managed("x", 4, size=7, lifecycle_family="else", lifecycle_id="y"), None),
        (Image.from_glance({**EARLIER.fields, "id": "copy"}), None),
    ],
)
def test_what_was_current_before_and_is_not_now_is_for_a_rollback(
    image: Image, words: str | None
) -> None:
    fault = existing(image).fault(HERE)

    assert (fault is None) == (words is None)
    assert (words or "") in (fault or "")


SNAPSHOT = shown(
    "shot",
    size=7,
    created_at="2026-03-08T10:00:00Z",
    base_image_ref="one",
    instance_uuid="server",
    image_type="snapshot",
    image_source="https://vendor.example/debian.qcow2",
    image_build_date="2025-01-01",
    patchlevel="7",
    lifecycle_id="one",
    lifecycle_family="debian-13",
    lifecycle_version="20250101",
    lifecycle_keep="9",
    lifecycle_run="x",
    lifecycle_deprecated_at="2026-01-01T00:00:00Z",
    os_distro="debian",
    our_note="x",
)
ON_ITS_WAY_OUT = {
    "lifecycle_deprecated_at": "2026-01-01T00:00:00Z",
    "lifecycle_obsolete_at": "2026-01-01T00:00:00Z",
    "lifecycle_delete_at": "2027-01-01T00:00:00Z",
    "lifecycle_retired_at": "2026-01-01T00:00:00Z",
    "lifecycle_replacement": "two",
    "lifecycle_reason": "x",
    "lifecycle_before": "{}",
}


def test_image_becomes_a_version_that_is_hidden_and_bears_its_own_name() -> None:
    image = staged(shown("other", size=7, name="by-packer"), tags=frozenset({"linux"}))

    assert image.is_managed
    assert (image.family, image.generation, image.version) == ("debian-13", 4, "4")
    assert image.text("lifecycle_state") == "staged"
    assert (image.name, image.hidden, image.visibility) == ("by-packer", True, "public")
    assert image.tags == {"lifecycle", "linux"}


@pytest.mark.parametrize(
    "image",
    [
        managed("three", 3, size=7, **ON_ITS_WAY_OUT),
        shown("other", size=7, **ON_ITS_WAY_OUT),
    ],
    ids=["managed", "not managed"],
)
def test_version_that_is_to_come_is_not_on_its_way_out(image: Image) -> None:
    after = staged(image)

    assert not ON_ITS_WAY_OUT.keys() & after.fields.keys()


def test_date_that_is_said_of_the_new_version_stays() -> None:
    image = managed("three", 3, size=7, **ON_ITS_WAY_OUT)
    wanted = {"lifecycle_delete_at": "2028-01-01T00:00:00Z"}

    after = staged(image, said=wanted)

    assert after.text("lifecycle_delete_at") == "2028-01-01T00:00:00Z"


def test_snapshot_forgets_its_server_and_the_build_that_this_was_made_of() -> None:
    after = staged(SNAPSHOT)

    assert after.text("image_build_date") == "2026-03-08"
    assert after.version == "20260308"
    assert {*after.fields} - {*shown().fields} == {
        "size",
        "created_at",
        "os_distro",
        "our_note",
        "min_disk",
        "min_ram",
        "image_build_date",
        "lifecycle_id",
        "lifecycle_family",
        "lifecycle_version",
        "lifecycle_generation",
        "lifecycle_state",
    }


def test_image_that_is_no_snapshot_keeps_what_it_says_of_its_build() -> None:
    fields = {
        "image_source": "https://vendor.example/debian.qcow2",
        "image_build_date": "2026-02-27",
        "patchlevel": "7",
    }

    after = staged(shown("other", size=7, lifecycle_keep="9", **fields))

    assert {name: after.text(name) for name in fields} == fields
    assert after.version == "20260227"
    assert after.text("lifecycle_keep") is None


def test_version_keeps_what_was_written_for_it_whatever_server_it_came_from() -> None:
    fields = {"image_source": "x", "patchlevel": "7", "lifecycle_keep": "9"}
    image = managed("three", 3, size=7, base_image_ref="one", **fields)

    after = staged(image)

    assert {name: after.text(name) for name in fields} == fields
    assert "base_image_ref" not in after.fields


def test_own_property_outranks_one_carried_over_and_gives_way_to_one_said() -> None:
    image = shown("other", size=7, os_version="13", os_admin_user="root", own="x")
    carried = {"os_distro": "debian", "os_version": "12", "os_admin_user": "debian"}
    said = {"os_admin_user": "cloud"}

    after = staged(image, properties=carried, said=said)

    assert after.text("os_distro") == "debian"
    assert after.text("os_version") == "13"
    assert after.text("os_admin_user") == "cloud"
    assert after.text("own") == "x"


def test_policy_that_a_stranger_inherited_gives_way_to_that_of_the_family() -> None:
    carried = {"lifecycle_keep": "3"}

    assert staged(SNAPSHOT, properties=carried).text("lifecycle_keep") == "3"


@pytest.mark.parametrize(
    ("fields", "wanted", "expected"),
    [
        ({}, (0, 0), (0, 0)),
        ({"min_disk": 3, "min_ram": 512}, (2, 256), (3, 512)),
        ({"min_disk": 3, "min_ram": 512}, (4, 1024), (4, 1024)),
        ({"min_disk": None, "min_ram": None}, (0, 0), (0, 0)),
        ({}, (1, 1), (1, 1)),
        ({"virtual_size": 10 << 30}, (0, 0), (10, 0)),
        ({"virtual_size": 10 << 30}, (12, 0), (12, 0)),
    ],
)
def test_version_asks_for_as_much_as_it_or_the_family_did(
    fields: dict[str, Any], wanted: tuple[int, int], expected: tuple[int, int]
) -> None:
    disk, ram = wanted

    after = staged(shown("other", size=7, **fields), min_disk=disk, min_ram=ram)

    assert (after.min_disk, after.fields["min_ram"]) == expected


def test_build_date_is_the_one_said_or_the_images_own_or_that_of_its_record() -> None:
    dated = shown("other", size=7, created_at="2026-03-08T10:00:00Z")
    saying = shown("other", size=7, image_build_date="2026-02-27")
    undated = shown("other", size=7)

    assert existing(dated).built == date(2026, 3, 8)
    assert existing(saying).built == date(2026, 2, 27)
    assert existing(saying, build_date=date(2026, 1, 2)).built == date(2026, 1, 2)
    assert existing(undated).built is None
    assert "image_build_date" not in staged(undated).fields


@pytest.mark.parametrize(
    ("image", "label", "expected"),
    [
        (STAGED, None, "20260303"),
        (STAGED, "mine", "mine"),
        (managed("three", 3, lifecycle_version=""), None, "4"),
        (shown("other", lifecycle_version="inherited"), None, "4"),
        (shown("other", image_build_date="2026-02-27"), None, "20260227"),
        # The label of another version.
        (shown("other", image_build_date="2026-03-02"), None, "20260302.2"),
        (shown("other", image_build_date="2026-02-27"), "mine", "mine"),
    ],
)
def test_label_is_the_one_said_or_its_own_or_a_free_one_of_its_day(
    image: Image, label: str | None, expected: str
) -> None:
    assert existing(image, label=label).label_of(4) == expected


@pytest.mark.parametrize(
    ("image", "is_version", "is_staged"),
    [
        (STAGED, True, True),
        (CURRENT, True, False),
        (EARLIER, True, False),
        (Image.from_glance(STAGED.fields | {"id": "copy"}), False, False),
        (managed("x", 4, lifecycle_family="else"), False, False),
    ],
)
def test_number_counts_that_is_above_the_current_versions(
    image: Image, is_version: bool, is_staged: bool
) -> None:
    described = existing(image)

    assert (described.is_version, described.is_staged) == (is_version, is_staged)
