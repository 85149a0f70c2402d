# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.fences import (
    coming,
    hiding,
    is_coming_otherwise,
    is_hidden_by_hand,
    is_leaving,
    is_marked_for,
    is_marked_listed,
    leaving,
    left_for,
    listed,
    marked_coming,
    marked_leaving,
    outdated,
    settling,
    show_mark,
    showing,
    taking_back,
    to_be_shown,
    was_changed_as_shown,
    was_shown,
    withholding,
)
from osc_imagetools.lifecycle.model.importing_name import importing_name
from osc_imagetools.lifecycle.model.run import Run
from osc_imagetools.lifecycle.rotation.retirement import HIDE, SHOW
from tests.unit.lifecycle.images import managed

RUN = Run("a-run", "host", 1, 1)
RETIRED = {"lifecycle_retired_at": "2026-03-01T00:00:00Z"}


def test_what_is_shown_is_so_once_and_leaves_no_mark_behind():
    image = managed("a", 1, os_hidden=True, **{leaving(2): "[]", coming(3): "x"})
    image = marked_coming(4).on(image)

    show = showing(SHOW, image, coming(4))

    assert show.fits(image)
    assert [step["op"] for step in show.patch(image)] == ["add"] + 3 * ["remove"]
    assert not show.fits(show.on(image))
    assert not [name for name in show.on(image).fields if "ing_" in name]


def test_what_a_run_has_made_bears_that_run_until_it_is_shown():
    made = managed("a", 1, lifecycle_run=str(RUN))
    another = managed("a", 1, lifecycle_run=str(Run("b-run", "host", 2, 2)))

    assert show_mark(made, RUN, 1) == "lifecycle_run"
    assert show_mark(another, RUN, 1) == show_mark(managed("a", 1), RUN, 1) == coming(1)


def test_record_that_is_withheld_stays_its_runs_own_and_is_shown_by_no_request_of_it():
    name = importing_name("debian-13", "a")
    states = {"lifecycle_state": "staged", "lifecycle_run": str(RUN)}
    record = managed("a", 1, name=name, os_hidden=True, **states)
    show = showing(SHOW, record, show_mark(record, RUN, 1))

    withheld = withholding().on(record)

    assert show.fits(record)
    assert not show.fits(withheld)
    assert withheld.is_owned
    assert not withholding().fits(show.on(record))


def test_what_was_shown_is_not_shown_again_by_the_mark_of_another_try():
    image = managed("a", 1, os_hidden=True, **{f"{coming(4)}one": "x"})
    show = showing(SHOW, image, show_mark(image, RUN, 4))

    late = managed("a", 1, os_hidden=True, **{f"{coming(4)}other": "x"})

    assert show.fits(image)
    assert not show.fits(late)
    # Nor is the mark of swap 4 that of swap 40.
    assert show_mark(managed("a", 1, **{f"{coming(40)}one": "x"}), RUN, 4) == coming(4)


def test_what_stays_is_not_hidden_by_the_mark_of_another_try():
    one, other = (
        {f"{begin}{end}": "[]" for begin in (leaving(2), listed(2))}
        for end in ("one", "other")
    )
    image = managed("a", 1, **RETIRED, **one)
    hide = hiding(HIDE, image, 2, at_once=True)

    late = managed("a", 1, **RETIRED, **other)

    assert hide.fits(image)
    assert not hide.fits(late)
    assert outdated(late, 2).remove == other.keys()


@pytest.mark.parametrize("at_once", [True, False])
def test_what_is_hidden_is_leaving_and_retired_still(at_once):
    image = marked_leaving(2, "public").on(managed("a", 1, **RETIRED))

    hide = hiding(HIDE, image, 2, at_once=at_once)

    assert hide.fits(image)
    assert is_leaving(hide.on(image))
    assert is_marked_listed(image, 2)
    assert not is_marked_listed(hide.on(image), 2)
    assert not hide.fits(Change(remove=frozenset({listed(2)})).on(image))
    for gone in ("lifecycle_retired_at", "lifecycle_id"):
        # In a swap each value makes the moment longer in which two are visible.
        assert hide.fits(Change(remove=frozenset({gone})).on(image)) is at_once
    assert not hiding(HIDE, image, 3, at_once=at_once).fits(image)


def test_what_a_swap_has_hidden_is_told_from_what_a_person_has_hidden_before_it():
    image = marked_leaving(2, "public", frozenset({"x"})).on(managed("a", 1, **RETIRED))
    image = marked_leaving(1, "public").on(image)

    swapped = hiding(HIDE, image, 2, at_once=True).on(image)

    assert not is_hidden_by_hand(image)
    assert is_hidden_by_hand(HIDE.on(image))
    assert not is_hidden_by_hand(swapped)
    assert left_for(swapped) == left_for(image) == {"x"}
    assert not {leaving(1), listed(1), listed(2)} & swapped.fields.keys()
    assert outdated(swapped, 2).remove == {leaving(2)}
    # Nor is it retired by a swap then.
    gone = {leaving(1), leaving(2), listed(1), listed(2), "lifecycle_retired_at"}
    assert outdated(HIDE.on(image), 2).remove == gone


