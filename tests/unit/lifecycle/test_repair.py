# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.moments import format_time
from osc_imagetools.lifecycle.plan import Step
from osc_imagetools.lifecycle.repair import is_retired, repairs
from osc_imagetools.lifecycle.retirement import HIDE, Retirement
from osc_imagetools.lifecycle.state import State, before, derive
from tests.unit.lifecycle.images import OWNER, managed

NAME = "debian-13"
NOW = datetime(2026, 3, 9, 12, tzinfo=timezone.utc)
DAYS = [format_time(NOW - timedelta(days=days)) for days in (3, 2, 1)]
ALIVE, DEAD = "alive", "dead"
IDS = ("a", "b", "c", "d")
MOST_ROUNDS = 4


def family(*images):
    return Family.of(OWNER, NAME, images)


def needed(*images):
    return repairs(family(*images), lambda image: image.run == ALIVE, NOW)


def published(image_id, generation, **fields):
    return managed(
        image_id,
        generation,
        **{
            "lifecycle_state": "active",
            "lifecycle_published_at": DAYS[0],
            "tags": ["lifecycle"],
            **fields,
        },
    )


def staged(image_id, generation, **fields):
    told = {"name": f"{NAME}.importing-{image_id}", "os_hidden": True}
    return managed(image_id, generation, lifecycle_state="staged", **told, **fields)


def announced(image, successor, retirement=None):
    """*image* as a swap leaves it that ended before *successor* was shown."""
    return (retirement or Retirement()).announced(image, successor, NOW).on(image)


def retired(image, successor):
    return HIDE.on(announced(image, successor))


def mended(*images):
    """The family by ID, once nothing is needed any more, and each step on the way."""
    there, steps = {image.id: image for image in images}, []
    for _ in range(MOST_ROUNDS):
        found = needed(*there.values())
        if not found:
            return there, steps
        for repair in found:
            image_id = repair.image.id
            there[image_id] = repair.change.on(there[image_id])
            steps.append((repair.step, image_id, family(*there.values())))
    raise AssertionError(f"not settled: {[step[:2] for step in steps]}")


ONE, TWO, THREE = (published(IDS[n - 1], n) for n in (1, 2, 3))
NEW = staged("b", 2, lifecycle_run=DEAD)
TAGGED = {"lifecycle_tag": "octavia", "tags": ["lifecycle", "octavia"]}
BY_HAND = published("a", 1, lifecycle_state="deprecated", os_hidden=True)

NEEDED = {
    "nothing": ([], []),
    "one-is-current": ([ONE], []),
    "done": ([retired(ONE, TWO), TWO], []),
    "F78-killed-before-the-old-one-was-hidden": (
        [announced(ONE, TWO), TWO],
        [("hide", "a")],
    ),
    "F76-several-are-visible": (
        [ONE, TWO, THREE],
        [("hide", "a"), ("hide", "b"), ("retire", "a"), ("retire", "b")],
    ),
    "hidden-and-says-nothing": (
        [published("a", 1, os_hidden=True), TWO],
        [("retire", "a")],
    ),
    "F100-un-hide-was-lost": (
        [retired(ONE, TWO), published("b", 2, os_hidden=True)],
        [("show", "b")],
    ),
    "un-hide-and-all-else-was-lost": (
        [retired(ONE, NEW), NEW],
        [("show", "a"), ("take back", "a")],
    ),
    "rollback-was-lost": (
        [published("a", 1, os_hidden=True), retired(TWO, ONE)],
        [("show", "b"), ("take back", "b"), ("retire", "a")],
    ),
    "successor-is-gone": ([retired(ONE, NEW)], []),
    "successor-of-the-same-number-was-current-and-was-hidden-by-hand": (
        [published("a", 2, os_hidden=True), retired(TWO, published("a", 2))],
        [],
    ),
    "successor-was-hidden-by-hand": (
        [retired(ONE, TWO), retired(TWO, published("d", 9))],
        [],
    ),
    "deprecated-by-hand": ([BY_HAND], []),
    "deprecated-by-hand-for-one-that-is-staged": (
        [published("a", 1, **BY_HAND.fields, lifecycle_replacement="b"), NEW],
        [],
    ),
    "deprecated-by-hand-and-listed": (
        [published("a", 1, lifecycle_state="deprecated")],
        [],
    ),
    "announced-by-a-run-that-lives": (
        [announced(ONE, NEW), staged("b", 2, lifecycle_run=ALIVE)],
        [],
    ),
    "F77-killed-before-the-new-one-was-shown": (
        [announced(ONE, NEW), NEW],
        [("take back", "a")],
    ),
    "new-one-is-gone": ([announced(ONE, NEW)], [("take back", "a")]),
    "new-one-stays-staged": (
        [announced(ONE, NEW), staged("b", 2)],
        [("take back", "a")],
    ),
    "renamed": (
        [published("a", 1, name="old"), published("b", 2, os_hidden=True)],
        [("show", "b"), ("retire", "a")][:1],
    ),
    "visible-under-another-name": ([published("a", 1, name="old")], [("show", "a")]),
    "F85-deactivated": ([published("a", 1, status="deactivated")], []),
    "F85-queued": ([published("a", 1, status="queued")], []),
    "deactivated-and-still-listed": (
        [published("a", 1, status="deactivated"), TWO],
        [("unlist", "a")],
    ),
    "deactivated-and-of-a-higher-number": (
        [ONE, published("b", 2, status="deactivated")],
        [],
    ),
    "deactivated-and-of-the-same-number": (
        [published("a", 2, status="deactivated"), TWO],
        [],
    ),
    "deactivated-and-listed-under-another-name": (
        [published("a", 1, status="deactivated", name="old"), TWO],
        [],
    ),
    "never-current": ([staged("a", 1)], []),
    "never-had-a-number": ([published("a", 0, os_hidden=True)], []),
    "never-had-a-number-beside-one-that-is-current": (
        [published("a", 0, os_hidden=True), TWO],
        [],
    ),
    "same-number": ([ONE, published("b", 1)], [("hide", "a")]),
    "tag-is-missing": (
        [published("a", 1, lifecycle_tag="octavia")],
        [("tag", "a")],
    ),
    "tag-of-another-too": (
        [retired(published("a", 1, **TAGGED), TWO), published("b", 2, **TAGGED)],
        [("untag", "a")],
    ),
    "tag-of-one-that-a-run-owns": (
        [published("a", 1, **TAGGED), staged("b", 2, lifecycle_run=DEAD, **TAGGED)],
        [],
    ),
    "tag-that-is-none": ([published("a", 1, lifecycle_tag="")], []),
    "tag-that-every-version-has": (
        [retired(ONE, TWO), published("b", 2, lifecycle_tag="lifecycle")],
        [],
    ),
}


