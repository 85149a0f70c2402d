# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from datetime import datetime, timezone

import pytest

from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.policy import Policy, policy_holder
from tests.unit.lifecycle.images import OWNER, managed


def test_a_policy_is_read():
    image = managed(
        "one",
        1,
        lifecycle_keep="3",
        lifecycle_delete_after="6 months",
        lifecycle_unused_for="3y",
        lifecycle_end_at="2027-01-01T00:00:00Z",
        replace_frequency="monthly",
        provided_until="notice",
        uuid_validity="last-3",
    )

    assert Policy.on(image) == Policy(
        keep=3,
        delete_after=Duration(6),
        unused_for=Duration(36),
        end_at=datetime(2027, 1, 1, tzinfo=timezone.utc),
        replace_frequency="monthly",
        provided_until="notice",
        uuid_validity="last-3",
    )


def test_what_is_not_said_is_no_fault():
    assert Policy.on(managed("one", 1)) == Policy()


def test_the_longest_number_of_versions_is_one_that_can_be_read():
    assert Policy.on(managed("one", 1, lifecycle_keep="999999")).keep == 999999


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("keep", "0"),
        ("keep", "1000000"),
        ("keep", "-1"),
        ("keep", "٣"),
        ("keep", ""),
        ("keep", "9" * 5000),
        ("delete_after", "soon"),
        ("delete_after", ""),
        ("unused_for", "soon"),
        ("unused_for", None),
        ("end_at", "2026-02-30"),
        ("end_at", None),
    ],
)
def test_F80_what_cannot_be_read_is_unknown_and_a_fault(name, value):
    policy = Policy.on(managed("one", 1, **{f"lifecycle_{name}": value}))

    assert getattr(policy, name) is None
    [fault] = policy.faults
    assert fault.startswith(f"lifecycle_{name} can't be read: ")
    assert fault.isprintable()
    assert len(fault) < 120


PUBLISHED = {"os_hidden": True, "lifecycle_published_at": "2026-03-01T00:00:00Z"}


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([], None),
        ([managed("one", 1), managed("two", 2)], "two"),
        ([managed("one", 1), managed("two", 2, os_hidden=True)], "one"),
        ([managed("one", 1), managed("two", 2, **PUBLISHED)], "one"),
        # None is current: the one that was last, though a newer one is staged.
        (
            [
                managed("one", 1, **PUBLISHED),
                managed("two", 2, **PUBLISHED),
                managed("three", 3, os_hidden=True),
            ],
            "two",
        ),
        (
            [
                managed("one", 1, **{**PUBLISHED, "status": "deactivated"}),
                managed("two", 2, os_hidden=True),
            ],
            "one",
        ),
        # None ever was: the newest.
        ([managed(name, n, os_hidden=True) for n, name in enumerate("abc")], "c"),
    ],
)
def test_the_current_version_bears_the_policy_or_else_the_last_or_else_the_newest(
    versions, expected
):
    image = policy_holder(Family.of(OWNER, "debian-13", versions))

    assert (image.id if image else None) == expected
