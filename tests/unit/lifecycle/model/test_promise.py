# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.model.promise import promised
from tests.unit.lifecycle.images import managed

NOW = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
TOLD = {"lifecycle_delete_at": "2027-01-01T00:00:00Z"}

OVER = {
    "nothing is promised": (None, 1, {}),
    "nothing is told": ("", 1, {}),
    "none": ("none", 1, {}),
    "beyond the last ones": ("last-3", 4, {}),
    "of none": ("last-0", 1, {}),
    "zeros before it": ("last-003", 4, {}),
    "noticed": ("notice", 1, TOLD),
    "yesterday": ("2026-05-31", 1, {}),
    "yesterday in the west": ("2026-05-31T12:00:00-11:00", 1, {}),
}

PROMISED = {
    "current one": ("last-1", 1, {}),
    "last of the last ones": ("last-3", 3, {}),
    "most": ("last-999999", 999_999, {}),
    "for ever": ("forever", 99, TOLD),
    "no notice": ("notice", 1, {}),
    "F80 notice that can't be read": ("notice", 1, {"lifecycle_delete_at": "soon"}),
    "this day": ("2026-06-01", 1, {}),
    "this day, and it was earlier": ("2026-06-01T00:00:00Z", 1, {}),
    "next year": ("2027-01-01", 1, {}),
}

UNREADABLE = (
    *("last-", "last--1", "last-1.5", "last- 1", "last-٣", "last-1000000", "last"),
    *("Forever", "NONE", " none", "2026-02-30", "soon", "last-" + "9" * 5000),
)


@pytest.mark.parametrize(("validity", "place", "fields"), OVER.values(), ids=OVER)
def test_an_id_need_not_stay_valid(validity, place, fields):
    assert promised(managed("one", 1, **fields), validity, place, NOW) == ""


@pytest.mark.parametrize(
    ("validity", "place", "fields"), PROMISED.values(), ids=PROMISED
)
def test_an_id_has_to_stay_valid(validity, place, fields):
    why = promised(managed("one", 1, **fields), validity, place, NOW)

    assert why.startswith(f"uuid_validity is {validity}")


@pytest.mark.parametrize("validity", UNREADABLE, ids=lambda told: told[:12])
def test_F80_what_cannot_be_read_promises_everything(validity):
    why = promised(managed("one", 1, **TOLD), validity, 999_999, NOW)

    assert why.startswith("uuid_validity can't be read: ")
    assert len(why) < 100


@given(st.integers(0, 999_999), st.integers(1, 1_000_000))
def test_of_the_last_versions_just_so_many_are_promised(number, place):
    why = promised(managed("one", 1), f"last-{number}", place, NOW)

    assert bool(why) is (place <= number)


@given(st.text(), st.integers(1, 9))
def test_no_text_raises(validity, place):
    promised(managed("one", 1), validity, place, NOW)
