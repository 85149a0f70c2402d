# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes are known again by what was published, by what was served and by Glance."""

from __future__ import annotations

import pytest

from osc_imagetools.lifecycle.rotation.fingerprint import (
    Offered,
    fingerprints,
    is_unchanged,
    offered_fingerprints,
)
from tests.unit.lifecycle.images import managed, shown

PUBLISHED = {"lifecycle_published_digest": "sha256:aa wire"}
SERVED = {"lifecycle_source_etag": '"1"', "lifecycle_source_size": "7"}
STORED = {"os_hash_algo": "sha512", "os_hash_value": "cc"}


@pytest.mark.parametrize(
    ("fields", "known"),
    [
        (PUBLISHED, {"sha256:aa"}),
        # Of the payload or of the wire: a vendor publishes it again as it is.
        ({"lifecycle_published_digest": "sha256:aa payload of 3"}, {"sha256:aa"}),
        (SERVED, {'etag "1" 7'}),
        # Half of it tells nothing: sizes are often the same.
        ({"lifecycle_source_size": "7"}, set()),
        ({"lifecycle_source_etag": '"1"'}, set()),
        (STORED, {"sha512:cc"}),
        ({"os_hash_algo": "sha512", "os_hash_value": None}, set()),
        ({**PUBLISHED, **SERVED, **STORED}, {"sha256:aa", 'etag "1" 7', "sha512:cc"}),
        ({}, set()),
    ],
)
def test_version_is_known_by_each_value_that_tells_its_bytes(
    fields: dict[str, str], known: set[str]
) -> None:
    assert fingerprints(managed("one", 1, **fields)) == known


def test_copy_is_known_by_its_own_bytes_and_not_by_what_it_inherited() -> None:
    copy = shown("copy", lifecycle_id="one", **PUBLISHED, **SERVED, **STORED)

    assert fingerprints(copy) == {"sha512:cc"}


@pytest.mark.parametrize(
    ("fields", "offered"),
    [
        (PUBLISHED, Offered("sha256:aa")),
        # What was published decides alone: mirrors give other ETags.
        (PUBLISHED, Offered("sha256:aa", '"2"', 8)),
        (SERVED, Offered("", '"1"', 7)),
        (
            {"lifecycle_source_etag": '"1"', "lifecycle_source_size": "0"},
            Offered("", '"1"', 0),
        ),
    ],
)
def test_version_is_known_again_by_what_its_source_offers(
    fields: dict[str, str], offered: Offered
) -> None:
    known = offered_fingerprints(offered)

    assert len(known) == 1
    assert known <= fingerprints(managed("one", 1, **fields))


@pytest.mark.parametrize("offered", [Offered(), Offered("", '"1"'), Offered("", "", 7)])
def test_source_that_tells_too_little_is_known_by_nothing(offered: Offered) -> None:
    assert offered_fingerprints(offered) == frozenset()


DIGEST = "sha256:aa"
WIRE = {"lifecycle_published_digest": f"{DIGEST} wire"}
TAGGED = {"lifecycle_source_etag": '"1"', "lifecycle_source_size": "7"}


@pytest.mark.parametrize(
    ("properties", "offered", "verdict"),
    [
        (WIRE, Offered(DIGEST), True),
        ({"lifecycle_published_digest": f"{DIGEST} payload"}, Offered(DIGEST), True),
        (WIRE, Offered("sha256:bb"), False),
        ({"lifecycle_published_digest": f"{DIGEST} a b"}, Offered(DIGEST), True),
        # Of another algorithm: can't be compared
        (WIRE, Offered("sha512:aa"), False),
        (
            {"lifecycle_published_digest": f"{DIGEST} wire"},
            Offered("", '"1"', 7),
            False,
        ),
        (TAGGED, Offered(DIGEST, '"1"', 7), False),
        (TAGGED, Offered("", '"1"', 7), True),
        (TAGGED, Offered("", '"2"', 7), False),
        (TAGGED, Offered("", '"1"', 8), False),
        (TAGGED, Offered("", "", 7), False),
        # A size alone proves nothing
        ({"lifecycle_source_size": "7"}, Offered("", "", 7), False),
        ({}, Offered(), False),
    ],
)
def test_what_can_not_be_compared_counts_as_changed(properties, offered, verdict):
    assert is_unchanged(shown(**properties), offered) is verdict
