# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from osc_imagetools.lifecycle.unchanged import Offered, is_unchanged
from tests.unit.lifecycle.images import shown

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
