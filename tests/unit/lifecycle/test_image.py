# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.image import format_time, parse_time
from tests.unit.lifecycle.images import managed, shown


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T04:05:06Z",
        "2026-03-01T04:05:06",
        "2026-03-01T04:05:06.000000",
        "2026-03-01T05:05:06+01:00",
    ],
)
def test_a_time_is_read_with_or_without_zone_and_microseconds(text):
    assert parse_time(text) == datetime(2026, 3, 1, 4, 5, 6, tzinfo=timezone.utc)


@pytest.mark.parametrize("broken", [None, "", "soon", "2026-13-01", 20260301])
def test_what_is_no_time_is_none_and_no_traceback(broken):
    assert parse_time(broken) is None


@given(st.datetimes(timezones=st.just(timezone.utc)))
def test_a_time_that_was_written_is_read_again(moment):
    assert parse_time(format_time(moment)) == moment.replace(microsecond=0)


def test_what_inherited_our_properties_is_not_managed():
    snapshot = managed("original", 3, id="snapshot")

    assert managed("original", 3).is_managed
    assert not snapshot.is_managed


def test_without_a_family_it_is_not_managed():
    assert not shown("one", lifecycle_id="one").is_managed


@pytest.mark.parametrize("broken", ["", "x", "-1", "1.5", "٣", None])
def test_a_broken_generation_ranks_below_all(broken):
    assert shown("one", lifecycle_generation=broken).generation == 0
