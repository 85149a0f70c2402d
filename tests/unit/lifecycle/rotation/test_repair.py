# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import hiding, marked_leaving
from osc_imagetools.lifecycle.model.state import State, derive, undo_record
from osc_imagetools.lifecycle.model.step import Step
from osc_imagetools.lifecycle.rotation.repair import repairs
from osc_imagetools.lifecycle.rotation.retirement import HIDE, Retirement
from osc_imagetools.lifecycle.rotation.taken_out import (
    is_retired,
    is_taken_out,
    is_taken_out_since,
)
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
SHOWN = {"os_hidden": False}
HIDDEN_BY_HAND = published("b", 2, os_hidden=True)
LOST = published("b", 2, os_hidden=True, name=f"{NAME}.importing-b")
"""Glance has lost the change that showed it, and not what that said."""
BY_HAND = published("a", 1, lifecycle_state="deprecated", os_hidden=True)

LEFT = announced(marked_leaving(2, "public", {"sha256:b"}).on(ONE), TWO)
LEAVING = hiding(HIDE, LEFT, 2, at_once=True).on(LEFT)
MARKED = staged("c", 3, lifecycle_coming_3_x="lifecycle_run")
PRIVATE = published("b", 2, visibility="private")
RETIRED = {"lifecycle_state": "deprecated", "lifecycle_retired_at": DAYS[0]}
OFFERED = {"lifecycle_run": DEAD, "lifecycle_state": "staged"}

