# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.suggestions import likenesses, pattern, proposals, stem
from tests.unit.lifecycle.images import OWNER, managed, shown

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
        ({"name": "debian-13-v2", **CREATED}, ("debian-13", "v2", None)),
        ({"name": "debian-13-2026-03", **CREATED}, ("debian-13", "2026-03", None)),
        ({"name": "debian-13-24.04.1", **CREATED}, ("debian-13", "24.04.1", None)),
        ({"name": "debian-13-20260301.2"}, ("debian-13", "20260301.2", MARCH)),
        ({"name": "debian-13", **CREATED}, ("debian-13", "20260301", None)),
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
        ("(", "not a regular expression"),
        ("(?P<version>.*)", "family"),
        ("(?P<family>.*)", "version"),
    ],
)
def test_a_pattern_that_proposes_nothing_is_refused(text, says):
    with pytest.raises(ValueError, match=says):
        pattern(text)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("debian-13", "debian-13"),
        ("debian-13-20260301", "debian-13"),
        ("debian-13-20260301-1234", "debian-13"),
        ("debian-13_2026.03.01", "debian-13"),
        ("debian-13-2026-03", "debian-13"),
        ("Debian 13 (2026-03-01)", "debian-13"),
        ("Debian 13 [old]", "debian-13"),
        ("debian-13-20260301-old", "debian-13"),
        ("debian_13", "debian-13"),
        ("ubuntu-20.04", "ubuntu-20.04"),
        ("ubuntu-2004", "ubuntu-2004"),
        ("windows-2019", "windows-2019"),
        ("gold", "gold"),
        ("20260301", "20260301"),
        ("-old", "-old".strip("-")),
        ("", ""),
    ],
)
def test_a_stem_is_the_name_without_date_and_words_for_copies(name, expected):
    assert stem(name) == expected


@given(st.text(max_size=40))
def test_a_stem_of_a_stem_adds_nothing(name):
    assert len(stem(name)) <= len(name.lower())


def of(images, *versions):
    known = [Family.of(OWNER, "debian-13", versions)] if versions else []
    return {one.image.id: one for one in likenesses(images, known)}


def test_doubles_are_of_the_same_owner():
    found = of(
        [
            shown("a", os_hash_algo="sha512", os_hash_value="f"),
            shown("b", os_hash_algo="sha512", os_hash_value="e"),
            shown("c", owner="other", os_hash_algo="sha512", os_hash_value="f"),
            shown("d", name="x", os_hash_algo="sha512", os_hash_value="f"),
            shown("e", name=""),
            shown("f", name=""),
        ]
    )

    assert (found["a"].same_name, found["a"].same_bytes) == (("b",), ("d",))
    assert (found["b"].same_name, found["b"].same_bytes) == (("a",), ())
    assert (found["c"].same_name, found["c"].same_bytes) == ((), ())
    assert (found["e"].same_name, found["e"].looks_like) == ((), None)


def test_a_double_of_a_version_is_found():
    found = of([shown("a", os_hash_value="f")], managed("one", 1, os_hash_value="f"))

    assert (found["a"].same_name, found["a"].same_bytes) == (("one",), ("one",))


def test_a_look_alike_is_of_a_family_or_else_of_one_another():
    found = of(
        [
            shown("a", name="Debian 13 (old)"),
            shown("b", name="tool-20260101"),
            shown("c", name="tool-20260201"),
            shown("d", name="alone-20260201"),
            shown("e", name="debian-13", owner="other"),
        ],
        managed("one", 1),
    )

    looks = {name: likeness.looks_like for name, likeness in found.items()}
    assert looks == {"a": "debian-13", "b": "tool", "c": "tool", "d": None, "e": None}