@pytest.mark.parametrize(("images", "steps"), NEEDED.values(), ids=NEEDED)
def test_a_family_needs_just_that(images, steps):
    assert [(one.step, one.image.id) for one in needed(*images)] == steps
    assert mended(*images)


def test_what_is_taken_back_is_as_it_was_before():
    image = published("a", 1, os_purpose="generic", lifecycle_delete_after="90d")
    new = staged("b", 2)
    retirement = Retirement(os_purpose="old", visibility="private", name="old")

    half = announced(image, new, retirement)
    there, _ = mended(half, new)

    assert half.text("os_purpose") == "old"
    assert there["a"].fields == image.fields


def test_taking_back_never_hides_or_renames_whatever_the_record_says():
    told = {"os_hidden": True, "name": "other", "lifecycle_state": "active"}
    image = announced(ONE, NEW)
    image = published("a", 1, **{**image.fields, "lifecycle_before": json.dumps(told)})

    there, steps = mended(image)

    assert [step[:2] for step in steps] == [("take back", "a")]
    assert (there["a"].hidden, there["a"].name) == (False, NAME)
    assert derive(there["a"]).state is State.ACTIVE


def test_taking_back_leaves_it_in_its_family_whatever_the_record_says():
    told = {"lifecycle_family": None, "lifecycle_state": "active"}
    image = announced(ONE, NEW)
    image = published("a", 1, **{**image.fields, "lifecycle_before": json.dumps(told)})

    there, _ = mended(image)

    assert there["a"].is_managed
    assert there["a"].family == NAME


@pytest.mark.parametrize("record", [None, "[", "{}", '{"min_disk": 3}'])
def test_what_has_no_record_of_before_is_taken_back_all_the_same(record):
    fields = {**announced(ONE, NEW).fields, "lifecycle_before": record}
    image = published("a", 1, **{n: v for n, v in fields.items() if v is not None})

    there, _ = mended(image, NEW)

    assert derive(there["a"]).state is State.ACTIVE
    assert there["a"].text("lifecycle_state") == "active"
    assert {name for name in there["a"].fields if name.startswith("lifecycle_")} == {
        "lifecycle_id",
        "lifecycle_family",
        "lifecycle_version",
        "lifecycle_generation",
        "lifecycle_state",
        "lifecycle_published_at",
    }


def test_a_version_that_says_nothing_is_told_to_be_retired():
    there, _ = mended(
        published("a", 1, os_hidden=True, lifecycle_delete_after="30d"), TWO
    )

    assert derive(there["a"]).state is State.DEPRECATED
    assert is_retired(there["a"])
    assert there["a"].text("lifecycle_replacement") == "b"
    assert there["a"].text("lifecycle_delete_at") == "2026-04-09T00:00:00Z"
    assert before(there["a"]) is not None
    assert before(there["a"])["os_hidden"] is False


