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
    line,
    moving_policy,
    renamed,
    renumbered,
)
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.settings import letting_go
from tests.unit.lifecycle.images import HERE, OWNER, managed, shown

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
    "in-its-label": ({"name": "debian"}, {"label": "20260301.2"}, DAY),
    "in-its-name": ({"name": "debian 13 (2026-03-01)"}, {}, DAY),
    "a-month": ({"name": "debian 2026-03"}, {}, DAY),
    "created-today": ({"created_at": "2026-02-01T23:00:00Z"}, {}, None),
    "unknown": ({"image_build_date": "soon"}, {}, None),
}


@pytest.mark.parametrize(("fields", "said", "built"), BUILT.values(), ids=BUILT)
def test_the_day_of_a_build_is_what_was_said_or_told_and_no_guess(fields, said, built):
    assert adoption(shown(**fields), **said).day == built


LABELS = {
    "said": ({}, {"label": "v3"}, "v3"),
    "day": ({"image_build_date": "2026-01-01"}, {}, "20260101"),
    "name": ({"name": "debian-2026-03-01"}, {}, "20260301"),
    "month": ({"name": "debian 2026.03"}, {}, "2026-03"),
    "created": ({"created_at": "2026-02-01T23:00:00Z"}, {}, "20260201"),
    "nothing": ({}, {}, "one"),
}


@pytest.mark.parametrize(("fields", "said", "label"), LABELS.values(), ids=LABELS)
def test_a_label_is_what_was_said_or_a_day(fields, said, label):
    assert adoption(shown("one", **fields), **said).wanted_label == label


def lined(family, *adoptions):
    ids, moving = line(Family.of(OWNER, NAME, family), adoptions)
    return " ".join(ids), {*moving}


def test_the_image_that_is_offered_comes_last_whatever_was_built_later():
    offered = adoption(shown("a"), build_date=DAY)
    hidden = adoption(shown("b", os_hidden=True), build_date=date(2026, 4, 1))
    older = adoption(shown("d", name="old"), build_date=date(2026, 2, 1))

    assert lined([], offered, hidden, older) == ("d b a", {"a", "b", "d"})


def version(image_id, generation, built, **fields):
    fields = {"name": f"debian {image_id}", "image_build_date": built, **fields}
    return managed(image_id, generation, **fields)


JANUARY, MARCH = version("jan", 1, "2026-01-01"), version("mar", 2, "2026-03-01")
CURRENT = version("now", 3, "2026-02-15", name=NAME)
STAGED = version("to-come", 9, "2026-04-01", lifecycle_state="staged", os_hidden=True)
LINES = {
    "below-all": ([JANUARY, MARCH], "2025-01-01", "one jan mar", "one jan mar"),
    "between": ([JANUARY, MARCH], "2026-02-01", "jan one mar", "one mar"),
    "above-all": ([JANUARY, MARCH], "2026-05-01", "jan mar one", "one"),
    "below-the-current-one": (
        [JANUARY, MARCH, CURRENT],
        "2026-05-01",
        "jan mar one now",
        "one now",
    ),
    "beside-one-that-is-to-come": ([JANUARY, STAGED], "2026-05-01", "jan one", "one"),
    "after-a-rollback": (
        [JANUARY, MARCH, version("feb", 3, "2026-02-01")],
        "2026-02-20",
        "jan one mar feb",
        "one mar feb",
    ),
}


@pytest.mark.parametrize(
    ("versions", "built", "ids", "moving"), LINES.values(), ids=LINES
)
def test_an_image_ranks_by_its_build_whenever_it_is_adopted(
    versions, built, ids, moving
):
    image = adoption(shown("one", name="x"), build_date=date.fromisoformat(built))

    assert lined(versions, image) == (ids, {*moving.split()})


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
    assert adoption(image).fault(HERE) is None
    assert after(image).text("lifecycle_state") == "deprecated"
    assert after(image).text("lifecycle_reason") == "old"


def test_what_another_image_left_on_it_is_taken_away():
    snapshot = shown("one", lifecycle_id="other", lifecycle_delete_at="2020-01-01")

    image = after(snapshot)

    assert "lifecycle_delete_at" not in image.fields
    assert image.is_managed


def test_what_users_had_counts_as_published_whatever_its_name():
    created = {"created_at": "2026-02-01T00:00:00Z"}

    for fields in ({}, {"name": "other"}):
        assert after(shown(**created, **fields)).text("lifecycle_published_at") == (
            "2026-02-01T00:00:00Z"
        )
    for fields in ({"os_hidden": True}, {"status": "deactivated"}):
        assert after(shown(**created, **fields)).text("lifecycle_published_at") is None


