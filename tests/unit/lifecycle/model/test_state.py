# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.state import (
    State,
    derive,
    due,
    is_listed_on_purpose,
    schedule_faults,
)
from tests.unit.lifecycle.images import managed, shown

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)
PAST, FUTURE = (format_time(NOW + timedelta(days=days)) for days in (-1, 1))

CONSISTENT = {
    "importing": ({"status": "saving", "lifecycle_run": "x"}, State.IMPORTING),
    "unverified": ({"lifecycle_run": "x", "os_hidden": True}, State.IMPORTING),
    "staged": ({"os_hidden": True}, State.STAGED),
    "active": ({}, State.ACTIVE),
    "deprecated": ({"os_hidden": True}, State.DEPRECATED),
    "listed": ({"lifecycle_before": "{}"}, State.DEPRECATED),
    "obsolete": ({"status": "deactivated", "os_hidden": True}, State.OBSOLETE),
}


@pytest.mark.parametrize(("fields", "state"), CONSISTENT.values(), ids=CONSISTENT)
def test_the_stored_state_is_the_state_where_nothing_contradicts_it(fields, state):
    image = managed("one", 1, lifecycle_state=state.value, **fields)

    derived = derive(image)

    assert (derived.state, derived.contradictions) == (state, ())


NONE_OF_OURS = "its state is unknown: 'retired'"
CONTRADICTORY = {
    "active, queued": ("active", {"status": "queued"}, "importing", "{} queued"),
    "deprecated, saving": (
        "deprecated",
        {"status": "saving"},
        "importing",
        "{} saving",
    ),
    "active, deactivated": (
        "active",
        {"status": "deactivated"},
        "obsolete",
        "{} deactivated",
    ),
    "obsolete, active": (
        "obsolete",
        {"os_hidden": True},
        "deprecated",
        "{} not deactivated",
    ),
    "active, hidden": ("active", {"os_hidden": True}, "active", "{} hidden"),
    "deprecated, listed": ("deprecated", {}, "deprecated", "{} listed"),
    "hiding undone": (
        "deprecated",
        {"lifecycle_before": json.dumps({"os_hidden": False})},
        "deprecated",
        "{} listed",
    ),
    "staged, listed": ("staged", {}, "staged", "{} listed"),
    "no run": ("importing", {"os_hidden": True}, "importing", "{} owned by no run"),
    "unknown": ("retired", {}, "active", NONE_OF_OURS),
    "unknown, hidden": ("retired", {"os_hidden": True}, "active", NONE_OF_OURS),
    "unknown, queued": ("retired", {"status": "queued"}, "importing", NONE_OF_OURS),
    "unknown, deactivated": (
        "retired",
        {"status": "deactivated"},
        "obsolete",
        NONE_OF_OURS,
    ),
    "none of its own": (None, {}, "active", "it has no state"),
    "deleted": ("deleted", {}, "active", "its state is unknown: 'deleted'"),
}


@pytest.mark.parametrize(
    ("stored", "fields", "state", "says"), CONTRADICTORY.values(), ids=CONTRADICTORY
)
def test_what_contradicts_the_state_is_said_and_never_moves_it_on(
    stored, fields, state, says
):
    image = managed("one", 1, lifecycle_state=stored, **fields)

    derived = derive(image)

    assert derived.state == State(state)
    assert derived.contradictions == (says.format(f"its state is {stored}, but it is"),)


@pytest.mark.parametrize(
    ("status", "state"),
    [("active", "active"), ("queued", "importing"), ("deactivated", "obsolete")],
)
def test_an_image_that_inherited_our_properties_has_the_state_of_its_status(
    status, state
):
    snapshot = shown(
        status=status,
        lifecycle_id="other",
        lifecycle_state="deprecated",
        os_hidden=True,
    )

    assert derive(snapshot).state == State(state)
    assert derive(snapshot).contradictions == ()


SCHEDULES = {
    "nothing": ("active", {}, None),
    "ahead": ("active", {"deprecated": FUTURE}, None),
    "deprecation": ("active", {"deprecated": PAST, "delete": FUTURE}, "deprecated"),
    "was carried out": ("deprecated", {"deprecated": PAST}, None),
    "is further already": ("obsolete", {"deprecated": PAST}, None),
    "obsolescence": ("deprecated", {"deprecated": PAST, "obsolete": PAST}, "obsolete"),
    "deletion": ("deprecated", {"deprecated": PAST, "delete": PAST}, "deleted"),
    "deletion alone": ("active", {"delete": PAST}, "deleted"),
    "put off": ("active", {"deprecated": FUTURE, "delete": PAST}, None),
    "put off half-way": (
        "active",
        {"deprecated": PAST, "obsolete": FUTURE, "delete": PAST},
        "deprecated",
    ),
    "broken": ("active", {"deprecated": "soon", "delete": PAST}, None),
    "now": ("active", {"deprecated": format_time(NOW)}, "deprecated"),
}


@pytest.mark.parametrize(
    ("stored", "dates", "wanted"), SCHEDULES.values(), ids=SCHEDULES
)
def test_what_is_due_is_the_furthest_step_that_nothing_puts_off(stored, dates, wanted):
    fields = {f"lifecycle_{step}_at": date for step, date in dates.items()}
    status = "deactivated" if stored == "obsolete" else "active"
    image = managed("one", 1, lifecycle_state=stored, status=status, **fields)

    assert due(image, NOW) == (State(wanted) if wanted else None)


def test_dates_of_one_moment_are_in_order():
    image = managed("one", 1, lifecycle_deprecated_at=PAST, lifecycle_delete_at=PAST)

    assert schedule_faults(image) == ()


def test_faults_of_a_schedule_are_named():
    image = managed(
        "one",
        1,
        lifecycle_deprecated_at=FUTURE,
        lifecycle_obsolete_at="in June",
        lifecycle_delete_at=PAST,
    )

    assert schedule_faults(image) == (
        "lifecycle_obsolete_at is not a time: 'in June'",
        "lifecycle_delete_at is before lifecycle_deprecated_at",
    )


@pytest.mark.parametrize(
    "told", ["", "[]", "{", "null", "1", "[" * 99_999], ids=lambda told: told[:4]
)
def test_what_no_deprecation_wrote_says_nothing_of_a_purpose(told):
    assert not is_listed_on_purpose(managed("one", 1, lifecycle_before=told))


WORDS = st.one_of(
    st.none(), st.text(max_size=12), st.sampled_from([*State]), st.just(PAST)
)


@given(
    status=st.sampled_from(["active", "queued", "saving", "deactivated", "killed"]),
    hidden=st.booleans(),
    stored=WORDS,
    dates=st.lists(WORDS, min_size=3, max_size=3),
)
def test_nothing_that_anybody_writes_is_a_traceback(status, hidden, stored, dates):
    names = ("deprecated", "obsolete", "delete")
    fields = {f"lifecycle_{n}_at": d for n, d in zip(names, dates, strict=True)}
    image = managed(
        "one", 1, status=status, os_hidden=hidden, lifecycle_state=stored, **fields
    )

    state = derive(image).state

    assert state is not State.DELETED
    step = due(image, NOW)
    assert step is None or not state >= step
    schedule_faults(image)
