# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.inventory import (
    Choice,
    Scope,
    Selectors,
    families,
    selected,
    unmanaged,
)
from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.state import State
from tests.unit.lifecycle.images import OWNER, managed, shown

OTHER = "fedcba9876543210fedcba9876543210"
SCOPE = Scope(OWNER)

HEAP = [
    managed("a1", 1),
    managed("a2", 2),
    managed("b1", 1, lifecycle_family="alma-9"),
    managed("c1", 9, owner=OTHER),
]


@given(st.permutations([*HEAP, HEAP[0]]))
def test_families_are_told_apart_by_name_and_owner_whatever_the_listing(heap):
    found = families(heap, SCOPE)

    assert [(one.name, one.owner) for one in found] == [
        ("alma-9", OWNER),
        ("debian-13", OWNER),
        ("debian-13", OTHER),
    ]
    assert [version.id for version in found[1].versions] == ["a1", "a2"]


STRANGERS = {
    "F97-inherited": managed("x", 9, lifecycle_id="a1"),
    "F102-deleted": managed("x", 9, status="deleted"),
    "F102-pending-delete": managed("x", 9, status="pending_delete"),
    "F75-private-elsewhere": managed("x", 9, owner=OTHER, visibility="private"),
    "without-family": managed("x", 9, lifecycle_family=""),
}


@pytest.mark.parametrize("stranger", STRANGERS.values(), ids=STRANGERS)
def test_strangers_are_in_no_family(stranger):
    [found] = families([managed("a1", 1), stranger], SCOPE)

    assert [version.id for version in found.versions] == ["a1"]


PRIVATE = {"visibility": "private"}


@pytest.mark.parametrize(
    ("scope", "image", "is_covered"),
    [
        (Scope(OWNER), shown(**PRIVATE), True),
        (Scope(OWNER), shown(owner=OTHER, **PRIVATE), False),
        (Scope(OWNER), shown(owner=OTHER, visibility="community"), True),
        (Scope(OWNER, everything=True), shown(owner=OTHER, **PRIVATE), True),
        (Scope(OTHER, only=OTHER), shown(owner=OTHER, **PRIVATE), True),
        (Scope(OTHER, only=OTHER), shown(visibility="public"), False),
        (Scope(""), shown(visibility="public"), True),
        (Scope(OWNER, everything=True), shown(status="deleted"), False),
    ],
)
def test_a_scope_covers_what_may_be_seen_there(scope, image, is_covered):
    assert scope.covers(image) is is_covered


def test_unmanaged_is_what_has_no_family_oldest_of_a_name_first():
    heap = [
        shown("b", name="b"),
        shown("a young one", name="a", created_at="2026-02-01T00:00:00Z"),
        shown("unknown", name="a"),
        shown("old", name="a", created_at="2026-01-01T00:00:00Z"),
        shown("old", name="a", created_at="2026-01-01T00:00:00Z"),
        managed("a1", 1),
        managed("snapshot", 1, lifecycle_id="a1"),
        shown("gone", status="deleted"),
    ]

    found = unmanaged(heap, SCOPE)

    assert [image.id for image in found] == [
        *("old", "a young one", "unknown", "b", "snapshot"),
    ]


def moment(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


VERSIONS = Family.of(
    OWNER,
    "debian-13",
    [
        managed(
            "a1",
            1,
            lifecycle_state="deprecated",
            os_hidden=True,
            lifecycle_delete_at="2026-06-01",
            lifecycle_published_at="2026-01-01",
            lifecycle_retired_at="2026-03-01",
        ),
        managed("a2", 2, lifecycle_state="active", lifecycle_published_at="2026-03-01"),
        managed("a3", 3, status="queued"),
    ],
)
OUT = frozenset({State.DEPRECATED, State.OBSOLETE})


@pytest.mark.parametrize(
    ("choice", "chosen"),
    [
        (Choice(), ["a3", "a2", "a1"]),
        (Choice(states=frozenset({State.IMPORTING})), ["a3"]),
        (Choice(states=OUT), ["a1"]),
        (Choice(due_until=moment("2026-05-31")), []),
        (Choice(due_until=moment("2026-06-01")), ["a1"]),
        (Choice(current_at=moment("2025-12-31")), []),
        (Choice(current_at=moment("2026-02-28")), ["a1"]),
        (Choice(current_at=moment("2026-03-01")), ["a2"]),
        (Choice(OUT, current_at=moment("2026-03-01")), []),
    ],
)
def test_a_choice_is_of_what_was_asked_for_newest_first(choice, chosen):
    assert [version.id for version in choice.of(VERSIONS)] == chosen


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
