# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.moments import Duration
from osc_imagetools.lifecycle.selection import Selectors, selected
from tests.unit.lifecycle.images import OWNER, managed, shown

NOW = datetime(2026, 3, 1, tzinfo=timezone.utc)
OLD, NEW = "2025-11-01T00:00:00Z", "2026-02-28T00:00:00Z"

IMAGES = [
    managed("three", 3, created_at=NEW, tags=["lab"]),
    managed("one", 1, created_at=OLD, os_hidden=True, tags=["lab", "x"]),
    managed("two", 2, created_at=NEW, os_hidden=True),
    managed("inherited", 9, lifecycle_id="three", created_at=OLD),
    managed("theirs", 8, owner="x", tags=["lab"], created_at=OLD),
    managed("gone", 4, status="deleted", os_hidden=True, tags=["lab"]),
    managed("other", 1, lifecycle_family="other", name="other", os_hidden=True),
    shown("plain", tags=["lab", "x"]),
]
FAMILY = {"family": "debian-13"}

CASES = {
    "family": (FAMILY, ["one", "two"]),
    "family-with-current": (
        FAMILY | {"include_current": True},
        ["one", "two", "three"],
    ),
    "tag": ({"tags": ("lab",)}, ["plain", "one"]),
    "tags": ({"tags": ("lab", "x")}, ["plain", "one"]),
    "family-and-tag": (FAMILY | {"tags": ("lab",)}, ["one"]),
    "older": (FAMILY | {"older_than": Duration.parse("90d")}, ["one"]),
    "older-of-unknown-age": (
        {"tags": ("lab",), "older_than": Duration.parse("1h")},
        ["one"],
    ),
    "no-such-family": ({"family": "nothing"}, []),
    "a-variable-that-was-empty": ({"family": "", "include_current": True}, []),
}


@pytest.mark.parametrize(("fields", "ids"), CASES.values(), ids=CASES)
def test_selected(fields, ids):
    found = selected(IMAGES, OWNER, Selectors(**fields), NOW)

    assert [image.id for image in found] == ids


def test_image_that_is_just_as_old_is_not_older():
    image = shown(created_at="2025-12-01T00:00:00Z", tags=["lab"])
    selectors = Selectors(tags=("lab",), older_than=Duration.parse("90d"))

    assert selected([image], OWNER, selectors, NOW) == []


@given(st.permutations(IMAGES))
def test_current_version_is_never_meant_unless_it_is_said(images):
    found = selected(images, OWNER, Selectors(tags=()), NOW)

    assert "three" not in {image.id for image in found}
