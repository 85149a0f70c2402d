# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who was current when, drawn for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from osc_imagetools.lifecycle.tenure import Tenure

COLUMNS = 32
"""Of the bar, from the first publication to now."""


def drawn(tenures: Iterable[Tenure], now: datetime) -> list[str]:
    """A line a version, newest first: its label, its bar, its days.

    In ASCII, since a terminal may know nothing else.
    """
    known = tuple(tenures)
    if not known:
        return []
    start = known[0].since
    end = max(now, *(tenure.until or tenure.since for tenure in known))
    width = max(len(_label(tenure)) for tenure in known)
    return [
        f"{_label(tenure):{width}}  {_bar(tenure, start, end)}  {_days(tenure)}"
        for tenure in known[::-1]
    ]


def _label(tenure: Tenure) -> str:
    return tenure.version.version or tenure.version.id[:8]


def _bar(tenure: Tenure, start: datetime, end: datetime) -> str:
    """At least one column, however short it was."""
    span = (end - start).total_seconds() or 1.0

    def column(moment: datetime) -> int:
        return round((moment - start).total_seconds() / span * COLUMNS)

    first = min(column(tenure.since), COLUMNS - 1)
    last = max(column(tenure.until or end), first + 1)
    return "." * first + "#" * (last - first) + "." * (COLUMNS - last)


def _days(tenure: Tenure) -> str:
    until = f"{tenure.until.date()}" if tenure.until else "now"
    return f"{tenure.since.date()} to {until}"
