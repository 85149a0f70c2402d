# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The name that somebody may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LIKENESS = 0.75
"""Of two names, from 0 to 1: ``debain-13`` and ``debian-13`` have 0.89."""

MOST_NAMES = 2_000
"""That are compared, those as long as it first: a cloud may have many."""


def nearest(name: str, names: Iterable[str]) -> str | None:
    """The one of *names* that is most like *name*; ``None`` if none is like it.

    Upper and lower case are alike.
    """
    likely = sorted(names, key=lambda each: abs(len(each) - len(name)))[:MOST_NAMES]
    by_case = {each.casefold(): each for each in sorted(likely, reverse=True)}
    found = difflib.get_close_matches(name.casefold(), by_case, 1, LIKENESS)
    return by_case[found[0]] if found else None
