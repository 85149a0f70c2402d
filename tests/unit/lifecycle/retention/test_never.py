# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What must never be planned, of whatever family, policy, request and use.

The families are orderly ones with a few things wrong in each: of families in which
everything is random hardly one has anything to delete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, assume, find, given, settings
from hypothesis import strategies as st

from osc_imagetools.lifecycle.deprecation.deprecate import deprecation
from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import WITHOUT_BYTES
from osc_imagetools.lifecycle.retention import (
    Action,
    EnforceRequest,
    Item,
    Situation,
    limited,
    plan,
)
from osc_imagetools.lifecycle.usage.gaps import Gap
from osc_imagetools.lifecycle.usage.uses import How, Kind, Tally, Use
from osc_imagetools.lifecycle.usage.verdict import Told, Usage, Verdict, judge
from tests.unit.lifecycle.images import HERE, OWNER, managed
from tests.unit.lifecycle.retention.situations import NOW, ago

NAME = "debian-13"


LENGTHS = st.integers(0, 100).map(lambda days: Duration(rest=timedelta(days=days)))
MAYBE_LENGTHS = st.none() | LENGTHS
SHORT = st.integers(0, 30).map(lambda days: Duration(rest=timedelta(days=days)))
NUMBERS = st.none() | st.integers(1, 3)
TIMES = st.integers(-400, 400).map(lambda number: ago(days=number)) | st.sampled_from(
    ["soon", "", "2026-13-01", "0001-01-01", "9999-12-31"]
)

POLICY = {
    "lifecycle_keep": st.sampled_from(["1", "1", "2", "9", "none"]),
    "lifecycle_delete_after": st.sampled_from(["1d", "1d", "90d", "soon", "999999y"]),
    "lifecycle_unused_for": st.sampled_from(["1d", "300d", "soon"]),
    "lifecycle_end_at": TIMES,
    "uuid_validity": st.sampled_from(
        ["none", "last-2", "last-x", "forever", "notice", "2026-01-01", "2026-12-31"]
    ),
}

RULES: tuple[dict[str, str], ...] = (
    {"lifecycle_keep": "1"},
    {"lifecycle_delete_after": "1d"},
    {"lifecycle_keep": "1", "lifecycle_delete_after": "1d"},
    {},
)

ODDITIES: dict[str, st.SearchStrategy[Any]] = {
    "os_hidden": st.booleans(),
    "status": st.sampled_from(["deactivated", "queued", "saving", "killed", "deleted"]),
    "visibility": st.sampled_from(["public", "private", "community"]),
    "name": st.sampled_from([NAME, "other"]),
    "owner": st.just("f" * 32),
    "created_at": TIMES | st.none(),
    "updated_at": TIMES | st.none(),
    "os_glance_import_task": st.just("a task"),
    "lifecycle_id": st.just("another"),
    "lifecycle_generation": st.sampled_from(["0", "1", "9", "none"]),
    "lifecycle_state": st.sampled_from(
        ["importing", "staged", "active", "deprecated", "obsolete", "?"]
    ),
    "lifecycle_published_at": TIMES,
    "lifecycle_retired_at": TIMES,
    "lifecycle_deprecated_at": TIMES,
    "lifecycle_obsolete_at": TIMES,
    "lifecycle_delete_at": TIMES,
    "lifecycle_hold": st.just("held"),
    "lifecycle_run": st.sampled_from(["alive", "dead"]),
    "lifecycle_deleting": st.sampled_from(
        ["{", '{"run": "dead"}', '{"run": "alive"}', '{"run": "dead", "protected": 1}']
    ),
    "lifecycle_coming_9_x": st.just("lifecycle_run"),
    "lifecycle_leaving_9_x": st.just("[]"),
    **POLICY,
}


def replaced(days: int, is_dated: bool) -> dict[str, Any]:
    """A version that stopped being current so many days ago."""
    return {
        "os_hidden": True,
        "lifecycle_state": "deprecated",
        "lifecycle_published_at": ago(days=days + 30),
        "lifecycle_retired_at": ago(days=days),
        "lifecycle_deprecated_at": ago(days=days),
        **({"lifecycle_delete_at": ago(days=days - 30)} if is_dated else {}),
    }


