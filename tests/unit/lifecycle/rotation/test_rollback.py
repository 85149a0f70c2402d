# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which version a rollback brings back, as what, and when an earlier one did it."""

from __future__ import annotations

import json
from datetime import datetime, timezone
from typing import Any

import pytest

from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import marked_leaving
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.policy import policy_of
from osc_imagetools.lifecycle.rotation.new_version import offer
from osc_imagetools.lifecycle.rotation.repair import repairs
from osc_imagetools.lifecycle.rotation.retirement import Retirement
from osc_imagetools.lifecycle.rotation.rollback import (
    brought_back,
    fault,
    how_to_offer,
    is_ended_rollback,
    left_out,
    named,
    never_offered,
    target,
)
from osc_imagetools.lifecycle.rotation.skip import is_rolled_back
from tests.unit.lifecycle.images import HERE, OWNER, managed

NAME = "debian-13"
NOW = datetime(2026, 3, 9, 12, tzinfo=timezone.utc)
HIDDEN = {"os_hidden": True}


def published(image_id: str, generation: int, **fields: Any) -> Image:
    """A version of bytes of its own that is, or was, current."""
    return managed(
        image_id,
        generation,
        **{
            "lifecycle_state": "active",
            "lifecycle_published_at": f"2026-03-0{generation}T00:00:00Z",
            "lifecycle_published_digest": f"sha256:{image_id} wire",
            **fields,
        },
    )


def announced(image: Image, successor: Image) -> Image:
    return Retirement().announced(image, successor, NOW).on(image)


def retired(
    image: Image, successor: Image, retirement: Retirement | None = None
) -> Image:
    """*image* once a swap to *successor* has ended."""
    retirement = retirement or Retirement()
    told = retirement.announced(image, successor, NOW).on(image)
    withdrawn = retirement.withdrawal.on(told)
    return retirement.finished(withdrawn, None).on(withdrawn)


def family(*images: Image) -> Family:
    return Family.of(OWNER, NAME, images)


def back(version: Image, old: Image | None, generation: int = 3) -> Image:
    return brought_back(version, old, NAME, generation, NOW).on(version)


def rotated(old: Image, new: Image) -> Image:
    """*new*, staged, once a rotation has offered it in the place of *old*."""
    offered = offer(NAME, protected=False, now=NOW).on(new)
    return Image.from_glance({**offered.fields, **policy_of(old)})


def mended(*images: Image) -> list[tuple[str, str, bool]]:
    """Each repair of the family, and whether it ends a rollback."""
    family = Family.of(OWNER, NAME, images)
    assert family.current is not None
    return [
        (each.step, each.image.id, is_ended_rollback(each, family.current))
        for each in repairs(family, lambda image: False, NOW)
    ]


ONE, TWO = published("one", 1), published("two", 2)
STAGED = published("three", 3, lifecycle_published_at=None, **HIDDEN)
BACK = back(retired(ONE, TWO), announced(TWO, ONE))
DEPRECATED = {**HIDDEN, "lifecycle_state": "deprecated"}
LATER = published("four", 4)


def test_rollback_that_died_before_it_hid_the_old_one_is_ended_by_a_repair() -> None:
    assert mended(BACK, announced(TWO, ONE)) == [("hide", "two", True)]


def test_rollback_that_died_before_it_hid_a_version_of_another_name_is_ended_too() -> (
    None
):
    left = announced(published("two", 2, name="Debian 13"), ONE)

    assert mended(back(retired(ONE, TWO), left), left) == [("unlist", "two", True)]


def test_of_all_repairs_only_the_one_that_hides_ends_a_rollback() -> None:
    steps = mended(BACK, TWO)

    assert steps == [("retire", "two", False), ("hide", "two", True)]


def test_rotation_that_died_before_it_hid_the_old_one_is_no_rollback() -> None:
    new = rotated(announced(TWO, STAGED), STAGED)

    assert mended(announced(TWO, STAGED), new) == [("hide", "two", False)]


def test_rotation_that_died_after_a_rollback_is_none_itself() -> None:
    new = rotated(BACK, published("four", 4, lifecycle_published_at=None, **HIDDEN))

    steps = mended(announced(BACK, new), retired(TWO, ONE), new)

    assert is_rolled_back(new, {"sha256:two"})
    assert steps == [("hide", "one", False)]


