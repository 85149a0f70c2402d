# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Every failure that a command must answer for has a test of that number, or a reason.

The numbers are stable and stand in the tests' names and IDs (``F27``): on the real
cloud and the misbehaving source, not on fakes.
"""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

FUNCTIONAL = Path(__file__).parents[1] / "functional"

OF_IMPORTS = {*chain(range(1, 59), (72, 83), range(87, 93), range(97, 100))} | {
    *chain(range(101, 105), range(107, 110))
}

NOT_PROVOKED: dict[int, str] = {}
"""Why no test can bring it about here."""


def test_every_failure_has_a_functional_test_or_a_reason() -> None:
    written = "".join(path.read_text() for path in FUNCTIONAL.glob("*.py"))

    numbers = {int(number) for number in re.findall(r"(?<![0-9A-Za-z])F(\d+)", written)}

    assert OF_IMPORTS - numbers - NOT_PROVOKED.keys() == set()
    assert numbers & NOT_PROVOKED.keys() == set()