def test_what_was_said_is_written_with_it():
    image = after(shown(), build_date=DAY, said={"lifecycle_hold": "mine"})

    assert image.text("image_build_date") == "2026-03-01"
    assert image.text("lifecycle_hold") == "mine"


FAULTS = {
    "queued": (
        shown(status="queued"),
        "its data is not complete yet: its status is queued",
    ),
    "owned": (shown(lifecycle_run="x"), "a run is importing it at the moment"),
    "elsewhere": (
        managed("one", 1, lifecycle_family="other"),
        "it is a version of 'other'. To remove it first: openstack image "
        "lifecycle unset --all one",
    ),
}


@pytest.mark.parametrize(("image", "says"), FAULTS.values(), ids=FAULTS)
def test_what_can_not_be_adopted_says_why(image, says):
    assert adoption(image).fault(HERE) == says


def test_a_version_is_there_already_whatever_is_said_of_it():
    assert adoption(managed("one", 1)).is_done
    assert adoption(managed("one", 1)).fault(HERE) is None
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
        "lifecycle_added",
    }


POLICY = {"lifecycle_keep": "3", "replace_frequency": "monthly"}


def test_the_policy_of_a_family_moves_to_the_newest_adopted_image():
    told = {"lifecycle_published_at": "2026-03-01T00:00:00Z", **POLICY}
    last = managed("last", 2, name="old", **told)
    family = Family.of(OWNER, NAME, [last])
    image = shown("one", name="x")

    policy = moving_policy(family, as_adopted(image, 3))
    decision = adopted(adoption(image), "label", 3, policy)

    assert policy == POLICY
    after = decision.change.on(image)
    assert {name: after.text(name) for name in POLICY} == POLICY
    assert letting_go(after).change.on(after).fields.keys() == image.fields.keys()
    assert moving_policy(family, as_adopted(image, 1)) == {}
    hidden = shown("one", os_hidden=True)
    assert moving_policy(family, as_adopted(hidden, 3)) == {}
    assert moving_policy(Family.of(OWNER, NAME, []), as_adopted(image, 3)) == {}
    named = Family.of(OWNER, NAME, [managed("last", 2, **told)])
    assert moving_policy(named, as_adopted(image, 3)) == {}


def as_adopted(image, generation):
    image = Image.from_glance({**image.fields, "created_at": "2026-03-01T00:00:00Z"})
    return adopted(adoption(image), "label", generation).change.on(image)


def test_the_policy_moves_from_a_hidden_image_to_an_older_one_that_is_visible():
    hidden = managed("hidden", 3, os_hidden=True, **POLICY)
    family = Family.of(OWNER, NAME, [hidden])
    older = as_adopted(shown("older", name="x"), 2)

    assert moving_policy(family, older) == POLICY
    older_and_hidden = as_adopted(shown("older", name="x", os_hidden=True), 2)
    assert moving_policy(family, older_and_hidden) == {}


GENERATION = ("lifecycle_generation",)


def test_a_version_that_ranks_above_adopted_ones_only_gets_another_number():
    image = managed("one", 1)

    decision = renumbered(image, 4, is_current=True)

    assert (decision.result, decision.changes) == ("renumbered", GENERATION)
    assert decision.note == (
        "it stays the current version: the adopted ones rank below it"
    )
    assert renumbered(image, 4, is_current=False).note == (
        "older ones were adopted: they rank below it"
    )
    assert decision.change.on(image).generation == 4
    assert [step["path"] for step in decision.change.patch(image)] == [
        "/lifecycle_generation"
    ]


def test_a_version_gets_its_familys_name_where_no_image_bears_it():
    image = managed("one", 1, name="old")
    another = shown("x", visibility="public", owner="another")

    decision = renamed(image, NAME, [])

    assert (decision.result, decision.changes) == ("renamed", ("name",))
    assert decision.change.on(image).name == NAME
    assert decision.note == "it can no longer be found as 'old'"
    assert renamed(image, NAME, [shown("x")]).note == (
        "image x already has the name 'debian-13'"
    )
    assert renamed(image, NAME, [another]).note == (
        "image x of project another already has the name 'debian-13'"
    )
    assert renamed(managed("one", 1, status="queued"), NAME, []).result == "refused"


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
