# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from datetime import date

import pytest

from osc_imagetools.lifecycle.proposal import pattern, proposals
from tests.unit.lifecycle.images import OWNER, shown

NAMES = pattern(r"(?P<family>[a-z]+-\d+)(-(?P<version>.+))?")


def one(**fields):
    [proposed] = proposals([shown("a", **fields)], NAMES, OWNER)
    return proposed.family, proposed.version, proposed.build_date


MARCH = date(2026, 3, 1)
CREATED = {"created_at": "2026-03-01T23:00:00Z"}


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"name": "debian-13-20260301"}, ("debian-13", "20260301", MARCH)),
        ({"name": "debian-13-2026-03-01"}, ("debian-13", "2026-03-01", MARCH)),
        ({"name": "debian-13-v2", **CREATED}, ("debian-13", "v2", MARCH)),
        ({"name": "debian-13", **CREATED}, ("debian-13", "20260301", MARCH)),
        ({"name": "debian-13"}, ("debian-13", "a", None)),
        ({"name": "debian-13-20261301"}, ("debian-13", "20261301", None)),
        (
            {"name": "debian-13-20260401", "image_build_date": "2026-03-01"},
            ("debian-13", "20260401", MARCH),
        ),
        (
            {"name": "debian-13-20260301", "image_build_date": "F80 broken"},
            ("debian-13", "20260301", MARCH),
        ),
    ],
)
def test_a_proposal_has_family_version_and_build_date(fields, expected):
    assert one(**fields) == expected


@pytest.mark.parametrize(
    "image",
    [
        shown(name="debian"),
        shown(name="my debian-13"),
        shown(owner="other"),
        shown(status="queued"),
        shown(status="saving"),
    ],
)
def test_nothing_is_proposed_for_what_cannot_be_a_version_of_ours(image):
    assert proposals([image], NAMES, OWNER) == ()


def test_nothing_is_proposed_without_a_name_for_the_family():
    names = pattern(r"debian(-(?P<family>\d+))?(?P<version>)")

    assert proposals([shown(name="debian")], names, OWNER) == ()


def test_proposals_stand_by_family_and_build_date_unknown_ones_last():
    images = [
        shown("new", name="debian-13-20260301"),
        shown("unknown", name="debian-13-x"),
        shown("old", name="debian-13-20260201"),
        shown("first", name="alma-9-20260501"),
    ]

    found = [proposed.image.id for proposed in proposals(images, NAMES, OWNER)]

    assert found == ["first", "old", "new", "unknown"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("(", "no regular expression"),
        ("(?P<version>.*)", "family"),
        ("(?P<family>.*)", "version"),
    ],
)
def test_a_pattern_that_proposes_nothing_is_refused(text, says):
    with pytest.raises(ValueError, match=says):
        pattern(text)