def test_what_a_swap_has_hidden_is_so_whatever_another_try_of_it_leaves_later():
    image = marked_leaving(2, "public").on(managed("a", 1, **RETIRED))
    hidden = hiding(HIDE, image, 2, at_once=True).on(image)
    late = {f"{begin}late": "[]" for begin in (leaving(2), listed(2))}

    assert not is_hidden_by_hand(Change(late).on(hidden))


def test_hiding_of_a_swap_is_one_value_and_what_it_removes():
    """Glance validates each value, and that takes as long as a quarter of a PATCH."""
    image = marked_leaving(2, "public").on(managed("a", 1, **RETIRED))

    operations = hiding(HIDE, image, 2, at_once=True).patch(image)

    assert sorted(one["op"] for one in operations) == ["add", "remove"]


def test_what_was_not_announced_is_hidden_by_its_mark_alone():
    image = marked_leaving(2, "public").on(managed("a", 1))

    hide = hiding(HIDE, image, 2, at_once=False)

    assert hide.requires == {listed(2), "lifecycle_id"}


def test_the_last_change_of_a_retirement_is_for_what_is_retired_still():
    image = marked_leaving(2, "public").on(managed("a", 1, **RETIRED))

    settle = settling(Change({"name": "old"}), image)

    assert settle.on(image).name == "old"
    assert not is_leaving(settle.on(image))
    assert not settle.fits(managed("a", 1, **RETIRED))
    assert settling(Change(), managed("a", 1, **RETIRED)).is_empty
    assert not settling(Change({"name": "old"}), managed("a", 1)).fits(managed("a", 1))


def test_an_announcement_is_not_taken_back_once_a_later_swap_has_hidden_it():
    image = marked_leaving(2, "public").on(managed("a", 1, **RETIRED))
    back = taking_back(Change(remove=frozenset(RETIRED)), image)

    later = marked_leaving(3, "public").on(image)
    hidden = hiding(HIDE, later, 3, at_once=False).on(later)

    assert back.fits(image)
    assert not back.fits(hidden)
    assert not is_leaving(back.on(image))


def test_marks_of_swaps_that_are_over_go_and_those_to_come_stay():
    marks = {leaving(2): "[]", coming(3): "x", leaving(4): "[]", f"{leaving(1)}x": "y"}
    image = managed("a", 1, **marks)

    over = outdated(image, 3)

    assert over.remove == {leaving(2), coming(3), f"{leaving(1)}x"}
    assert outdated(over.on(image), 3).is_empty


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ('["a", "b"]', {"a", "b"}),
        ('["a", 1]', {"a"}),
        ("[]", set()),
        ("{}", set()),
        ("[", set()),
        ("[" * 100_000, set()),
    ],
)
def test_what_it_was_to_be_replaced_by_is_told_by_the_mark(text, known):
    assert left_for(managed("a", 1, **{leaving(2): text})) == known
    told = marked_leaving(2, "public", frozenset(known)).on(managed("a", 1))
    assert left_for(told) == known


def test_a_version_was_shown_if_it_was_offered_under_that_number_or_above():
    published = {"lifecycle_published_at": "2026-03-01T00:00:00Z"}

    assert was_shown(managed("a", 3, **published, os_hidden=True), 3)
    assert was_shown(managed("a", 4, **published), 3)
    assert not was_shown(managed("a", 2, **published), 3)
    assert not was_shown(managed("a", 3), 3)


def test_image_that_another_swap_is_about_to_show_is_known_by_its_mark():
    image = managed("a", 1, **{f"{coming(3)}one": "x"})

    assert is_coming_otherwise(image, 4)
    assert not is_coming_otherwise(image, 3)
    assert not is_coming_otherwise(managed("a", 1, lifecycle_run="a"), 3)


def test_what_a_run_may_show_still_is_known_by_its_properties():
    marks = {leaving(2): "[]", coming(3): "x", "lifecycle_run": "a"}
    image = managed("a", 1, **marks)

    assert to_be_shown(image) == {coming(3), "lifecycle_run"}
    assert is_marked_for(image, managed("b", 2))
    assert not is_marked_for(image, managed("b", 3))


@pytest.mark.parametrize(
    ("changed_at", "is_as_shown"),
    [
        ("2026-03-01T00:00:00Z", True),
        ("2026-03-01T00:00:10Z", True),
        ("2026-03-01T00:00:11Z", False),
        # The clock of another machine is behind.
        ("2026-02-28T23:59:00Z", True),
        (None, True),
    ],
)
def test_a_change_in_the_moment_of_a_showing_is_told_from_a_later_one(
    changed_at, is_as_shown
):
    shown_at = {"lifecycle_published_at": "2026-03-01T00:00:00Z"}

    assert was_changed_as_shown(managed("a", 1, updated_at=changed_at, **shown_at)) == (
        is_as_shown
    )
    assert was_changed_as_shown(managed("a", 1, updated_at=changed_at))
