# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import urllib.parse

import pytest

from osc_imagetools.glance.namesakes import LONGEST_FILTER, filters

NAMES = {
    "none": ([], []),
    "one": (["debian-13"], ['in:"debian-13"']),
    "F83 commas and colons are quoted": (["a, b", "in:c"], ['in:"a, b","in:c"']),
    "F83 quotes and backslashes go alone": (
        ["a", 'b"', "c\\", "d"],
        ['eq:b"', "eq:c\\", 'in:"a","d"'],
    ),
}


@pytest.mark.parametrize(("names", "expected"), NAMES.values(), ids=NAMES)
def test_names_are_asked_for_at_once(names, expected):
    assert list(filters(names)) == expected


@pytest.mark.parametrize("letter", ["x", "ü"])
def test_many_names_take_several_requests_of_bounded_length(letter):
    names = [letter * 250 + str(number) for number in range(100)]

    asked = list(filters(names))

    lengths = [len(urllib.parse.quote_plus(each)) for each in asked]
    assert max(lengths) <= LONGEST_FILTER
    assert sum(lengths[:-1]) > LONGEST_FILTER // 2 * len(lengths[:-1])
    listed = [name for each in asked for name in each[4:-1].split('","')]
    assert listed == names
