# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.adoption import (
    Adoption,
    Wish,
    adopted,
    outranks,
    renumbered,
)
from osc_imagetools.lifecycle.family import Family
from tests.unit.lifecycle.images import OWNER, managed, shown

NAME = "debian-13"
DAY = date(2026, 3, 1)


def wish(**fields):
    return Wish("one", NAME, **fields)


def adoption(image, **fields):
    return Adoption(image, wish(**fields))


def after(image, generation=7, **fields):
    """The image once it is adopted."""
    return adopted(adoption(image, **fields), "label", generation).change.on(image)


BUILT = {
    "said": ({"image_build_date": "2026-01-01"}, {"build_date": DAY}, DAY),
    "told": ({"image_build_date": "2026-01-01"}, {}, date(2026, 1, 1)),
    "created": ({"created_at": "2026-02-01T23:00:00Z"}, {}, date(2026, 2, 1)),
    "unknown": ({"image_build_date": "soon"}, {}, date.max),
}


@pytest.mark.parametrize(("fields", "said", "built"), BUILT.values(), ids=BUILT)
def test_the_day_of_a_build_is_what_was_said_or_told_or_seen(fields, said, built):
    assert adoption(shown(**fields), **said).built == built


def test_of_one_day_the_image_that_is_offered_comes_last():
    offered = adoption(shown("a"), build_date=DAY)
    hidden = adoption(shown("b", os_hidden=True), build_date=DAY)
    renamed = adoption(shown("c", name="debian-13-old"), build_date=DAY)
    older = adoption(shown("d"), build_date=date(2026, 2, 1))

    ordered = sorted([offered, hidden, renamed, older], key=lambda one: one.place)

    assert [one.image.id for one in ordered] == ["d", "b", "c", "a"]


def test_of_one_day_the_image_that_glance_got_last_comes_last():
    known = [
        adoption(
            shown(image_id, created_at=f"2026-02-01T{hour}:00:00Z"), build_date=DAY
        )
        for image_id, hour in (("b", "01"), ("c", "02"), ("a", "02"), ("d", "00"))
    ]
    unknown = adoption(shown("0", created_at=None), build_date=DAY)

    ordered = sorted([unknown, *known], key=lambda one: one.place)

    assert [one.image.id for one in ordered] == ["d", "b", "a", "c", "0"]


OUTRANKS = {
    "adopted": ({}, True),
    "hidden": ({"os_hidden": True, "lifecycle_state": "deprecated"}, True),
    "itself": ({"lifecycle_generation": "2"}, False),
    "older": ({"lifecycle_generation": "1"}, False),
    "of-another-family": ({"lifecycle_family": "rocky-9"}, False),
    "staged": ({"os_hidden": True, "lifecycle_state": "staged"}, False),
    "importing": ({"status": "queued"}, False),
    "inherited": ({"lifecycle_id": "another"}, False),
}


@pytest.mark.parametrize(("fields", "does"), OUTRANKS.values(), ids=OUTRANKS)
def test_a_version_outranks_the_current_one_once_it_was_offered(fields, does):
    current = managed("current", 2)

    assert outranks(managed("adopted", 3, **fields), current) is does


STATES = {
    "offered": ({}, "active"),
    "hidden": ({"os_hidden": True}, "deprecated"),
    "deactivated": ({"status": "deactivated"}, "obsolete"),
    "renamed": ({"name": "old"}, "active"),
}


@pytest.mark.parametrize(("fields", "state"), STATES.values(), ids=STATES)
def test_an_adopted_image_is_managed_and_in_the_state_that_it_was_in(fields, state):
    image = after(shown("one", **fields))

    assert image.is_managed
    assert (image.family, image.version, image.generation) == (NAME, "label", 7)
    assert image.text("lifecycle_state") == state
    assert image.tags == {"lifecycle"}


