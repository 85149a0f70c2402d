# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from osc_imagetools.lifecycle.model.dates import parse_time
from osc_imagetools.lifecycle.retention import EnforceRequest
from osc_imagetools.lifecycle.retention.situation import NEVER, deprecated_since
from tests.unit.lifecycle.images import managed
from tests.unit.lifecycle.retention.situations import (
    NOW,
    ago,
    current,
    days,
    replaced,
    situation,
    usage,
)


@pytest.mark.parametrize(
    ("asked", "policy", "keep"),
    [
        (None, {}, None),
        (2, {}, 2),
        (None, {"lifecycle_keep": "3"}, 3),
        (2, {"lifecycle_keep": "3"}, 3),
        (4, {"lifecycle_keep": "3"}, 4),
        # No command takes it: it is as if nobody had said it.
        (0, {}, None),
        (None, {"lifecycle_keep": "0"}, None),
    ],
)
def test_F81_whoever_wants_more_versions_is_heard(asked, policy, keep):
    found = situation([current(1, **policy)], EnforceRequest(keep=asked))

    assert found.keep == keep


@pytest.mark.parametrize(
    ("asked", "policy", "length"),
    [
        (None, {}, None),
        (50, {}, 50),
        (None, {"lifecycle_unused_for": "60d"}, 60),
        (50, {"lifecycle_unused_for": "60d"}, 60),
        (70, {"lifecycle_unused_for": "60d"}, 70),
    ],
)
def test_whoever_wants_a_version_unused_for_longer_is_heard(asked, policy, length):
    request = EnforceRequest(unused_for=None if asked is None else days(asked))
    found = situation([current(1, **policy)], request)

    expected = None if length is None else NOW - timedelta(days=length)
    assert found.unused_since == expected


@pytest.mark.parametrize(
    ("end_at", "has_ended"),
    [
        (None, False),
        (ago(days=-1), False),
        (ago(days=0), True),
        (ago(days=1), True),
        ("soon", False),
    ],
)
def test_a_family_ends_at_its_date(end_at, has_ended):
    told = {} if end_at is None else {"lifecycle_end_at": end_at}

    assert situation([current(1, **told)]).has_ended is has_ended


def test_a_policy_is_that_of_the_version_that_has_it():
    versions = [replaced(1, lifecycle_keep="9"), current(2, lifecycle_keep="3")]

    assert situation(versions).policy.keep == 3
    assert situation([]).policy.keep is None


def test_previous_versions_have_their_places_from_the_newest_on():
    versions = [replaced(1), replaced(2), current(3), replaced(4)]

    assert situation(versions).places == {"id2": 1, "id1": 2}


RETIRED = {"os_hidden": True, "lifecycle_retired_at": ago(days=30)}


@pytest.mark.parametrize(
    ("fields", "policy", "date"),
    [
        ({}, {}, None),
        ({"lifecycle_delete_at": ago(days=1)}, {}, ago(days=1)),
        # What an image says itself counts, and not the policy.
        ({"lifecycle_delete_at": ago(days=1)}, {"delete_after": "9y"}, ago(days=1)),
        ({"lifecycle_delete_at": "soon"}, {"delete_after": "1d"}, None),
        (RETIRED, {"delete_after": "20d"}, ago(days=10)),
        (RETIRED, {"delete_after": "soon"}, None),
        # What no calendar has is no word that it may go.
        (RETIRED, {"delete_after": "999999y"}, "9999-12-31T23:59:59.999999Z"),
        ({"os_hidden": True}, {"delete_after": "20d"}, None),
    ],
)
def test_when_a_version_may_be_deleted(fields, policy, date):
    told = {f"lifecycle_{name}": value for name, value in policy.items()}
    image = managed("one", 1, **fields)

    found = situation([image, current(2, **told)]).delete_at(image)

    assert found == parse_time(date)
    assert (found == NEVER) is ((date or "").startswith("9999"))


@pytest.mark.parametrize(
    ("retired", "deprecated", "since"),
    [
        (None, None, None),
        ("soon", None, None),
        ("soon", "2026-03-01", 1),
        ("2026-03-02", "2026-03-01", 2),
        ("2026-03-02", "2026-03-03", 3),
    ],
)
def test_F80_a_version_is_no_longer_offered_since_the_later_of_its_dates(
    retired, deprecated, since
):
    image = managed(
        "one", 1, lifecycle_retired_at=retired, lifecycle_deprecated_at=deprecated
    )

    expected = since and datetime(2026, 3, since, tzinfo=timezone.utc)
    assert deprecated_since(image) == expected


def test_of_the_use_of_an_image_only_what_was_asked_is_known():
    image = replaced(1)
    known = usage(image)

    assert situation([image], usages={"id1": known}).usage(image) == known
    assert situation([image], usages={}).usage(image) is None