def offered(days: int, is_dated: bool) -> dict[str, Any]:
    """A version that users find, and that may have been scheduled to go."""
    dates = {
        "lifecycle_deprecated_at": ago(days=days - 10),
        "lifecycle_delete_at": ago(days=days - 30),
    }
    return {
        "lifecycle_state": "active",
        "lifecycle_published_at": ago(days=days),
        **(dates if is_dated else {}),
    }


def staged(days: int, is_dated: bool) -> dict[str, Any]:
    """A version that waits to be offered, and has no date."""
    return {"os_hidden": True, "lifecycle_state": "staged"}


def left(days: int, is_dated: bool) -> dict[str, Any]:
    """A record that a run owns, dead or alive."""
    run = "alive" if is_dated else "dead"
    return {"os_hidden": True, "lifecycle_state": "importing", "lifecycle_run": run}


# What comes first is tried most, and there is something to delete then.
COUNTS = st.integers(3, 6) | st.integers(1, 2)
DAYS = st.integers(60, 300) | st.integers(0, 60)
MOSTLY = st.sampled_from([*[True] * 9, False])
ODD = st.sampled_from(sorted(ODDITIES))
WRONG = st.sampled_from([0, 0, 0, 1, 2]).flatmap(
    lambda size: st.lists(ODD, min_size=size, max_size=size)
)

KINDS = (*[replaced] * 5, offered, staged, left)


@st.composite
def images(draw: st.DrawFn, number: int, is_newest: bool) -> Image:
    """A version, or what looks like one."""
    kind = draw(st.sampled_from([offered, replaced] if is_newest else KINDS))
    days = draw(DAYS)
    fields = kind(days, draw(st.booleans()))
    if kind in (staged, left):
        fields["name"] = f"{NAME}.importing-id{number}"
    fields |= {"created_at": ago(days=days + 40), "updated_at": ago(days=days)}
    fields["protected"] = draw(st.sampled_from([False] * 4 + [True]))
    for name in draw(WRONG):
        fields[name] = draw(ODDITIES[name])
    return managed(f"id{number}", number, **fields)


@st.composite
def usages(draw: st.DrawFn, image: Image) -> Usage:
    """Any verdict on *image*, most often that it is unused."""
    tally, gaps = Tally(), ()
    how = draw(st.sampled_from(["unused"] * 4 + ["used", "unknown"]))
    if how == "used":
        kind = draw(st.sampled_from([Kind.SERVER, Kind.VOLUME, Kind.SNAPSHOT]))
        tally.add(Use(kind, "one", How.BOOTED, project=OWNER), keep=False)
    if how == "unknown":
        gaps = (Gap("compute", "it is down"),)
    if draw(st.booleans()):
        tally.used_at(NOW - timedelta(days=draw(st.integers(0, 400))))
    return judge(image, [Told("compute", {image.id: tally}, gaps)])


