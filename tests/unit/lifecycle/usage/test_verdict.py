# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.usage.gaps import CLOCKS_DIFFER, Gap, Reach, is_confined
from osc_imagetools.lifecycle.usage.uses import How, Kind, Tally, Use
from osc_imagetools.lifecycle.usage.verdict import PROVING, Told, Verdict, judge
from tests.unit.lifecycle.images import OWNER, managed, shown

MADE = datetime(2026, 3, 1, tzinfo=timezone.utc)
OTHER = "f" * 32


def told(*uses: Use, gaps: tuple[Gap, ...] = (), image: str = "one") -> Told:
    """What a service told that has seen *uses* of one image."""
    tally = Tally()
    for use in uses:
        tally.add(use, keep=True)
    return Told("compute", {image: tally} if uses else {}, gaps)


def use(kind: Kind = Kind.SERVER, project: str | None = OWNER) -> Use:
    return Use(kind, "a", How.BOOTED, project=project)


def test_nothing_seen_and_nothing_left_open_is_unused():
    usage = judge(shown(), [told(), told(use(), image="other")])

    assert usage.verdict is Verdict.UNUSED
    assert usage.why == (
        "no server, volume or snapshot of any project was made from it",
    )


@pytest.mark.parametrize("kind", PROVING)
def test_whatever_was_seen_makes_it_used(kind):
    usage = judge(shown(), [told(use(kind))])

    assert usage.verdict is Verdict.USED
    assert usage.why == (f"1 {kind} of 1 project",)


def test_what_uses_it_is_counted_over_all_services():
    servers = [use(), use(project=OTHER)]
    others = [use(Kind.VOLUME), use(Kind.SNAPSHOT), use(Kind.NODE, None)]

    usage = judge(shown(), [told(*servers), told(*others)])

    assert usage.why == (
        "2 servers, 1 volume, 1 snapshot and 1 bare metal node of 2 projects",
    )
    assert len(usage.uses) == 5


def test_a_descendant_proves_nothing():
    usage = judge(shown(), [told(use(Kind.IMAGE, OTHER))])

    assert usage.verdict is Verdict.UNUSED
    assert (usage.count(Kind.IMAGE), usage.tally.projects) == (1, set())


def test_what_is_seen_counts_more_than_what_is_open_and_both_are_told():
    usage = judge(shown(), [told(use()), told(gaps=(Gap("x", "down"),))])

    assert usage.verdict is Verdict.USED
    assert usage.why == ("1 server of 1 project", "x: down")


def test_each_gap_is_told_once_and_so_is_what_was_left_out():
    gaps = (Gap("x", "down"), Gap("x", "down"), Gap("y", "late"))

    usage = judge(shown(), [told(gaps=gaps)], without=["database"])

    assert usage.verdict is Verdict.UNKNOWN
    assert usage.why == ("x: down", "y: late", "database was not asked (--without)")


@pytest.mark.parametrize("part", ["aki", "ari"])
def test_of_a_part_of_other_images_nothing_is_known(part):
    usage = judge(shown(disk_format=part), [told()])

    assert usage.verdict is Verdict.UNKNOWN
    assert "kernel or ramdisk" in usage.why[0]


OWN_ONLY = Gap("x", "y", Reach.OTHER_PROJECTS, OWNER)


@pytest.mark.parametrize(
    ("fields", "confined"),
    [
        ({"visibility": "private"}, True),
        ({"visibility": "private", "owner": OTHER}, False),
        ({"visibility": "shared"}, False),
        ({"visibility": "community"}, False),
        ({"visibility": "public"}, False),
        ({"visibility": "private", "lifecycle_before": '{"name": "x"}'}, True),
        (
            {"visibility": "private", "lifecycle_before": '{"visibility": "private"}'},
            True,
        ),
        (
            {"visibility": "private", "lifecycle_before": '{"visibility": "public"}'},
            False,
        ),
    ],
)
def test_one_projects_answer_is_enough_for_what_nobody_else_may_use(fields, confined):
    image = managed("one", 1, **fields)

    usage = judge(image, [told(gaps=(OWN_ONLY,))])

    assert is_confined(image, OWNER) is confined
    assert (usage.verdict is Verdict.UNUSED) is confined
    if confined:
        assert "this project, which alone may use it" in usage.why[0]