def test_a_deprecated_image_without_a_place_gets_one_and_stays_deprecated():
    image = managed("one", 0, lifecycle_state="deprecated", lifecycle_reason="old")

    assert not adoption(image).is_done
    assert adoption(image).fault is None
    assert after(image).text("lifecycle_state") == "deprecated"
    assert after(image).text("lifecycle_reason") == "old"


def test_what_another_image_left_on_it_is_taken_away():
    snapshot = shown("one", lifecycle_id="other", lifecycle_delete_at="2020-01-01")

    image = after(snapshot)

    assert "lifecycle_delete_at" not in image.fields
    assert image.is_managed


def test_only_what_is_offered_under_the_familys_name_counts_as_published():
    created = {"created_at": "2026-02-01T00:00:00Z"}

    assert after(shown(**created)).text("lifecycle_published_at") == (
        "2026-02-01T00:00:00Z"
    )
    for fields in ({"os_hidden": True}, {"name": "other"}):
        assert after(shown(**created, **fields)).text("lifecycle_published_at") is None


def test_what_was_said_is_written_with_it():
    image = after(shown(), build_date=DAY, said={"lifecycle_hold": "mine"})

    assert image.text("image_build_date") == "2026-03-01"
    assert image.text("lifecycle_hold") == "mine"


FAULTS = {
    "queued": (
        shown(status="queued"),
        "its bytes are not all there yet: its status is queued",
    ),
    "owned": (shown(lifecycle_run="x"), "a run is importing it just now"),
    "elsewhere": (
        managed("one", 1, lifecycle_family="other"),
        "it is a version of 'other': let go of it first with 'openstack image "
        "lifecycle unset --all'",
    ),
}


@pytest.mark.parametrize(("image", "says"), FAULTS.values(), ids=FAULTS)
def test_what_can_not_be_adopted_says_why(image, says):
    assert adoption(image).fault == says


def test_a_version_is_there_already_whatever_is_said_of_it():
    assert adoption(managed("one", 1)).is_done
    assert adoption(managed("one", 1)).fault is None
    assert not adoption(shown()).is_done


def test_a_label_is_the_day_made_free_and_one_that_was_said_is_taken_or_free():
    family = Family.of(OWNER, NAME, [managed("one", 1, lifecycle_version="20260301")])

    assert adoption(shown("x"), build_date=DAY).label(family) == "20260301.2"
    assert adoption(shown("x"), label="a").label(family) == "a"
    assert adoption(shown("x"), label="20260301").label(family) is None


def test_what_an_adoption_changes_is_told():
    decision = adopted(adoption(shown("one"), build_date=DAY), "label", 7)

    assert decision.result == "adopted"
    assert {*decision.changes} == {
        *("lifecycle_id", "lifecycle_family", "lifecycle_version", "tags"),
        *("lifecycle_generation", "lifecycle_state", "image_build_date"),
    }


GENERATION = ("lifecycle_generation",)


def test_a_current_version_only_gets_another_number():
    image = managed("one", 1)

    decision = renumbered(image, 4)

    assert (decision.result, decision.changes) == ("renumbered", GENERATION)
    assert decision.note == (
        "it stays the current version: the adopted ones rank below it"
    )
    assert decision.change.on(image).generation == 4
    assert [step["path"] for step in decision.change.patch(image)] == [
        "/lifecycle_generation"
    ]


VALUES = st.one_of(st.none(), st.text(max_size=9), st.just("one"))


@given(
    status=st.sampled_from(["active", "deactivated"]),
    hidden=st.booleans(),
    ours=st.fixed_dictionaries(
        {f"lifecycle_{name}": VALUES for name in ("id", "family", "state", "delete_at")}
    ),
)
def test_adopted_twice_is_adopted_once(status, hidden, ours):
    image = shown("one", status=status, os_hidden=hidden, **ours)

    once = after(image)

    assert adoption(once).is_done
    assert after(once).fields == once.fields