@pytest.mark.parametrize(
    ("versions", "to", "expected"),
    [
        ([retired(ONE, TWO), TWO], None, "one"),
        (
            [retired(ONE, TWO), retired(TWO, STAGED), STAGED, published("four", 4)],
            None,
            "two",
        ),
        # None is current: somebody has hidden it already, and it is left.
        ([retired(ONE, TWO), published("two", 2, **HIDDEN)], None, "one"),
        # What a person has hidden or deprecated comes back by name alone.
        ([published("one", 1, **HIDDEN), TWO], None, None),
        ([published("one", 1, **HIDDEN), TWO], "one", "one"),
        (
            [retired(ONE, TWO), published("two", 2, **DEPRECATED), STAGED, LATER],
            None,
            "one",
        ),
        # A swap had retired it, and somebody has deleted its successor: it is back.
        ([retired(ONE, TWO)], None, "one"),
        (
            [retired(ONE, TWO), retired(TWO, published("three", 3))],
            None,
            "two",
        ),
        # A swap that died has announced it; it is offered still.
        ([retired(ONE, TWO), announced(TWO, STAGED)], None, "one"),
        ([ONE], None, None),
        ([published("one", 1, **HIDDEN)], None, None),
        ([], None, None),
        ([], "one", None),
        # What can't be used at once, or never was current, is brought back by name.
        ([published("one", 1, status="deactivated"), TWO], None, None),
        ([published("one", 1, lifecycle_published_at=None, **HIDDEN), TWO], None, None),
        ([published("one", 1, lifecycle_run="x", **HIDDEN), TWO], None, None),
        ([published("one", 1, status="deactivated"), TWO], "one", "one"),
        # Rolled back itself: the version before that.
        (
            [
                retired(ONE, TWO),
                retired(TWO, ONE),
                published("three", 3, lifecycle_blocked='["sha256:two"]'),
            ],
            None,
            "one",
        ),
        (
            [
                published("two", 2, **HIDDEN),
                published("three", 3, lifecycle_blocked='["sha256:two"]'),
            ],
            "two",
            "two",
        ),
        # Of a later number than the current one: it is no earlier version.
        ([ONE, published("two", 2, **HIDDEN)], None, None),
        ([ONE, published("two", 2, **HIDDEN)], "20260302", "two"),
        ([ONE, TWO], "20260301", "one"),
        ([ONE, TWO], "one", "one"),
        ([ONE, TWO], "no such", None),
        # Two of one label: the newest.
        ([ONE, published("two", 2, lifecycle_version="20260301")], "20260301", "two"),
    ],
)
def test_rollback_goes_to_what_is_named_or_to_the_newest_earlier_good_one(
    versions: list[Image], to: str | None, expected: str | None
) -> None:
    found = target(Family.of(OWNER, NAME, versions), to)

    assert (found and found.id) == expected


def test_newest_version_that_a_person_took_out_is_named_where_none_is_left() -> None:
    hidden, deprecated = (
        published("one", 1, **HIDDEN),
        published("two", 2, **DEPRECATED),
    )
    dead = published("three", 3, status="deactivated", **HIDDEN)

    assert left_out(family(hidden, deprecated, dead)) == deprecated
    assert left_out(family(hidden, TWO)) == hidden
    assert left_out(family(retired(ONE, TWO), TWO)) is None


def test_label_that_two_runs_gave_at_once_names_both() -> None:
    same = published("two", 2, lifecycle_version=ONE.version)
    family = Family.of(OWNER, NAME, [ONE, same, published("three", 3)])

    assert named(family, "20260301") == [ONE, same]
    assert named(family, "two") == [same]
    assert named(family, "no such") == []


@pytest.mark.parametrize(
    ("version", "why"),
    [
        (published("one", 1, **HIDDEN), None),
        (published("one", 1, status="deactivated"), None),
        # Anybody can write that, and it keeps nobody from going back.
        (published("one", 1, lifecycle_run="x"), None),
        (
            published("one", 1, lifecycle_run="x", lifecycle_published_at=None),
            "a run is importing it at the moment",
        ),
        (
            published("one", 1, status="queued"),
            "its data is not complete yet: its status is queued",
        ),
        (published("one", 1, status="deleted"), "its status is deleted"),
        (
            published("one", 1, lifecycle_published_at=None),
            "nothing shows whether it was ever current; to publish it: openstack image "
            "rotate --image one -- debian-13",
        ),
    ],
)
def test_what_has_no_bytes_or_never_was_current_can_not_come_back(
    version: Image, why: str | None
) -> None:
    assert fault(version, family(version), HERE) == why


NEVER = {"lifecycle_published_at": None, "os_hidden": True}


@pytest.mark.parametrize(
    ("fields", "command"),
    [
        ({}, "image rotate --image a"),
        ({"image_build_date": "2026-01-01"}, "image rotate --image a"),
        ({"status": "deactivated"}, "image set --activate a && openstack image rotate"),
    ],
)
def test_a_version_that_never_was_current_is_offered_by_a_command(
    fields: dict[str, Any], command: str
) -> None:
    never = published("a", 1, **{**NEVER, **fields})
    built = published("b", 2, image_build_date="2026-02-01")

    how = how_to_offer(never, family(never, built), HERE)

    assert how.startswith(f"openstack {command}")
    assert how.endswith(" --allow-downgrade -- debian-13")
    assert never_offered(family(never, built)) == (
        None if "status" in fields else never
    )
    assert never_offered(family(never)) is None