NEEDED = {
    "F135-shown-by-hand": ([managed("b", 2, **OFFERED)], [("publish", "b")]),
    "F135-shown-by-hand-beside-the-current-one": (
        [ONE, managed("b", 2, **OFFERED)],
        [("publish", "b"), ("retire", "a"), ("hide", "a")],
    ),
    "F135-shown-by-hand-while-its-run-lives": (
        [managed("b", 2, **{**OFFERED, "lifecycle_run": ALIVE})],
        [],
    ),
    "F135-shown-by-hand-without-bytes": (
        [managed("b", 2, **OFFERED, status="saving")],
        [],
    ),
    "F146-no-number-is-left": (
        [ONE, published("b", 10**18 - 1)],
        [("renumber", "b")],
    ),
    "F146-no-number-is-left-above-several": (
        [ONE, published("b", 10**17), published("c", 10**18 - 1)],
        [("renumber", "b"), ("renumber", "c")],
    ),
    "nothing": ([], []),
    "one-is-current": ([ONE], []),
    "done": ([retired(ONE, TWO), TWO], []),
    "F78-killed-before-the-old-one-was-hidden": (
        [announced(ONE, TWO), TWO],
        [("hide", "a")],
    ),
    "F76-several-are-visible": (
        [ONE, TWO, THREE],
        [("retire", "a"), ("hide", "a"), ("retire", "b"), ("hide", "b")],
    ),
    "hidden-and-says-nothing": (
        [published("a", 1, os_hidden=True), TWO],
        [("retire", "a")],
    ),
    "F100-un-hide-was-lost": (
        [retired(ONE, TWO), LOST],
        [("show", "b")],
    ),
    "F144-hidden-by-hand": ([retired(ONE, TWO), HIDDEN_BY_HAND], []),
    "F144-hidden-by-hand-beside-one-that-a-person-has-shown": (
        [published("a", 1, **retired(ONE, TWO).fields | SHOWN), HIDDEN_BY_HAND],
        [("take back", "a")],
    ),
    "un-hide-and-all-else-was-lost": (
        [retired(ONE, NEW), NEW],
        [("show", "a"), ("take back", "a")],
    ),
    "rollback-was-lost": (
        [retired(ONE, TWO), retired(TWO, ONE)],
        [("show", "b"), ("take back", "b")],
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
    "F144-hidden-by-hand-beside-one-of-another-name": (
        [published("a", 1, name="old"), published("b", 2, os_hidden=True)],
        [],
    ),
    "visible-under-another-name": ([published("a", 1, name="old")], []),
    "withdrawn-under-another-name": (
        [published("a", 1, name="old", os_hidden=True)],
        [],
    ),
    "killed-before-the-new-one-was-shown-beside-another-name": (
        [announced(published("a", 1, name="old"), NEW), NEW],
        [("take back", "a")],
    ),
    "new-one-is-gone-beside-another-name": (
        [announced(published("a", 1, name="old"), NEW)],
        [("take back", "a")],
    ),
    "new-one-is-gone-beside-one-that-was-to-stay-listed": (
        [
            announced(
                published("a", 1, name="old"),
                NEW,
                Retirement(hides=False, name="older"),
            )
        ],
        [("take back", "a")],
    ),
    "current-one-is-gone-beside-one-that-stays-listed": (
        [
            published(
                "a",
                1,
                **announced(ONE, TWO, Retirement(hides=False, name="old")).fields
                | {"name": "old"},
            ),
        ],
        [],
    ),
    "got-another-name-and-was-shown-again-by-hand": (
        [
            published(
                "a",
                1,
                **announced(ONE, TWO, Retirement(name="old")).fields | {"name": "old"},
            ),
            TWO,
        ],
        [],
    ),
    "deactivated-and-listed-beside-one-of-another-name": (
        [published("a", 1, status="deactivated"), published("b", 2, name="new")],
        [],
    ),
    "killed-before-another-name-was-hidden": (
        [announced(published("a", 1, name="old"), TWO), TWO],
        [("unlist", "a")],
    ),
    "stays-listed-under-another-name": (
        [
            published(
                "a",
                1,
                **announced(ONE, TWO, Retirement(hides=False, name="old")).fields
                | {"name": "old"},
            ),
            TWO,
        ],
        [],
    ),
    "un-hide-was-lost-beside-another-name": (
        [retired(published("a", 1, name="old"), NEW), NEW],
        [("show", "a"), ("take back", "a")],
    ),
    "un-hide-was-lost-beside-one-that-got-another-name": (
        [
            published("a", 1, **retired(ONE, NEW).fields | {"name": "old"}),
            NEW,
        ],
        [("show", "a"), ("take back", "a")],
    ),
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
    "same-number": (
        [ONE, published("b", 1)],
        [("retire", "a"), ("hide", "a")],
    ),
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
    "F140-killed-as-the-new-one-was-deleted": (
        [LEAVING],
        [("show", "a"), ("take back", "a")],
    ),
    "F140-killed-as-the-new-one-was-deactivated": (
        [LEAVING, published("b", 2, status="deactivated")],
        [("show", "a"), ("unlist", "b"), ("take back", "a")],
    ),
    "F141-killed-as-the-new-one-was-hidden-by-hand": (
        [LEAVING, published("b", 2, os_hidden=True)],
        [("show", "a"), ("take back", "a")],
    ),
    "F141-killed-as-the-new-one-was-deprecated": (
        [LEAVING, published("b", 2, lifecycle_state="deprecated", os_hidden=True)],
        [("show", "a"), ("take back", "a")],
    ),
    "un-hide-was-lost-in-a-swap": (
        [LEAVING, published("b", 2, name=f"{NAME}.importing-b", os_hidden=True)],
        [("show", "b"), ("settle", "a")],
    ),
    "killed-before-it-was-known-that-the-new-one-is-there": (
        [LEAVING, TWO],
        [("settle", "a")],
    ),
    "killed-and-hidden-by-hand-before-the-new-one-came": ([HIDE.on(LEFT)], []),
    "killed-and-hidden-by-hand-before-the-new-one-was-shown": (
        [HIDE.on(LEFT), NEW],
        [],
    ),
    "hidden-by-hand-before-its-swap-hid-it": (
        [HIDE.on(LEFT), TWO],
        [("settle", "a")],
    ),
    "killed-between-a-mark-and-the-showing": (
        [published("a", 1, os_hidden=True, **RETIRED), TWO, MARKED],
        [],
    ),
    "mark-of-a-swap-that-was-overtaken": (
        [published("c", 3, lifecycle_coming_2_x="x")],
        [("settle", "c")],
    ),
    "shown-by-hand-beside-a-newer-one-that-was-hidden-by-hand": (
        [
            published("a", 3, os_hidden=True),
            published("b", 2, lifecycle_retired_at=DAYS[1]),
        ],
        [],
    ),
    "one-that-was-made-private-and-an-older-one-for-all": (
        [published("a", 1, visibility="public"), published("b", 2)],
        [],
    ),
    "renumbered-and-withdrawn-in-mid-swap": (
        [LEAVING, published("b", 4, os_hidden=True)],
        [("show", "a"), ("take back", "a")],
    ),
    "two-beside-a-newer-one-that-is-private": (
        [ONE, published("b", 2), published("c", 3, visibility="private")],
        [("retire", "a"), ("hide", "a")],
    ),
    "swap-to-one-that-is-private": (
        [announced(marked_leaving(2, "private").on(ONE), TWO), PRIVATE],
        [("hide", "a")],
    ),
    "swap-to-one-that-was-made-private-since": (
        [announced(marked_leaving(2, "public").on(ONE), TWO), PRIVATE],
        [("take back", "a")],
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


def test_what_is_shown_again_has_the_name_that_it_had():
    adopted = published("a", 1, name="old")
    renames = Retirement(name="old")
    named = HIDE.on(announced(ONE, NEW, renames))

    assert mended(retired(adopted, NEW), NEW)[0]["a"].fields == adopted.fields
    there, _ = mended(renames.finished(named, None).on(named), NEW)
    assert there["a"].fields == ONE.fields
    assert not there["a"].hidden


def test_F140_bytes_of_a_version_that_was_deleted_in_a_swap_are_taken_out():
    there, _ = mended(LEAVING)

    assert there["a"].text("lifecycle_blocked") == '["sha256:b"]'
    kept, _ = mended(LEAVING, published("b", 2, os_hidden=True))
    assert kept["a"].fields == ONE.fields


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


BROKEN = {
    "visibility": "private",
    "lifecycle_state": "importing",
    "lifecycle_retired_at": None,
    "lifecycle_generation": None,
    "lifecycle_published_at": None,
    "tags": [],
}


@pytest.mark.parametrize("visibility", ["public", "shared", "community"])
def test_F146_taking_back_takes_nothing_from_users_whatever_the_record_says(visibility):
    told = {"visibility": visibility, "lifecycle_before": json.dumps(BROKEN)}
    image = published("a", 1, **{**announced(ONE, NEW).fields, **told})

    there, steps = mended(image, NEW)

    assert [step[:2] for step in steps] == [("take back", "a")]
    assert there["a"].visibility == visibility
    assert derive(there["a"]).state is State.ACTIVE
    assert (there["a"].generation, there["a"].was_offered) == (1, True)
    assert "lifecycle" in there["a"].tags


def test_a_version_that_was_made_private_gets_its_users_back():
    was = Retirement(visibility="private")
    left = {"visibility": "private", "os_hidden": True}
    image = published("a", 1, **{**announced(ONE, NEW, was).fields, **left})

    there, _ = mended(image, NEW)

    assert (there["a"].visibility, there["a"].hidden) == ("shared", False)


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


@pytest.mark.parametrize("is_by_hand", [False, True], ids=["visible", "hidden"])
def test_a_version_that_says_nothing_is_told_to_be_retired(is_by_hand):
    untold = published("a", 1, os_hidden=is_by_hand, lifecycle_delete_after="30d")

    there, _ = mended(untold, TWO)

    assert derive(there["a"]).state is State.DEPRECATED
    assert there["a"].hidden
    assert there["a"].text("lifecycle_replacement") == "b"
    assert there["a"].text("lifecycle_delete_at") == "2026-04-09T00:00:00Z"
    assert undo_record(there["a"]) is not None
    assert undo_record(there["a"])["os_hidden"] is False
    # A rollback does not go to what a person has hidden.
    assert is_retired(there["a"]) is not is_by_hand
    assert is_taken_out(there["a"]) is is_by_hand


def test_a_time_beyond_the_calendar_is_not_said():
    image = published("a", 1, lifecycle_delete_after="999999y")

    there, _ = mended(image, TWO)

    assert is_retired(there["a"])
    assert there["a"].text("lifecycle_delete_at") is None


def test_each_repair_says_why_and_what_has_to_be_visible():
    (hide,) = needed(announced(ONE, TWO), TWO)
    (unlist,) = needed(*NEEDED["deactivated-and-still-listed"][0])

    assert hide.successor == unlist.successor == TWO
    assert hide.as_step() == Step(
        "hide",
        "version 20260301",
        "version 20260302 of a higher generation is visible",
        "a",
    )
    assert [one.successor for one in needed(*NEEDED["tag-of-another-too"][0])] == [None]


WHY = {
    "F100-un-hide-was-lost": (
        "no version was visible: this one was the last current one"
    ),
    "mark-of-a-swap-that-was-overtaken": (
        "version 20260303 is current: that swap has ended"
    ),
    "new-one-is-gone": "it was about to be replaced, and is still the current version",
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
        "lifecycle_leaving_2_x": st.sampled_from([None, None, "[]", "[", '["x"]']),
        "lifecycle_coming_3_x": st.sampled_from([None, None, "lifecycle_run"]),
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


@given(families())
def test_what_a_person_hid_stays_hidden_and_is_known_as_that(images):
    hidden = {one.id for one in images if is_taken_out(one) and one.hidden}

    there, _ = mended(*images)

    assert all(is_taken_out(there[own_id]) for own_id in hidden)
    assert all(there[own_id].hidden for own_id in hidden)


HIDDEN = published("a", 1, os_hidden=True)


@pytest.mark.parametrize(
    ("known", "seen", "is_since"),
    [
        (retired(ONE, TWO), HIDDEN, True),
        (HIDDEN, HIDDEN, False),
        # It was offered once more in between.
        (HIDDEN, published("a", 3, os_hidden=True), True),
        (ONE, retired(ONE, TWO), False),
        (HIDDEN, ONE, False),
        (managed("a", 1), managed("a", 1, lifecycle_state="deprecated"), True),
    ],
    ids=["hidden", "known", "again", "retired", "shown", "deprecated"],
)
def test_what_a_person_does_to_a_version_is_news_unless_it_was_known(
    known, seen, is_since
):
    assert is_taken_out_since(seen, known) is is_since


@pytest.mark.parametrize(("name", "is_settled"), [("listed", True), (NAME, False)])
def test_F77_mark_goes_from_what_a_swap_has_given_another_name(name, is_settled):
    old = marked_leaving(2, "public").on(published("a", 1))
    listed = hiding(Change({"name": name}), old, 2, at_once=True).on(old)

    steps = [one.step for one in needed(listed, published("b", 2))]

    assert ("settle" in steps) == is_settled


def test_what_a_repair_has_hidden_is_known_as_replaced_in_a_plan_too():
    """A dry run shows what comes after it by that: nobody has taken it out."""
    [repair, *_] = needed(LEFT, TWO)

    left = repair.on(LEFT)

    assert (repair.step, left.hidden) == ("hide", True)
    assert not is_taken_out(left)
    assert is_taken_out(repair.change.on(LEFT))
