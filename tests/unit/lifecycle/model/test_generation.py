# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from datetime import datetime, timedelta, timezone
from itertools import islice, takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.dead_run import is_dead
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.generation import (
    candidates,
    highest_named,
    ticket_id,
)
from osc_imagetools.lifecycle.model.run import Run
from tests.unit.lifecycle.images import OWNER, managed

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
HERE = Run("11111111-2222-4333-8444-555555555555", "thishost", 42, 1000)


def test_the_id_of_a_ticket_is_the_same_for_everybody_for_ever():
    first = ticket_id(OWNER, "debian-13", 1)

    assert first == "156a8bc2-a6b1-591d-bc03-f53307b8defc"
    assert first != ticket_id(OWNER, "debian-13", 2)
    assert first != ticket_id("another", "debian-13", 1)


def test_numbers_go_up_from_the_highest_known_by_one():
    assert list(islice(candidates(7), 3)) == [8, 9, 10]


def test_hundreds_of_used_numbers_cost_a_dozen_requests():
    tried = list(takewhile(lambda number: number <= 1000, candidates(0)))

    assert tried[:6] == [1, 2, 3, 4, 6, 10]
    assert len(tried) < 15
    assert len([*candidates(0)]) == 62


def test_F146_no_number_has_more_digits_than_can_be_read_again():
    assert {len(str(number)) for number in candidates(0)} <= {*range(1, 19)}
    assert [*candidates(10**18 - 3)] == [10**18 - 2, 10**18 - 1]
    assert [*candidates(10**18 - 1)] == []


@given(
    st.builds(
        Run,
        st.uuids().map(str),
        st.text("0123456789abcdef", max_size=16),
        st.integers(0, 2**31),
        st.integers(0, 10**18 - 1),
    )
)
def test_a_run_that_was_written_is_read_again(run):
    assert Run.parse(str(run)) == run


@pytest.mark.parametrize("text", ["", "x", "a:b:c:d", "a:b:1", "a:b:-1:2", "a:b:1:2:3"])
def test_what_another_hand_wrote_is_no_run(text):
    assert Run.parse(text) is None


@pytest.mark.parametrize("alive", [True, False])
def test_on_this_machine_the_process_table_decides_at_once(alive):
    record = managed("one", 1, lifecycle_run=str(HERE), updated_at=format_time(NOW))

    dead = is_dead(
        record, host="thishost", lives=[HERE][not alive :].__contains__, now=NOW
    )

    assert dead is not alive


@pytest.mark.parametrize(
    ("status", "age", "dead"),
    [
        ("queued", timedelta(minutes=2), False),
        ("queued", timedelta(minutes=2, seconds=1), True),
        ("saving", timedelta(hours=24), False),
        ("saving", timedelta(hours=24, seconds=1), True),
        ("active", timedelta(minutes=3), False),
        ("importing", timedelta(hours=25), True),
    ],
)
@pytest.mark.parametrize("run", [str(HERE), "something else"])
def test_elsewhere_only_age_by_the_clouds_clock_decides(status, age, dead, run):
    record = managed(
        "one", 1, lifecycle_run=run, status=status, updated_at=format_time(NOW - age)
    )

    assert dead is is_dead(
        record, host="otherhost", lives=lambda run: pytest.fail("asked"), now=NOW
    )


@pytest.mark.parametrize(
    ("age", "dead"),
    [(timedelta(hours=24), False), (timedelta(hours=24, seconds=1), True)],
)
def test_what_waits_for_a_thread_of_glance_is_not_left_behind(age, dead):
    record = managed(
        "one",
        1,
        lifecycle_run=str(HERE),
        status="queued",
        updated_at=format_time(NOW - age),
        os_glance_import_task="its task",
    )

    assert dead is is_dead(record, host="otherhost", lives=lambda run: False, now=NOW)


def test_a_machine_that_knows_no_host_never_takes_another_for_itself():
    nameless = Run("x", "", 42, 1000)
    record = managed(
        "one",
        1,
        lifecycle_run=str(nameless),
        status="saving",
        updated_at=format_time(NOW),
    )

    assert not is_dead(record, host="", lives=lambda run: False, now=NOW)


def test_a_record_without_a_date_is_never_dead_by_age():
    record = managed("one", 1, lifecycle_run="x", status="queued", updated_at=None)

    assert not is_dead(record, host="here", lives=lambda run: False, now=NOW)


NAMED = {
    "nothing": ({}, 0),
    "an image of another kind": ({"lifecycle_replacement": "another"}, 0),
    "a family": ({"lifecycle_replacement": "family:debian-14"}, 0),
    "a version that is there": ({"lifecycle_replacement": "two"}, 0),
    "one that is gone, by its number": (
        {"lifecycle_replacement": ticket_id(OWNER, "debian-13", 9)},
        9,
    ),
    "history": ({"lifecycle_history": '[{"generation": 7}, {"generation": "8"}]'}, 8),
    "history as it is written": (
        {"lifecycle_history": '[{"id": "x", "lifecycle_generation": "7"}]'},
        7,
    ),
    "history without numbers": ({"lifecycle_history": '[{"version": "v1"}, 3]'}, 0),
    "history that is none": ({"lifecycle_history": "[[[["}, 0),
    "history of something else": ({"lifecycle_history": "7"}, 0),
}


@pytest.mark.parametrize(("fields", "number"), NAMED.values(), ids=NAMED)
def test_F142_numbers_that_a_record_names_are_used_up(fields, number):
    versions = [managed("one", 1, **fields), managed("two", 2)]

    assert highest_named(OWNER, "debian-13", versions) == number
    family = Family.of(OWNER, "debian-13", versions)
    assert family.highest_generation == max(2, number)
