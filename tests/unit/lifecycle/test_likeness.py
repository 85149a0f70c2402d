# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.likeness import likenesses, stem
from tests.unit.lifecycle.images import OWNER, managed, shown


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
