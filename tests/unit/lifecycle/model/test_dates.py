# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import time
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.model.dates import format_time, parse_time
from osc_imagetools.lifecycle.model.duration import Duration

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)


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


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("12h", "2026-02-01T00:00:00Z"),
        ("90 minutes", None),
        ("1d", "2026-02-02T00:00:00Z"),
        ("2 weeks", "2026-02-15T00:00:00Z"),
        ("1 month", "2026-03-01T00:00:00Z"),
        ("6 months", "2026-08-01T00:00:00Z"),
        ("1y", "2027-02-01T00:00:00Z"),
        ("1y 6 months 1d", "2027-08-02T00:00:00Z"),
        ("0d", "2026-01-31T12:00:00Z"),
    ],
)
def test_a_duration_ends_as_late_as_it_says_and_at_a_midnight(text, until):
    if until is None:
        with pytest.raises(ValueError, match="is not a unit of time"):
            Duration.parse(text)
    else:
        assert format_time(Duration.parse(text).after(NOON)) == until


@pytest.mark.parametrize(
    ("moment", "months", "later"),
    [
        (datetime(9998, 12, 31), 12, datetime(9999, 12, 31)),
        (datetime(1, 2, 15), -1, datetime(1, 1, 15)),
    ],
)
def test_a_duration_may_end_at_either_end_of_the_calendar(moment, months, later):
    aware = moment.replace(tzinfo=timezone.utc)

    ended = Duration(months).after(aware) if months > 0 else Duration(1).before(aware)

    assert ended == later.replace(tzinfo=timezone.utc)


def test_terms_of_a_duration_add_up():
    assert Duration.parse("1w 2 days 3h 1y 2 months") == Duration(
        14, timedelta(days=9, hours=3)
    )


def test_a_moment_of_any_zone_is_written_in_utc_and_its_day_ends_in_utc():
    zone = timezone(timedelta(hours=-7))
    moment = datetime(2026, 1, 31, 20, tzinfo=zone)

    assert format_time(moment) == "2026-02-01T03:00:00Z"
    assert format_time(Duration.parse("1d").after(moment)) == "2026-02-03T00:00:00Z"
    midnight = datetime(2026, 1, 31, tzinfo=timezone.utc)
    assert Duration.parse("1d").after(midnight) == midnight + timedelta(days=1)


def test_a_time_is_read_into_utc_whatever_the_zone_of_this_machine(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        read = parse_time("2026-03-01T21:05:06+01:00")
        written = format_time(read)
        ended = Duration.parse("1d").after(read)
    finally:
        monkeypatch.undo()
        time.tzset()

    assert read.tzinfo is timezone.utc
    assert written == "2026-03-01T20:05:06Z"
    assert ended == datetime(2026, 3, 3, tzinfo=timezone.utc)


def test_a_duration_of_hours_ends_at_that_hour():
    assert Duration.parse("3h").after(NOON) == NOON + timedelta(hours=3)


@pytest.mark.parametrize(
    "text", ["", "30", "d", "-1d", "1.5d", "a year", "30m", "٣d x"]
)
def test_what_is_no_duration_says_what_to_write(text):
    with pytest.raises(ValueError, match=r"duration|unit of time"):
        Duration.parse(text)


def test_a_duration_beyond_the_calendar_is_no_traceback():
    assert Duration.parse("9000y").before(NOON) == datetime.min.replace(
        tzinfo=timezone.utc
    )
    with pytest.raises(ValueError, match=r"^that is after the year 9999$"):
        Duration.parse("9000y").after(NOON)


@given(
    st.datetimes(
        datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(timezone.utc)
    ),
    st.integers(1, 5000),
    st.sampled_from(["d", "weeks", "months", "h"]),
)
def test_a_duration_is_never_shorter_than_it_says(moment, number, unit):
    duration = Duration.parse(f"{number} {unit}")

    assert duration.after(moment) > moment > duration.before(moment)
    assert duration.after(moment) - moment >= duration.rest