@st.composite
def requests(draw: st.DrawFn) -> EnforceRequest:
    """What somebody allows."""
    return EnforceRequest(
        keep=draw(NUMBERS),
        older_than=draw(MAYBE_LENGTHS),
        unused_for=draw(MAYBE_LENGTHS),
        min_age=draw(SHORT),
        max_delete=draw(st.sampled_from([3, 2, 1, 0])),
        unprotect=draw(st.booleans()),
        break_promise=draw(st.booleans()),
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """A family with whatever it wants, somebody allows, and is known of its use."""
    count = draw(COUNTS)
    names = draw(st.lists(st.sampled_from(sorted(POLICY)), max_size=1))
    policy = draw(st.sampled_from(RULES)) | {name: draw(POLICY[name]) for name in names}
    versions = [draw(images(number, number == count)) for number in range(1, count + 1)]
    versions = [
        managed(one.id, 0, **{**one.fields, **policy, **_own(one)}) for one in versions
    ]
    known = {one.id: draw(usages(one)) for one in versions if draw(MOSTLY)}
    return Situation(
        Family.of(OWNER, NAME, versions),
        draw(requests()),
        HERE,
        NOW,
        lambda image, run: run == "dead",
        known,
    )


def _own(image: Image) -> dict[str, Any]:
    return {name: text for name, text in image.fields.items() if name in POLICY}


def deleted(situation: Situation) -> list[Item]:
    items = limited(plan(situation), situation.request.max_delete)
    return [item for item in items if item.deletes]


def by_retention(situation: Situation) -> list[Item]:
    """What is deleted that was offered once."""
    return [
        item
        for item in plan(situation)
        if item.deletes and not item.image.is_owned and not is_staged(item.image)
    ]


def is_staged(image: Image) -> bool:
    return image.text("lifecycle_state") == "staged"


def deprecated_at(image: Image) -> datetime | None:
    names = ("lifecycle_retired_at", "lifecycle_deprecated_at")
    return max(filter(None, map(image.moment, names)), default=None)


def before_the_latest(situation: Situation) -> list[Image]:
    """The previous versions, newest first, by what each says itself."""
    latest = situation.family.latest
    return sorted(
        (
            one
            for one in situation.family.versions
            if latest
            and 0 < one.generation < latest.generation
            and one.status not in WITHOUT_BYTES
            and one.text("lifecycle_state") not in ("staged", "importing")
            and not one.is_owned
        ),
        key=lambda one: (one.generation, one.id),
        reverse=True,
    )


def carried_out(situation: Situation, items: Iterable[Item]) -> Situation:
    """The family once each of *items* that was planned was done."""
    there = {one.id: one for one in situation.family.versions}
    for item in items:
        if item.deletes:
            del there[item.image.id]
        elif item.is_planned and item.deprecation:
            decision = deprecation(item.image, item.deprecation, [], NOW, HERE)
            done = decision.change.on(item.image)
            status = decision.status or done.status
            there[done.id] = managed(done.id, 0, **{**done.fields, "status": status})
    return replace(situation, family=Family.of(OWNER, NAME, there.values()))


SOMETHING: dict[str, Callable[[Situation], bool]] = {
    "two of an unended family": lambda one: (
        not one.has_ended and len(by_retention(one)) > 1
    ),
    "one of an ended family": lambda one: one.has_ended and bool(by_retention(one)),
    "more than allowed": lambda one: len(by_retention(one)) > one.request.max_delete,
    "staged": lambda one: any(is_staged(item.image) for item in deleted(one)),
    "left": lambda one: any(item.image.is_owned for item in deleted(one)),
    "protected": lambda one: any(item.image.protected for item in by_retention(one)),
    "kept by a promise": lambda one: any(
        "uuid_validity" in item.reason for item in plan(one)
    ),
    "late": lambda one: any(item.is_planned and item.deprecation for item in plan(one)),
}


def test_families_are_such_that_there_is_something_to_do() -> None:
    """Else all that follows would be true of nothing."""
    missing = {*SOMETHING}
    often = settings(
        max_examples=10_000,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )

    def are_all_there(situation: Situation) -> bool:
        missing.difference_update(
            [name for name in missing if SOMETHING[name](situation)]
        )
        return not missing

    assert find(situations(), are_all_there, settings=often)


@given(situations())
def test_every_version_has_a_reason(situation: Situation) -> None:
    items = plan(situation)

    assert [*dict.fromkeys(item.image for item in items)] == [
        *reversed(situation.family.versions)
    ]
    assert all(item.reason for item in items)


@given(situations())
def test_current_version_of_a_family_that_has_not_ended_stays(
    situation: Situation,
) -> None:
    kept = {situation.family.current, situation.family.latest}
    touched = [
        item
        for item in plan(situation)
        if item.is_planned and item.action is not Action.RESTORE
    ]

    if not situation.has_ended:
        assert kept.isdisjoint(item.image for item in touched)


@given(situations())
def test_newest_previous_versions_of_such_a_family_stay(situation: Situation) -> None:
    keep = max(situation.policy.keep or 1, situation.request.keep or 1)
    newest = before_the_latest(situation)[:keep]

    if not situation.has_ended:
        assert {item.image for item in deleted(situation)}.isdisjoint(newest)


@given(situations())
def test_only_what_is_managed_and_not_held_is_deleted(situation: Situation) -> None:
    for item in deleted(situation):
        image = item.image
        assert image.is_managed
        assert (image.owner, image.family) == (OWNER, NAME)
        assert "lifecycle_hold" not in image.fields
        assert image.is_owned is (image.run == "dead")


@given(situations())
def test_F62_only_what_is_unused_and_not_protected_is_deleted(
    situation: Situation,
) -> None:
    for item in deleted(situation):
        assert situation.request.unprotect or not item.image.protected
        if not item.image.is_owned:
            assert situation.usages is not None
            usage = situation.usages[item.image.id]
            assert usage.verdict is Verdict.UNUSED
            last, begins = usage.tally.last_used, situation.unused_since
            assert None in (last, begins) or last <= begins


@given(situations())
def test_F79_only_what_is_old_enough_is_deleted(situation: Situation) -> None:
    request = situation.request
    for item in deleted(situation):
        image, since = item.image, deprecated_at(item.image)
        if image.is_owned:
            continue
        if is_staged(image):
            since = max(filter(None, (image.created_at, image.updated_at)))
        assert since is not None
        assert since <= request.min_age.before(NOW)
        if request.older_than and not is_staged(image):
            assert image.created_at is not None
            assert image.created_at <= request.older_than.before(NOW)


@given(situations())
def test_only_what_a_rule_names_is_deleted(situation: Situation) -> None:
    policy = situation.policy
    for item in by_retention(situation):
        dates = [situation.delete_at(item.image)] if policy.delete_after else []
        dates += [item.image.moment("lifecycle_delete_at")]
        told = [date for date in dates if date]
        assert told or policy.keep or situation.request.keep
        assert all(date <= NOW for date in told)
        assert not policy.faults


@given(situations())
def test_nobody_touches_an_image_whose_bytes_are_moving(situation: Situation) -> None:
    for item in plan(situation):
        image = item.image
        is_moving = image.status in WITHOUT_BYTES or image.text("os_glance_import_task")
        assert not (is_moving and item.is_planned) or image.run == "dead"


@given(situations())
def test_what_another_run_is_deleting_is_left_alone(situation: Situation) -> None:
    for item in plan(situation):
        if "alive" in (item.image.text("lifecycle_deleting") or ""):
            assert not item.is_due


@given(situations())
def test_no_more_is_deleted_than_allowed(situation: Situation) -> None:
    before = [item for item in plan(situation) if item.deletes]

    after = deleted(situation)

    assert len(after) == min(len(before), situation.request.max_delete)


@given(situations())
def test_asking_who_uses_an_image_never_makes_more_of_them_go(
    situation: Situation,
) -> None:
    """What is asked about is what the plan without the answers would delete."""
    asked = {
        item.image for item in plan(replace(situation, usages=None)) if item.is_due
    }

    assert {item.image for item in plan(situation) if item.deletes} <= asked


@given(situations())
def test_a_second_run_after_all_was_done_deletes_nothing(situation: Situation) -> None:
    latest = situation.family.latest
    assume(latest is not None)
    # Known to be otherwise: when a family ends whose current version was rolled back
    # to, the newer one, which that had replaced, counts as its last one afterwards.
    is_rolled_back = latest != situation.family.newest_published
    assume(not (situation.has_ended and is_rolled_back))
    items = plan(situation)

    again = carried_out(situation, items)

    # What was deprecated late goes by the dates that it had.
    late = {item.image.id for item in items if item.is_planned and item.deprecation}
    # The last version of a family that has ended waits for all the others.
    last = {one.id for one in again.family.versions[-1:] if situation.has_ended}
    more = {item.image.id for item in plan(again) if item.deletes}
    assert more <= late | last
