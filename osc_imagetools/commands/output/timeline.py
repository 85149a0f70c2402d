# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who was current when, drawn for a terminal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.history import CurrentPeriod

COLUMNS = 32
"""Of the bar, from the first publication to now."""


def drawn(periods: Iterable[CurrentPeriod], now: datetime) -> list[str]:
    """A line a version, newest first: its label, its bar, its days.

    In ASCII, since a terminal may know nothing else.
    """
    known = tuple(periods)
    if not known:
        return []
    start = known[0].since
    end = max(now, *(period.until or period.since for period in known))
    width = max(len(_label(period)) for period in known)
    return [
        f"{_label(period):{width}}  {_bar(period, start, end)}  {_days(period)}"
        for period in known[::-1]
    ]


def _label(period: CurrentPeriod) -> str:
    return period.version.version or period.version.id[:8]


def _bar(period: CurrentPeriod, start: datetime, end: datetime) -> str:
    """At least one column, however short it was."""
    span = (end - start).total_seconds() or 1.0

    def column(moment: datetime) -> int:
        return round((moment - start).total_seconds() / span * COLUMNS)

    first = min(column(period.since), COLUMNS - 1)
    last = max(column(period.until or end), first + 1)
    return "." * first + "#" * (last - first) + "." * (COLUMNS - last)


def _days(period: CurrentPeriod) -> str:
    since = period.since.date()
    if period.until is None:
        return _("%s to now") % since
    return _("%(since)s to %(until)s") % {"since": since, "until": period.until.date()}
