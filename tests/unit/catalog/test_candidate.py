# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from datetime import datetime, timedelta, timezone

import pytest

from osc_imagetools.catalog.definitions import (
    CandidateDefinition,
    FamilyDefinition,
    FilePlace,
    VersionDefinition,
)
from osc_imagetools.catalog.family_plan import FamilyAction
from osc_imagetools.catalog.plan import Site, plan
from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.model.family import Family
from tests.unit.lifecycle.images import HERE, OWNER, managed

NAME, TRIED = "debian-13", "debian-13-rc"
PLACE = FilePlace("images.yml", 1, 1)
SINCE = datetime(2026, 3, 1, tzinfo=timezone.utc)
THREE_DAYS = Duration(rest=timedelta(days=3))
WANTED = CandidateDefinition(TRIED, THREE_DAYS)
BYTES = {"lifecycle_published_digest": f"sha256:{'a' * 64} payload"}


def version(name, image_id, label, **fields):
    told = {
        "name": name,
        "lifecycle_family": name,
        "lifecycle_version": label,
        "lifecycle_published_at": "2026-03-01T00:00:00Z",
    }
    return managed(image_id, 1, **{**told, **fields})


def definition(name=NAME, *versions, **fields):
    return FamilyDefinition(name, PLACE, versions, **fields)


def site(*images, days=4.0):
    names = {image.family for image in images}
    families = {name: Family.of(OWNER, name, images) for name in names}
    return Site(HERE, families, now=SINCE + timedelta(days=days))


def one(there, candidate=WANTED):
    [made] = plan([definition(candidate=candidate)], there)
    return made


CURRENT = version(NAME, "a", "1")
CANDIDATE = version(TRIED, "b", "2", **BYTES)


@pytest.mark.parametrize(
    ("images", "days", "candidate", "action", "becomes"),
    [
        ([CURRENT, CANDIDATE], 3, WANTED, FamilyAction.ROTATE, "2"),
        ([CURRENT, CANDIDATE], 2.9, WANTED, FamilyAction.UNCHANGED, "1"),
        (
            [CURRENT, CANDIDATE],
            9,
            CandidateDefinition(TRIED),
            FamilyAction.UNCHANGED,
            "1",
        ),
        ([CURRENT], 9, WANTED, FamilyAction.UNCHANGED, "1"),
        ([CANDIDATE], 9, WANTED, FamilyAction.ROTATE, "2"),
        (
            [version(NAME, "a", "1", **BYTES), CANDIDATE],
            9,
            WANTED,
            FamilyAction.UNCHANGED,
            "1",
        ),
        (
            [version(NAME, "a", "2"), CANDIDATE],
            9,
            WANTED,
            FamilyAction.ROTATE,
            "2.2",
        ),
    ],
    ids=["due", "early", "by-hand", "none", "first", "same-bytes", "same-label"],
)
def test_the_candidate_is_promoted_once_it_was_tried_long_enough(
    images, days, candidate, action, becomes
):
    made = one(site(*images, days=days), candidate)

    assert (made.action, made.version) == (action, becomes)
    assert (made.candidate == CANDIDATE) == (action is FamilyAction.ROTATE)
    assert not made.is_fetched
    assert made.reason


def test_its_family_is_neither_rotated_meanwhile_nor_an_orphan():
    newer = VersionDefinition("3", "https://a.example/3.img", PLACE)
    tried = definition(TRIED, newer)
    there = site(CURRENT, CANDIDATE)

    both = plan([definition(candidate=WANTED), tried], there, retire_orphans=True)
    alone = plan([definition(candidate=WANTED)], there, retire_orphans=True)

    assert [one.action.value for one in both] == ["rotate", "unchanged"]
    assert [one.family for one in alone] == [NAME]


def test_what_was_promoted_is_not_brought_in_again():
    promoted = version(NAME, "b", "2", lifecycle_promoted_from=TRIED)
    tried = definition(TRIED, VersionDefinition("2", "https://a.example/2", PLACE))

    [made] = plan([tried], site(promoted), finds_orphans=False)

    assert made.action is FamilyAction.UNCHANGED
    assert "was promoted" in made.reason
