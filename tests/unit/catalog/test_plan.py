# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from datetime import date

import pytest

from osc_imagetools.catalog.definitions import (
    LATEST,
    FamilyDefinition,
    FilePlace,
    VersionDefinition,
)
from osc_imagetools.catalog.family_plan import FamilyAction
from osc_imagetools.catalog.plan import Site, plan
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.rotation.fingerprint import Offered
from tests.unit.lifecycle.images import HERE, OWNER, managed, shown

NAME = "debian-13"
PLACE = FilePlace("images.yml", 1, 1)
PUBLISHED = {"lifecycle_published_at": "2026-03-01T00:00:00Z"}
OUT = {"os_hidden": True, "lifecycle_state": "deprecated"}


def version(label, **fields):
    return VersionDefinition(label, f"https://a.example/{label}.img", PLACE, **fields)


def definition(*versions, **fields):
    return FamilyDefinition(NAME, PLACE, versions, **fields)


def published(image_id, generation, label, **fields):
    told = {**PUBLISHED, "lifecycle_version": label, **fields}
    return managed(image_id, generation, **told)


def site(*images, **told):
    families = {NAME: Family.of(OWNER, NAME, images)} if images else {}
    return Site(HERE, families, **told)


def one(wanted, there):
    [made] = plan([wanted], there)
    return made


CURRENT = published("b", 2, "2")
BEFORE = published("a", 1, "1", **OUT)


@pytest.mark.parametrize(
    ("images", "label", "action", "becomes"),
    [
        ([], "2", FamilyAction.IMPORT, "2"),
        ([CURRENT], "2", FamilyAction.UNCHANGED, "2"),
        ([CURRENT], "3", FamilyAction.ROTATE, "3"),
        ([BEFORE, CURRENT], "1", FamilyAction.UNCHANGED, "2"),
        ([BEFORE], "1", FamilyAction.UNCHANGED, "1"),
        ([BEFORE], "2", FamilyAction.ROTATE, "2"),
    ],
    ids=["new", "same", "newer", "earlier", "taken-out", "after-that"],
)
def test_what_is_done_follows_from_the_labels_that_the_family_has(
    images, label, action, becomes
):
    made = one(definition(version(label)), site(*images))

    assert (made.action, made.version) == (action, becomes)
    assert made.reason


def test_bytes_that_the_family_has_under_another_label_do_not_come_again():
    digest = f"sha256:{'a' * 64}"
    current = published("b", 2, "2", lifecycle_published_digest=f"{digest} wire")

    there = site(current, offered={NAME: Offered(digest)})
    made = one(definition(version("3")), there)

    assert (made.action, made.version) == (FamilyAction.UNCHANGED, "2")


def test_pointer_is_rotated_to_where_its_source_offers_other_bytes():
    current = published(
        "b", 2, "2", lifecycle_source_etag="x", lifecycle_source_size="5"
    )
    pointer = definition(version(LATEST))

    same = one(pointer, site(current, offered={NAME: Offered(etag="x", size=5)}))
    other = one(pointer, site(current, offered={NAME: Offered(etag="y", size=5)}))

    assert (same.action, same.version) == (FamilyAction.UNCHANGED, "2")
    assert (other.action, other.version) == (FamilyAction.ROTATE, None)


def test_catalogue_that_is_behind_takes_nothing_back():
    current = published("b", 2, "9", image_build_date="2026-03-01")
    older = version("8", build_date=date(2026, 2, 1))

    made = one(definition(older), site(current))

    assert (made.action, made.version) == (FamilyAction.UNCHANGED, "9")
    assert "before" in made.reason


def test_source_that_cannot_be_read_is_refused_and_nothing_else_with_it():
    there = site(faults={NAME: "404"}, sizes={"other": 5})

    made, other = plan(
        [definition(version("1")), replace(definition(version("1")), name="other")],
        there,
    )

    assert (made.action, made.reason) == (FamilyAction.REFUSED, "404")
    assert (other.action, other.size) == (FamilyAction.IMPORT, 5)


def test_family_without_a_version_is_refused():
    assert one(definition(), site(CURRENT)).action is FamilyAction.REFUSED


def test_name_of_an_image_in_no_family_is_left_to_a_person():
    made = one(definition(version("1")), site(holders={NAME: shown("stranger")}))

    assert made.action is FamilyAction.REFUSED
    assert "stranger" in made.reason


@pytest.mark.parametrize(
    ("fields", "said", "changed"),
    [
        ({}, {}, None),
        ({"os_distro": "debian"}, {"properties": {"os_distro": "debian"}}, None),
        ({}, {"properties": {"os_distro": "debian"}}, {"os_distro": "debian"}),
        ({"os_admin_user": "ops"}, {}, None),
        ({}, {"properties": {"image_description": NAME}}, None),
        (
            {"image_description": "mine"},
            {"properties": {"image_description": NAME}},
            {"image_description": NAME},
        ),
        ({}, {"visibility": "public"}, {"visibility": "public"}),
    ],
    ids=["nothing", "same", "other", "unnamed", "implied", "said", "visibility"],
)
def test_current_version_is_changed_where_the_catalogue_says_otherwise(
    fields, said, changed
):
    made = one(definition(version("2", **said)), site(published("b", 2, "2", **fields)))

    assert made.is_pending == bool(changed)
    assert made.change.set == (changed or {})


def test_policy_tags_and_sizes_are_changed_and_none_is_taken_away():
    current = published("b", 2, "2", tags=["mine"], min_disk=5, virtual_size=3 << 30)
    wanted = definition(
        version("2"),
        policy={"lifecycle_keep": "3"},
        tags=("lts", "os:None"),
        min_disk=1,
        min_ram=512,
    )

    made = one(wanted, site(current))

    assert made.action is FamilyAction.UPDATE
    # The image's own disk needs more than the catalogue says.
    told = {"lifecycle_keep": "3", "min_disk": 3, "min_ram": 512}
    assert made.change.set == told
    assert made.change.add_tags == {"lts"}
    assert not made.change.remove_tags


@pytest.mark.parametrize("status", ["active", "deactivated"])
def test_status_is_what_the_catalogue_says(status):
    current = published("b", 2, "2")
    wanted = definition(version("2"), is_deactivated=status == "deactivated")

    assert one(wanted, site(current)).status == (
        "deactivated" if status == "deactivated" else None
    )


def test_orphans_are_named_and_retired_only_if_asked():
    there = site(CURRENT)

    [named] = plan([], there)
    [retired] = plan([], there, retire_orphans=True)

    assert (named.action, named.is_pending) == (FamilyAction.ORPHAN, False)
    assert (retired.action, retired.is_pending) == (FamilyAction.RETIRE, True)
    assert plan([], there, named=frozenset({NAME}), retire_orphans=True) == ()


def test_family_without_a_current_version_is_no_orphan():
    assert plan([], site(BEFORE), retire_orphans=True) == ()
