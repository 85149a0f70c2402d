# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a functional test there has to be of: each failure, and each option.

Every failure that a command must answer for has a test of that number, or a reason. The
numbers are stable and stand in the tests' names and IDs (``F27``): on the real cloud
and the misbehaving source, not on fakes.
"""

from __future__ import annotations

import argparse
import re
from itertools import chain
from pathlib import Path

import pytest

from tests.unit import plugin

FUNCTIONAL = Path(__file__).parents[1] / "functional"

OF_IMPORTS = {*chain(range(1, 59), (72, 83), range(87, 93), range(97, 100))} | {
    *chain(range(101, 105), range(107, 110))
}

OF_LIFECYCLES = {71, 75, 79, 80, 83, 87, 88, *range(96, 100), 102}

OF_ROTATIONS = {*chain((48, 49, 70, 89), range(73, 79), range(82, 87))} | {
    *chain(range(93, 96), range(97, 106), (108, 110))
}

OF_USAGE = {*range(59, 65)}

OF_ENFORCEMENT = {*range(59, 70), 74, 75, *range(79, 82), 87, 88, 97, 98, 106}

FOUND_BY_ATTACKS = {*range(111, 147)}

NOT_PROVOKED: dict[int, str] = {
    65: "100,000 servers take hours to make: the row usage-time measures 2,400",
}
"""Why no test can bring it about here."""

WRITTEN = "".join(path.read_text() for path in FUNCTIONAL.glob("*.py"))

OPTIONS = [
    pytest.param(action, id=f"{plugin.words(entry_point)} {action.option_strings[0]}")
    for entry_point in plugin.entry_points()
    for action in plugin.own_actions(entry_point)
    if action.option_strings
]


def test_every_failure_has_a_functional_test_or_a_reason() -> None:
    numbers = {int(number) for number in re.findall(r"(?<![0-9A-Za-z])F(\d+)", WRITTEN)}

    of_commands = OF_IMPORTS | OF_LIFECYCLES | OF_ROTATIONS | OF_USAGE | OF_ENFORCEMENT
    wanted = of_commands | FOUND_BY_ATTACKS
    assert wanted - numbers - NOT_PROVOKED.keys() == set()
    assert numbers & NOT_PROVOKED.keys() == set()


@pytest.mark.parametrize("action", OPTIONS)
def test_every_option_stands_in_a_functional_test(action: argparse.Action) -> None:
    names = "|".join(action.option_strings)

    assert re.search(rf"(?<![\w-])(?:{names})(?![\w-])", WRITTEN)