ONE = Reach.ONE_VOLUME
EARLIER, LATER = MADE - CLOCKS_DIFFER * 2, MADE + timedelta(days=1)


@pytest.mark.parametrize(
    ("gap", "visibility", "concerns"),
    [
        (Gap("x", "y", ONE, OWNER, LATER), "private", True),
        (Gap("x", "y", ONE, OTHER, LATER), "private", False),
        (Gap("x", "y", ONE, "", LATER), "private", True),
        (Gap("x", "y", ONE, OTHER, LATER), "public", True),
        (Gap("x", "y", ONE, OTHER, LATER), "shared", True),
        (Gap("x", "y", ONE, OWNER, EARLIER), "private", False),
        (Gap("x", "y", ONE, OTHER, EARLIER), "public", False),
        (Gap("x", "y", ONE, OTHER, MADE - CLOCKS_DIFFER), "public", True),
        (Gap("x", "y", ONE, OTHER, None), "public", True),
    ],
)
def test_a_volume_in_the_making_concerns_images_that_it_may_be_made_from(
    gap, visibility, concerns
):
    image = shown(visibility=visibility, created_at="2026-03-01T00:00:00Z")

    assert gap.concerns(image) is concerns


def test_F80_of_an_image_without_a_date_any_volume_may_be_made():
    image = shown(visibility="public", created_at=None)

    assert Gap("x", "y", ONE, OTHER, EARLIER).concerns(image)


def test_the_last_use_is_the_latest_of_all():
    early, late = Tally(), Tally()
    early.used_at(EARLIER)
    late.used_at(LATER)
    late.used_at(None)
    late.used_at(MADE)

    usage = judge(shown(), [Told("x", {"one": late}), Told("y", {"one": early})])

    assert usage.tally.last_used == LATER
    assert usage.verdict is Verdict.UNUSED


GAPS = st.builds(
    Gap,
    st.just("x"),
    st.just("y"),
    st.sampled_from(Reach),
    st.sampled_from(["", OWNER, OTHER]),
    st.sampled_from([None, EARLIER, MADE, LATER]),
)
USES = st.builds(use, st.sampled_from(Kind), st.sampled_from([None, OWNER, OTHER]))
ANSWERS = st.lists(
    st.builds(
        lambda uses, gaps: told(*uses, gaps=tuple(gaps)),
        st.lists(USES, max_size=3),
        st.lists(GAPS, max_size=3),
    ),
    max_size=3,
)
IMAGES = st.builds(
    lambda visibility, owner, created: shown(
        visibility=visibility, owner=owner, created_at=created
    ),
    st.sampled_from(["private", "shared", "community", "public"]),
    st.sampled_from([OWNER, OTHER]),
    st.sampled_from([None, "2026-03-01T00:00:00Z"]),
)


@given(IMAGES, ANSWERS)
def test_unused_is_only_what_was_looked_for_everywhere_and_not_found(image, answers):
    usage = judge(image, answers)

    is_seen = any(
        one.kind in PROVING
        for answer in answers
        for tally in answer.tallies.values()
        for one in tally.uses
    )
    is_open = any(gap.concerns(image) for answer in answers for gap in answer.gaps)
    assert (usage.verdict is Verdict.UNUSED) is not (is_seen or is_open)
    assert (usage.verdict is Verdict.USED) is is_seen
    assert usage.why


@given(IMAGES, ANSWERS, GAPS)
def test_no_gap_more_makes_an_image_unused(image, answers, gap):
    before = judge(image, answers)

    after = judge(image, [*answers, told(gaps=(gap,))])

    assert after.verdict is not Verdict.UNUSED or before.verdict is Verdict.UNUSED


@pytest.mark.parametrize(
    ("without", "says"),
    [
        (["compute"], "no volume or snapshot of any project was made from it"),
        (["block-storage"], "no server of any project was made from it"),
        (["block-storage", "compute"], "no service was asked that could tell"),
        (["baremetal"], "no server, volume or snapshot of any project was made"),
    ],
)
def test_nothing_is_said_of_what_was_not_asked(without, says):
    usage = judge(shown(), [], without=without)

    assert usage.why[0].startswith(says)
    assert len(usage.why) == 1 + len(without)