def test_a_time_beyond_the_calendar_is_not_said():
    image = published("a", 1, os_hidden=True, lifecycle_delete_after="999999y")

    there, _ = mended(image, TWO)

    assert is_retired(there["a"])
    assert there["a"].text("lifecycle_delete_at") is None


def test_each_repair_says_why_and_what_has_to_be_visible():
    (hide,) = needed(announced(ONE, TWO), TWO)
    (unlist,) = needed(*NEEDED["deactivated-and-still-listed"][0])

    assert hide.successor == unlist.successor == TWO
    assert hide.as_step() == Step(
        "hide", "image a", "version 20260302 of a higher generation is visible"
    )
    assert [one.successor for one in needed(*NEEDED["tag-of-another-too"][0])] == [None]


WHY = {
    "F100-un-hide-was-lost": "no version was visible: this one was current last",
    "new-one-is-gone": "it was to be replaced, and still is the current version",
    "hidden-and-says-nothing": "version 20260302 has replaced it",
    "deactivated-and-still-listed": (
        "version 20260302 of a higher generation is visible"
    ),
    "tag-is-missing": "it is the current version",
    "tag-of-another-too": "only version 20260302 has the tag",
}


@pytest.mark.parametrize(("name", "why"), WHY.items(), ids=WHY)
def test_the_reason_is_told(name, why):
    (only,) = needed(*NEEDED[name][0])

    assert only.reason == why


records = st.fixed_dictionaries(
    {},
    optional={
        "os_hidden": st.booleans(),
        "name": st.sampled_from([NAME, "old", ""]),
        "visibility": st.sampled_from(["private", "public", None]),
        "tags": st.sampled_from([[], ["lifecycle"]]),
        "lifecycle_state": st.sampled_from(["active", "deprecated", None]),
        "lifecycle_before": st.sampled_from(["{}", "[", '{"os_hidden": true}', None]),
        "lifecycle_id": st.sampled_from([None, "another"]),
    },
).map(json.dumps)

maybe_day = st.none() | st.sampled_from(DAYS)

properties = st.fixed_dictionaries(
    {
        "os_hidden": st.booleans(),
        "status": st.sampled_from(["active"] * 6 + ["queued", "deactivated"]),
        "tags": st.lists(st.sampled_from(["lifecycle", "octavia"]), unique=True),
        "name": st.sampled_from([NAME] * 5 + ["old"]),
        "lifecycle_generation": st.integers(0, 5).map(str),
        "lifecycle_state": st.sampled_from([*map(str, State), None, "retired"]),
        "lifecycle_published_at": maybe_day,
        "lifecycle_retired_at": maybe_day,
        "lifecycle_deprecated_at": maybe_day,
        "lifecycle_replacement": st.none() | st.sampled_from([*IDS, "family:x"]),
        "lifecycle_run": st.sampled_from([None] * 6 + [ALIVE, DEAD]),
        "lifecycle_before": st.none() | records,
        "lifecycle_tag": st.sampled_from([None, None, "octavia", "lifecycle"]),
        "lifecycle_delete_after": st.sampled_from([None, "90d", "999999y"]),
    }
)


@st.composite
def families(draw):
    """Whatever runs, people and lost updates may leave of a family."""
    fields = draw(st.lists(properties, max_size=len(IDS)))
    return [
        managed(own_id, 1, **{n: v for n, v in told.items() if v is not None})
        for own_id, told in zip(IDS, fields, strict=False)
    ]


@given(families())
def test_any_family_settles_with_the_highest_that_was_offered_and_never_at_none(images):
    offered = family(*images).offered

    there, steps = mended(*images)

    after = family(*there.values())
    assert len(after.offered) <= 1
    if offered:
        assert after.current is not None
        assert after.current.id == offered[-1].id
        assert all(step[-1].offered for step in steps)
    assert needed(*there.values()) == ()


@given(families())
def test_no_repair_shows_what_never_was_current(images):
    offered = {image.id for image in family(*images).offered}

    there, _ = mended(*images)

    for image in family(*there.values()).offered:
        assert image.id in offered or image.moment("lifecycle_published_at")


@given(families())
def test_what_a_person_deprecated_stays_deprecated(images):
    def is_by_hand(image):
        return derive(image).state.is_on_its_way_out and not is_retired(image)

    by_hand = {image.id: image for image in images if is_by_hand(image)}

    there, steps = mended(*images)

    for own_id, image in by_hand.items():
        assert derive(there[own_id]).state == derive(image).state
        assert ("show", own_id) not in [step[:2] for step in steps]
