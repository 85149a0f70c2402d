# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Values of rows: short for people, exact for machines.

Machines read times as ISO 8601 in UTC, numbers as numbers, and ``null`` where nothing
is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from cliff.columns import FormattableColumn


class _Column(FormattableColumn[Any]):
    """A value, or ``None``: that is empty for people, and sorts first."""

    def __lt__(self, other: object) -> bool:
        if not isinstance(other, _Column):
            return NotImplemented
        if self._value is None or other._value is None:
            return self._value is None and other._value is not None
        return bool(self._value < other._value)

    def human_readable(self) -> str:
        """What a person reads; nothing where nothing is known."""
        return "" if self._value is None else self._shown()

    def _shown(self) -> str:
        return str(self._value)


class Text(_Column):
    """Words."""


class Number(_Column):
    """An integer."""


class Time(_Column):
    """A moment: its date for people."""

    def _shown(self) -> str:
        return f"{self._value.date()}"

    def machine_readable(self) -> str | None:
        """ISO 8601 in UTC, to the second."""
        from osc_imagetools.lifecycle.model.dates import format_time

        moment: datetime | None = self._value
        return None if moment is None else format_time(moment)


class Day(_Column):
    """A date."""

    def machine_readable(self) -> str | None:
        """As ``2026-03-01``."""
        day: date | None = self._value
        return None if day is None else day.isoformat()


class Size(_Column):
    """Bytes: in the largest unit for people."""

    def _shown(self) -> str:
        from osc_imagetools.printable import size_of

        return size_of(self._value)


class Lines(FormattableColumn[Any]):
    """Several things: one a line for people, a list for machines."""

    def __init__(self, machines: Iterable[Any], people: Iterable[str]) -> None:
        super().__init__(list(machines))
        self.lines = list(people)

    def human_readable(self) -> str:
        """One a line."""
        return "\n".join(self.lines)


class CommandLines(Lines):
    """Command lines for a shell, each run where the one before it has worked.

    One a line for people; machines read all of them as one line.
    """

    def __init__(self, commands: Sequence[str]) -> None:
        self._joined = " && ".join(commands) or None
        unended = [f"{line} &&" for line in commands[:-1]]
        super().__init__(commands, [*unended, *commands[-1:]])

    def machine_readable(self) -> str | None:
        """What ``sh -c`` takes; ``None`` where there is nothing to run."""
        return self._joined


def ids(values: Iterable[str]) -> Lines:
    """A column of IDs: of each its beginning for people, or no table had room."""
    found = list(values)
    return Lines(found, (f"{one[:8]}…" for one in found))
