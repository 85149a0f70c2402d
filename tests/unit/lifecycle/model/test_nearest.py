# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which name somebody may have meant."""

from __future__ import annotations

import pytest

from osc_imagetools.lifecycle.model.nearest import MOST_NAMES, nearest

NAMES = ["debian-12", "debian-13", "Ubuntu 24.04", "win"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("debain-13", "debian-13"),
        ("debian13", "debian-13"),
        ("DEBIAN-12", "debian-12"),
        ("ubuntu-24.04", "Ubuntu 24.04"),
        ("fedora", None),
        ("", None),
    ],
)
def test_the_name_that_is_most_like_it(typed, meant):
    found = nearest(typed, NAMES)

    assert found == meant


def test_of_no_names_none():
    assert nearest("debian-13", []) is None


def test_of_many_names_those_as_long_are_compared():
    longer = [f"debian-13-{number}" for number in range(MOST_NAMES)]

    assert nearest("debain-13", [*longer, "debian-13"]) == "debian-13"


def test_no_more_names_are_compared_than_there_is_time_for():
    unlike = [f"x-{number:07}" for number in range(MOST_NAMES)]

    assert nearest("debain-13", [*unlike, "debian-130"]) is None
