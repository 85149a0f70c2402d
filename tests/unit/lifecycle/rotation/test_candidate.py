# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from datetime import datetime, timezone

import pytest

from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.rotation.candidate import (
    CandidateVersion,
    promoted_before,
    settled,
)
from osc_imagetools.lifecycle.rotation.repair import repairs
from tests.unit.lifecycle.images import OWNER, managed

NAME, TRIED = "debian-13", "debian-13-rc"
NOW = datetime(2026, 3, 9, tzinfo=timezone.utc)
PUBLISHED = "2026-03-01T00:00:00Z"


def version(family, image_id, generation, **fields):
    told = {
        "name": family,
        "lifecycle_family": family,
        "lifecycle_version": "20260301",
        "lifecycle_published_at": PUBLISHED,
    }
    return managed(image_id, generation, **{**told, **fields})


def candidate(image, *versions, **fields):
    family = Family.of(OWNER, NAME, versions)
    told = {"properties": {}, "said": {}, "tags": frozenset(), **fields}
    return CandidateVersion(
        image, family, visibility="public", min_disk=0, min_ram=0, **told
    )


CURRENT = version(NAME, "a", 2)
TESTED = {"lifecycle_verified": "sha256", "hw_disk_bus": "scsi"}
POLICY = {"lifecycle_keep": "9", "lifecycle_tag": "trial"}


def test_it_keeps_its_provenance_and_gets_our_policy_number_and_label():
    image = version(TRIED, "b", 7, **TESTED, **POLICY, tags=["lifecycle", "trial"])
    ours = {"lifecycle_keep": "3", "hw_disk_bus": "virtio", "os_distro": "debian"}

    made = candidate(image, CURRENT, properties=ours).as_ours(3).on(image)

    told = {**TESTED, "os_distro": "debian", "lifecycle_keep": "3"}
    assert told.items() <= made.fields.items()
    assert (made.family, made.generation, made.version) == (NAME, 3, "20260301.2")
    assert made.text("lifecycle_promoted_from") == TRIED
    assert "lifecycle_tag" not in made.fields
    assert made.tags == {"lifecycle"}
    assert not made.hidden


@pytest.mark.parametrize(
    "fields",
    [
        {"os_hidden": True},
        {"name": "withdrawn"},
        {"lifecycle_state": "deprecated"},
        {"status": "deactivated"},
        {"lifecycle_deleting": "{}"},
        {"lifecycle_id": "another"},
        {"lifecycle_family": NAME},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_whatever_else_it_becomes_it_is_not_the_candidate_any_more(fields):
    image = version(TRIED, "b", 7)

    assert candidate(image).is_still(image)
    assert not candidate(image).is_still(version(TRIED, "b", 7, **fields))


OFFERED = Change({"name": NAME, "visibility": "public"})
ANNOUNCED = {
    "lifecycle_retired_at": PUBLISHED,
    "lifecycle_state": "deprecated",
    "lifecycle_leaving_8_x": "[]",
}


@pytest.mark.parametrize(
    ("fields", "undoes"),
    [
        ({}, {}),
        ({"name": TRIED}, {"name": NAME, "visibility": "public"}),
        ({**ANNOUNCED, "lifecycle_listed_8_x": "y"}, {"lifecycle_state": "active"}),
        (
            {**ANNOUNCED, "os_hidden": True},
            {"lifecycle_state": "active", "os_hidden": False},
        ),
        ({"lifecycle_state": "deprecated", "os_hidden": True}, {}),
    ],
    ids=["nothing", "its-name", "announced", "hidden", "by-a-person"],
)
def test_what_its_former_family_tells_at_that_instant_is_taken_back(fields, undoes):
    shown = version(NAME, "b", 3, **fields)

    change = settled(shown, candidate(version(TRIED, "b", 7)), OFFERED)

    assert change.set == undoes
    assert not {"lifecycle_retired_at", "lifecycle_leaving_8_x"} & (
        change.on(shown).fields.keys()
    )


def test_a_version_that_has_lost_its_name_alone_gets_it_again():
    lost = version(NAME, "b", 3, name=TRIED, lifecycle_promoted_from=TRIED)
    family = Family.of(OWNER, NAME, [CURRENT, lost])

    first = repairs(family, lambda image: False, NOW)[0]

    assert (first.step, first.image.id, first.change.set) == (
        "show",
        "b",
        {"name": NAME},
    )


def test_what_was_promoted_last_is_known_by_what_it_has_replaced():
    mine = version(NAME, "b", 3, lifecycle_promoted_from=TRIED)
    family = Family.of(OWNER, NAME, [CURRENT, mine])
    replaced = version(TRIED, "c", 6, os_hidden=True, lifecycle_replacement="b")
    later = version(TRIED, "d", 8, os_hidden=True)

    def known(*versions):
        return promoted_before(family, Family.of(OWNER, TRIED, versions))

    assert known()
    assert known(replaced)
    assert not known(replaced, later)
