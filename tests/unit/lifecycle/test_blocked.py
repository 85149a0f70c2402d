# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes that were rolled back stay out, whatever else the property says."""

from __future__ import annotations

import json

import pytest

from osc_imagetools.lifecycle.blocked import MOST, blocked, blocking, is_blocked
from osc_imagetools.lifecycle.image import Image
from tests.unit.lifecycle.images import managed


def bearing(*told: object) -> Image:
    return managed("one", 1, lifecycle_blocked=json.dumps(told))


DEEP = pytest.param("[" * 100_000, id="brackets in brackets")


@pytest.mark.parametrize(
    "value",
    [None, "", "[", "{}", '"sha256:aa"', "3", "null", DEEP, 7, ["sha256:aa"]],
)
def test_value_that_nothing_of_ours_wrote_blocks_nothing(value: object) -> None:
    bearer = managed("one", 1, lifecycle_blocked=value)

    assert blocked(bearer) == ()
    assert not is_blocked(bearer, {"sha256:aa"})
    assert blocking(bearer, {"sha256:bb"}) == '["sha256:bb"]'


def test_what_can_be_read_of_a_value_blocks_all_the_same() -> None:
    bearer = bearing(3, "sha256:aa", None, "sha256:bb")

    assert blocked(bearer) == ("sha256:aa", "sha256:bb")


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"sha256:aa"}, True),
        # By one of its identities: a version has more than one.
        ({"sha256:zz", "sha256:bb"}, True),
        ({"sha256:zz"}, False),
        (set(), False),
    ],
)
def test_one_identity_is_enough_to_be_blocked(known: set[str], expected: bool) -> None:
    bearer = bearing("sha256:aa", "sha256:bb")

    assert is_blocked(bearer, known) is expected


def test_without_a_version_that_bears_the_policy_nothing_is_blocked() -> None:
    assert is_blocked(None, {"sha256:aa"}) is False


@pytest.mark.parametrize(
    ("added", "freed", "left"),
    [
        ({"d", "c"}, set(), ["a", "b", "c", "d"]),
        # Said again it is the newest: that is what stays when there are too many.
        ({"a"}, set(), ["b", "a"]),
        (set(), {"a"}, ["b"]),
        ({"c"}, {"b", "zz"}, ["a", "c"]),
        # What comes back isn't blocked, also where it has bytes of what goes.
        ({"c", "d"}, {"c"}, ["a", "b", "d"]),
        (set(), set(), ["a", "b"]),
    ],
)
def test_what_is_rolled_back_comes_last_and_what_comes_back_is_freed(
    added: set[str], freed: set[str], left: list[str]
) -> None:
    value = blocking(bearing("a", "b"), added, freed=freed)

    assert value is not None
    assert json.loads(value) == left


def test_nothing_that_is_left_is_no_value() -> None:
    assert blocking(bearing("a"), freed={"a"}) is None
    assert blocking(managed("one", 1)) is None


def test_the_oldest_are_forgotten_when_there_are_too_many() -> None:
    full = [f"{number:03}" for number in range(MOST)]

    value = blocking(bearing(*full), {"new"})

    assert value is not None
    assert json.loads(value) == [*full[1:], "new"]
