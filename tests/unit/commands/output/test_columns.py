# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from datetime import date, datetime, timedelta, timezone

import pytest

from osc_imagetools.commands.output.columns import Day, Lines, Number, Size, Text, Time

SUMMER = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("column", "people", "machines"),
    [
        (Text("a b"), "a b", "a b"),
        (Text("x" * 500), "x" * 500, "x" * 500),
        (Number(7), "7", 7),
        (Size(1023), "1023 B", 1023),
        (Size(1536), "1.5 KiB", 1536),
        (Size(1 << 40), "1.0 TiB", 1 << 40),
        (Size(1 << 62), "4096.0 PiB", 1 << 62),
        (Day(date(2026, 3, 1)), "2026-03-01", "2026-03-01"),
        (
            Time(datetime(2026, 3, 1, 4, 5, 6, 7, timezone.utc)),
            "2026-03-01",
            "2026-03-01T04:05:06Z",
        ),
        (Time(datetime(2026, 3, 1, 1, tzinfo=SUMMER)), None, "2026-02-28T23:00:00Z"),
        (Lines([{"a": 1}], ["one", "two"]), "one\ntwo", [{"a": 1}]),
        *((kind(None), "", None) for kind in (Text, Number, Size, Day, Time)),
    ],
)
def test_a_column_is_short_for_people_and_exact_for_machines(column, people, machines):
    assert column.machine_readable() == machines
    assert people is None or column.human_readable() == people


def test_what_is_unknown_sorts_first():
    columns = [Number(2), Number(None), Number(1), Number(None)]

    assert [one.machine_readable() for one in sorted(columns)] == [None, None, 1, 2]
