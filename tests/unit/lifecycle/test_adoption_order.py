# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.adoption_order import (
    Place,
    day_in,
    label_in,
    label_key,
    merged,
    month_in,
    order,
)
from tests.unit.lifecycle.images import managed

DAY = date(2024, 3, 1)
NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)

TOLD = {
    "20240301": (DAY, None),
    "debian-12-20240301.2": (DAY, None),
    "2024-03-01": (DAY, None),
    "2024.03.01": (DAY, None),
    "2024-03": (None, DAY),
    "Ubuntu 2024.03 (LTS)": (None, DAY),
    "24.04.1": (None, None),
    "v3": (None, None),
    "20241399": (None, None),
    "2024-13": (None, None),
    "120240301": (None, None),
    "": (None, None),
}


@pytest.mark.parametrize(("text", "days"), TOLD.items(), ids=TOLD)
def test_a_day_or_a_month_is_read_where_one_stands(text, days):
    assert (day_in(text), month_in(text)) == days


def test_a_label_is_made_of_a_day_or_a_month():
    assert label_in("x 2024-03-01") == "20240301"
    assert label_in("x 2024.03") == "2024-03"
    assert label_in("x 24.04") is None


LABELS = (
    ("20240301", "20240301.2", "20240301.10", "20240401"),
    ("24.04-beta", "24.04-rc1", "24.04", "24.04.1", "24.04.2", "24.04.10", "24.10"),
    ("v3", "v9", "v10"),
    ("2023-12", "2024-01", "2024-10"),
    ("v1", "V2", "v3"),
)


@pytest.mark.parametrize("labels", LABELS, ids=" ".join)
def test_labels_are_in_the_order_that_people_mean(labels):
    assert tuple(sorted(reversed(labels), key=label_key)) == labels


@given(st.lists(st.text(max_size=20)))
def test_any_labels_have_an_order(labels):
    keys = sorted(map(label_key, labels))

    assert keys == sorted(keys)


def test_F133_numbers_of_thousands_of_digits_have_an_order_too():
    labels = ["v2", "v0010", "v1" + "0" * 5000, "v2" + "0" * 5000]

    assert sorted(reversed(labels), key=label_key) == labels


def place(image_id, label="", day=None, days_old=0, **fields):
    return Place(image_id, label, day, NOW - timedelta(days=days_old), **fields)


def ids(places):
    return " ".join(one.image_id for one in sorted(places, key=order(places)))


def test_the_day_decides_then_the_label_then_the_creation():
    april = date(2024, 4, 1)
    a, b = place("a", "v9", DAY, 1), place("b", "v10", DAY, 9)
    c, d, e = (
        place("c", "v1", april, 2),
        place("d", "v1", april, 1),
        place("e", "", april),
    )

    assert ids([e, d, c, b, a]) == "a b e c d"


def test_where_one_tells_no_day_the_labels_decide():
    assert ids([place("a", "v2", DAY), place("b", "v1")]) == "b a"
    assert ids([place("a", days_old=1), place("b", days_old=2)]) == "b a"


def test_what_users_get_comes_last():
    assert ids([place("a", day=date(2020, 1, 1), is_offered=True), place("b")]) == "b a"


def test_what_tells_no_moment_of_its_creation_comes_after_what_does():
    assert ids([Place("a", "", None, None), place("b")]) == "b a"


def test_a_version_tells_its_place():
    version = managed("one", 1, created_at="2026-03-01T00:00:00Z")

    assert Place.of(version) == Place("one", "20260301", date(2026, 3, 1), NOW)
    assert Place.of(
        managed("one", 1, image_build_date="2024-03-01", lifecycle_version="v1")
    ) == Place("one", "v1", DAY, None)


def test_a_version_of_another_name_than_its_familys_tells_its_day_by_that():
    adopted = managed("one", 1, name="Deb 2024-03", lifecycle_version="final")
    named = managed("one", 1, lifecycle_family="x 2024-03", name="x 2024-03")

    assert Place.of(adopted).day == DAY
    assert Place.of(named).day == date(2026, 3, 1)


places = st.lists(
    st.builds(
        place,
        st.integers(0, 99).map(str),
        st.sampled_from(["v1", "v2", "20240301"]),
        st.none() | st.just(DAY) | st.just(date(2025, 1, 1)),
        st.integers(0, 3),
    ),
    max_size=8,
    unique_by=lambda one: one.image_id,
)


@given(places, st.integers(0, 8))
def test_versions_keep_their_order_and_the_current_one_stays_above_all_others(
    found, cut
):
    versions, others = found[:cut], found[cut:]
    current = versions[-1].image_id if versions else None

    line = merged(versions, current, others)

    assert sorted(line, key=id) == sorted(found, key=id)
    assert [one for one in line if one in versions] == versions
    assert not versions or line[-1] == versions[-1]
    news = [one for one in line if one in others]
    assert merged((), None, others) == tuple(news) or versions
