# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.commands.output.timeline import COLUMNS, drawn
from osc_imagetools.lifecycle.history import (
    MOST_BYTES,
    MOST_DELETED,
    current_at,
    current_periods,
    deleted,
    history_with,
)
from osc_imagetools.lifecycle.model.family import Family
from tests.unit.lifecycle.images import OWNER, managed

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def day(number):
    return START + timedelta(days=number)


def version(generation, published=None, retired=None, **fields):
    times = {"lifecycle_published_at": published, "lifecycle_retired_at": retired}
    told = {
        name: when if isinstance(when, str) else day(when).isoformat()
        for name, when in times.items()
        if when is not None
    }
    active = {"lifecycle_state": "active"}
    return managed(f"id{generation}", generation, **{**active, **told, **fields})


def family(*versions):
    return Family.of(OWNER, "debian-13", versions)


DEPRECATED = {"lifecycle_state": "deprecated", "os_hidden": True}

SPANS = {
    "nothing-known": ([version(1)], []),
    "still-current": ([version(1, 0)], [(1, 0, None)]),
    "swapped": ([version(1, 0, 5), version(2, 5)], [(1, 0, 5), (2, 5, None)]),
    "end-untold": ([version(1, 0), version(2, 5)], [(1, 0, 5), (2, 5, None)]),
    "in-one-second": ([version(2, 5), version(1, 5)], [(1, 5, 5), (2, 5, None)]),
    "a-gap": ([version(1, 0, 3), version(2, 5)], [(1, 0, 3), (2, 5, None)]),
    "published-again": ([version(3, 9, 5)], [(3, 9, None)]),
    "published-again-in-the-same-second": ([version(3, 9, 9)], [(3, 9, None)]),
    "F80-broken": ([version(1, "soon", 3), version(2, 5)], [(2, 5, None)]),
    "F80-broken-end": ([version(1, 0, "soon")], [(1, 0, None)]),
    "deprecated": (
        [version(1, 0, lifecycle_deprecated_at=day(4).isoformat(), **DEPRECATED)],
        [(1, 0, 4)],
    ),
    "deprecated-after-the-swap": (
        [
            version(1, 0, lifecycle_deprecated_at=day(8).isoformat(), **DEPRECATED),
            version(2, 5),
        ],
        [(1, 0, 5), (2, 5, None)],
    ),
    "deprecated-at-once": (
        [
            version(1, 0, lifecycle_deprecated_at=day(0).isoformat(), **DEPRECATED),
            version(2, 5),
        ],
        [(1, 0, 0), (2, 5, None)],
    ),
    "deprecated-no-one-knows-when": ([version(1, 0, **DEPRECATED)], [(1, 0, 0)]),
    "scheduled-only": (
        [version(1, 0, lifecycle_deprecated_at=day(4).isoformat())],
        [(1, 0, None)],
    ),
}


@pytest.mark.parametrize(("versions", "spans"), SPANS.values(), ids=SPANS)
def test_a_version_was_current_from_its_publication_to_its_end(versions, spans):
    found = current_periods(family(*versions))

    assert [(one.version.generation, one.since, one.until) for one in found] == [
        (generation, day(since), None if until is None else day(until))
        for generation, since, until in spans
    ]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=6, unique=True))
def test_from_the_first_publication_on_exactly_the_newest_one_was_current(days):
    versions = [version(at + 1, at) for at in days]

    for at in range(51):
        then = current_at(family(*versions), day(at))
        published = [number for number in days if number <= at]
        assert (then.generation if then else None) == (
            max(published) + 1 if published else None
        )


def test_in_the_instant_of_a_swap_the_newer_one_was_current():
    overlapping = family(version(1, 0, 6), version(2, 5))

    assert current_at(overlapping, day(5)).id == "id2"


def test_at_the_end_of_its_time_a_version_no_longer_was_current():
    gap = family(version(1, 0, 3), version(2, 5))

    assert current_at(gap, day(3)) is None
    assert current_at(gap, day(3) - timedelta(seconds=1)).id == "id1"


def test_tenures_are_rows_that_machines_read():
    rows = [
        one.as_row() for one in current_periods(family(version(1, 0), version(2, 5)))
    ]

    assert rows == [
        {
            "id": "id1",
            "version": "20260301",
            "since": "2026-01-01T00:00:00Z",
            "until": "2026-01-06T00:00:00Z",
        },
        {
            "id": "id2",
            "version": "20260302",
            "since": "2026-01-06T00:00:00Z",
            "until": None,
        },
    ]


def test_a_version_of_this_very_moment_has_the_last_column():
    [line, _] = drawn(current_periods(family(version(1, 0), version(2, 8))), day(8))

    assert line.split("  ")[1] == "." * (COLUMNS - 1) + "#"


