# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A row: two things that are run in turn, and what their ratio may be."""

from __future__ import annotations

import os
import statistics
import subprocess
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from tests.benchmarks.stage import Say, Stage

Measure = Callable[[], float]
"""Runs one of the two once; the seconds, or bytes, that it took."""

Contest = AbstractContextManager[tuple[Measure, Measure]]
"""What is measured, then what it's measured against; ends what it started."""


@dataclass(frozen=True)
class Row:
    """``what`` may cost ``at_most`` times as much as ``against``."""

    name: str
    what: str
    against: str
    at_most: float
    contest: Callable[[Stage], Contest]
    """Raises FileNotFoundError, which says what this machine lacks."""
    unit: str = "s"
    rounds: int = 5
    choose: Callable[[Sequence[float]], float] = statistics.median
    """One figure out of those of all rounds."""
    ceiling: float = float("inf")
    """What neither of the two may exceed, in the row's unit."""


@dataclass(frozen=True)
class Result:
    """What was measured: one figure a round; none, and why, where that can't be."""

    row: Row
    what: tuple[float, ...] = ()
    against: tuple[float, ...] = ()
    missing: str = ""

    @property
    def chosen(self) -> tuple[float, float]:
        """The figure for each of the two; only if something was measured."""
        return self.row.choose(self.what), self.row.choose(self.against)

    @property
    def ratio(self) -> float:
        what, against = self.chosen
        return what / against

    @property
    def holds(self) -> bool:
        """Whether the row's limits are kept; not if nothing was measured."""
        if self.missing:
            return False
        highest = max(self.chosen)
        return self.ratio <= self.row.at_most and highest <= self.row.ceiling


def measured(row: Row, stage: Stage, say: Say, rounds: int | None = None) -> Result:
    """Run the two in turn, ``rounds`` times (default: the row's own number)."""
    figures: tuple[list[float], list[float]] = ([], [])
    count = min(rounds or row.rounds, row.rounds)
    try:
        with row.contest(stage) as contest:
            for number in range(1, count + 1):
                for measure, its in zip(contest, figures, strict=True):
                    # What the one has written must not slow the other.
                    os.sync()
                    its.append(measure())
                latest = " against ".join(f"{its[-1]:.2f}" for its in figures)
                say(f"{row.name}, round {number} of {count}: {latest} {row.unit}")
    except (FileNotFoundError, RuntimeError, subprocess.CalledProcessError) as error:
        # The other rows still have something to say.
        say(f"{row.name}: {error}")
        return Result(row, missing=str(error).splitlines()[-1])
    return Result(row, tuple(figures[0]), tuple(figures[1]))