def test_version_that_comes_back_is_shown_and_no_longer_on_its_way_out() -> None:
    image = back(retired(ONE, TWO), announced(TWO, ONE), 3)

    assert (image.name, image.hidden, image.generation) == (NAME, False, 3)
    assert image.text("lifecycle_state") == "active"
    assert image.text("lifecycle_published_at") == "2026-03-09T12:00:00Z"
    assert image.version == ONE.version
    assert {*image.fields} - {*ONE.fields} == {"lifecycle_blocked"}
    assert {*ONE.fields} <= {*image.fields}


def test_name_and_purpose_are_again_what_they_were_before_it_was_retired() -> None:
    retirement = Retirement(name="debian-13-old", os_purpose="old")
    bare, named = ONE, published("one", 1, os_purpose="generic")

    images = [back(retired(image, TWO, retirement), TWO) for image in (bare, named)]

    assert [image.name for image in images] == [NAME, NAME]
    assert [image.text("os_purpose") for image in images] == [None, "generic"]
    assert "os_purpose" not in images[0].fields


def test_purpose_that_its_retirement_left_as_it_was_stays() -> None:
    version = published("one", 1, os_purpose="generic")

    assert back(retired(version, TWO), TWO).text("os_purpose") == "generic"


def test_version_that_comes_back_keeps_the_audience_it_was_given_for_that() -> None:
    version = retired(ONE, TWO, Retirement(visibility="private"))
    given = Image.from_glance({**version.fields, "visibility": "public"})

    assert version.visibility == "private"
    assert back(given, TWO).visibility == "public"


def test_dates_of_a_way_out_do_not_come_back_from_the_record_of_before() -> None:
    planned = published("one", 1, lifecycle_delete_at="2027-01-01T00:00:00Z")
    version = retired(planned, TWO, Retirement(reason="bad kernel"))
    told = {**json.loads(version.fields["lifecycle_before"]), "lifecycle_reason": "x"}
    version = Image.from_glance(
        {**version.fields, "lifecycle_before": json.dumps(told)}
    )

    image = back(version, TWO)

    assert "lifecycle_delete_at" not in image.fields
    assert "lifecycle_reason" not in image.fields
    assert "lifecycle_before" not in image.fields


@pytest.mark.parametrize("record", [None, "[", '{"min_disk": 3, "name": "other"}'])
def test_version_without_a_record_of_before_comes_back_all_the_same(
    record: str | None,
) -> None:
    version = retired(ONE, TWO, Retirement(name="old", os_purpose="old"))
    version = Image.from_glance({**version.fields, "lifecycle_before": record})

    image = back(version, TWO)

    assert (image.name, image.hidden) == (NAME, False)
    assert image.text("lifecycle_state") == "active"
    assert image.text("lifecycle_replacement") is None
    # Nothing tells what it was.
    assert image.text("os_purpose") == "old"


def test_policy_moves_and_what_the_family_no_longer_says_goes() -> None:
    version = published(
        "one", 1, lifecycle_keep="9", lifecycle_end_at="2026-12-01T00:00:00Z", **HIDDEN
    )
    old = published("two", 2, lifecycle_keep="3", lifecycle_tag="octavia")

    image = back(version, old)

    assert image.text("lifecycle_keep") == "3"
    assert "lifecycle_end_at" not in image.fields
    assert image.text("lifecycle_tag") == "octavia"
    assert image.tags == {"octavia"}


def test_family_without_a_tag_gives_none() -> None:
    change = brought_back(ONE, TWO, NAME, 3, NOW)

    assert change.add_tags == frozenset()


def test_bytes_that_are_left_are_blocked_and_those_that_come_back_no_longer() -> None:
    version = published("one", 1, **HIDDEN)
    old = published("two", 2, lifecycle_blocked='["sha256:one", "sha256:zero"]')

    image = back(version, old)

    assert is_rolled_back(image, {"sha256:two"})
    assert is_rolled_back(image, {"sha256:zero"})
    assert not is_rolled_back(image, {"sha256:one"})


@pytest.mark.parametrize("digest", [None, "sha256:one wire"])
def test_nothing_is_said_to_be_blocked_where_nothing_is(digest: str | None) -> None:
    version = published("one", 1, lifecycle_blocked='["sha256:one"]', **HIDDEN)
    old = published(
        "two",
        2,
        lifecycle_published_digest=digest,
        lifecycle_blocked='["sha256:one"]',
    )

    image = back(version, old)

    assert "lifecycle_blocked" not in image.fields


def test_without_a_version_that_is_left_the_policy_stays_as_it_is() -> None:
    version = published("one", 1, lifecycle_keep="9", lifecycle_blocked='["x"]')

    image = back(version, None, 2)

    assert image.text("lifecycle_keep") == "9"
    assert image.text("lifecycle_blocked") == '["x"]'
    assert image.generation == 2


@pytest.mark.parametrize(("generation", "is_ended"), [(3, True), (2, False)])
def test_F77_rollback_that_died_before_its_mark_was_gone_is_ended_by_the_next(
    generation, is_ended
):
    left = marked_leaving(generation, "public").on(retired(TWO, ONE))

    assert ("settle", TWO.id, is_ended) in mended(BACK, left)