def test_a_version_without_a_label_is_told_by_the_first_eight_of_its_id():
    told = {"lifecycle_published_at": "2026-01-01", "lifecycle_version": None}
    nameless = managed("123456789", 1, **told)

    [line] = drawn(current_periods(family(nameless)), day(1))

    assert line.startswith("12345678  #")


def test_a_timeline_has_a_line_a_version_newest_first():
    lines = drawn(current_periods(family(version(1, 0, 8), version(2, 8))), day(16))

    half = COLUMNS // 2
    assert lines == [
        f"20260302  {'.' * half}{'#' * half}  2026-01-09 to now",
        f"20260301  {'#' * half}{'.' * half}  2026-01-01 to 2026-01-09",
    ]


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), max_size=5),
    st.integers(0, 900),
)
def test_every_bar_is_as_long_and_has_something_in_it(spans, now):
    versions = [version(n + 1, since, until) for n, (since, until) in enumerate(spans)]

    for line in drawn(current_periods(family(*versions)), day(now)):
        bar = line.split("  ")[1]
        assert len(bar) == COLUMNS
        assert "#" in bar


def test_a_timeline_of_nothing_is_empty():
    assert drawn((), START) == []


def with_history(*gone, **fields):
    """A current version that tells of those that were deleted."""
    told = history_with(version(9), gone, day(30))
    return version(9, 20, lifecycle_history=told, **fields)


GONE = version(1, 0, 5, lifecycle_source_digest="sha256:1", **DEPRECATED)


def test_a_version_that_was_deleted_was_current_all_the_same():
    there = family(version(2, 5, 20), with_history(GONE))

    assert [one.version.id for one in current_periods(there)] == ["id1", "id2", "id9"]
    assert current_at(there, day(3)).version == "20260301"
    assert current_at(there, day(6)).id == "id2"


def test_of_a_version_that_was_deleted_it_is_known_what_it_was():
    [gone] = deleted(family(with_history(GONE)))

    assert (gone.id, gone.owner, gone.name) == ("id1", OWNER, "debian-13")
    assert (gone.status, gone.generation, gone.hidden) == ("deleted", 1, True)
    assert gone.is_managed
    assert gone.text("lifecycle_source_digest") == "sha256:1"
    assert gone.moment("lifecycle_delete_at") == day(30)
    assert gone.moment("lifecycle_retired_at") == day(5)


def test_a_version_that_was_to_be_deleted_and_is_there_is_told_once():
    there = family(GONE, with_history(GONE))

    assert deleted(there) == ()
    assert len(current_periods(there)) == 2


def test_a_version_that_is_deleted_after_all_is_noted_with_that_time():
    first = with_history(GONE, version(2, 5))

    told = json.loads(history_with(first, [GONE], day(40)))

    assert [one["id"] for one in told] == ["id2", "id1"]
    assert told[-1]["deleted_at"] == "2026-02-10T00:00:00Z"


def test_the_newest_of_many_that_were_deleted_are_known():
    many = [managed(f"id{n}", 1) for n in range(MOST_DELETED + 10)]

    told = json.loads(history_with(version(9), many, day(1)))

    assert [one["id"] for one in told] == [image.id for image in many[10:]]


def test_what_a_stranger_wrote_on_one_takes_no_room_from_others():
    ordinary = [managed(f"id{n}", 1, image_build_date="2026-01-01") for n in range(60)]
    long = managed("long", 1, lifecycle_version="\u3042" * 60_000)

    text = history_with(version(9), [*ordinary, long], day(1))

    told = json.loads(text)
    assert [one["id"] for one in told] == [image.id for image in ordinary[10:]]
    assert len(json.dumps(told[0])) < MOST_BYTES
    assert MOST_BYTES * MOST_DELETED + 2 * MOST_DELETED < 65_535


def test_what_is_no_text_is_not_noted():
    odd = managed("odd", 1, lifecycle_version=7, lifecycle_source_digest=None)

    [told] = json.loads(history_with(version(9), [odd], day(1)))

    assert told.keys() == {"id", "lifecycle_generation", "deleted_at"}


@pytest.mark.parametrize(
    "told",
    [
        *("", "{", "7", "null", "{}", "[7]", "[[]]", '[{"id": 7}]', "[" * 99_999),
        '[{"version": "v1", "generation": 3}]',
    ],
    ids=lambda told: told[:9],
)
def test_a_history_that_a_stranger_wrote_tells_nothing(told):
    there = family(version(9, 20, lifecycle_history=told))

    assert deleted(there) == ()
    assert len(current_periods(there)) == 1
    assert len(json.loads(history_with(there.versions[0], [GONE], day(1)))) == 1


def test_a_family_without_versions_tells_of_none_that_was_deleted():
    assert deleted(family()) == ()
