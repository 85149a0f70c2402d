# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Lengths of time, as people write them: ``30d``, ``6 months``, ``1y``."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone

from osc_imagetools.i18n import _

MONTHS_A_YEAR = 12

_UNITS = {
    "h": (0, timedelta(hours=1)),
    "d": (0, timedelta(days=1)),
    "w": (0, timedelta(weeks=1)),
    "month": (1, timedelta()),
    "y": (MONTHS_A_YEAR, timedelta()),
}
"""Months and the rest. ``m`` alone is none: minutes, or months?"""

_NAMES = {
    "h": ("h", "hour", "hours"),
    "d": ("d", "day", "days"),
    "w": ("w", "week", "weeks"),
    "month": ("month", "months"),
    "y": ("y", "year", "years"),
}
_UNIT_OF = {name: unit for unit, names in _NAMES.items() for name in names}

_TERM = re.compile(r"([0-9]{1,6})\s*([a-z]+)", re.IGNORECASE)
_TERMS = re.compile(rf"(?:{_TERM.pattern}\s*)+", re.IGNORECASE)


@dataclass(frozen=True)
class Duration:
    """A length of time; months are the calendar's."""

    months: int = 0
    rest: timedelta = timedelta()

    @classmethod
    def parse(cls, text: str) -> Duration:
        """The duration of ``30d``, ``6 months``, ``1y``, ``12h`` or ``1y 6 months``.

        Raises `ValueError` with words for whoever wrote it.
        """
        if not _TERMS.fullmatch(text.strip()):
            raise ValueError(
                _("'%s' is not a duration, such as 30d, 6 months or 1y") % text
            )
        months, rest = 0, timedelta()
        for number, name in _TERM.findall(text):
            if name.lower() not in _UNIT_OF:
                raise ValueError(
                    _(
                        "'%s' is not a unit of time: use hours, days, weeks, months "
                        "or years"
                    )
                    % name
                )
            unit_months, unit_rest = _UNITS[_UNIT_OF[name.lower()]]
            months += int(number) * unit_months
            try:
                rest += int(number) * unit_rest
            except OverflowError:
                raise ValueError(_("that is after the year 9999")) from None
        return cls(months, rest)

    def after(self, moment: datetime) -> datetime:
        """The time this long after *moment*; raises `ValueError` beyond the year 9999.

        A duration of days or more ends at midnight UTC, never sooner than it says: so
        the same words mean the same moment all day long.
        """
        try:
            exact = _months_later(moment, self.months) + self.rest
            if self.rest % timedelta(days=1) or exact == moment:
                return exact
            return _midnight_from(exact)
        except OverflowError:
            raise ValueError(_("that is after the year 9999")) from None

    def before(self, moment: datetime) -> datetime:
        """The time exactly this long before *moment*; the year 1 at the earliest."""
        try:
            return _months_later(moment, -self.months) - self.rest
        except (OverflowError, ValueError):
            return datetime.min.replace(tzinfo=timezone.utc)


def _months_later(moment: datetime, months: int) -> datetime:
    """The same day of a month later or earlier, or that month's last day."""
    year, month = divmod(moment.year * MONTHS_A_YEAR + moment.month - 1 + months, 12)
    if not datetime.min.year <= year <= datetime.max.year:
        raise OverflowError
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def _midnight_from(moment: datetime) -> datetime:
    """*moment*, if it is a midnight in UTC, else the next one."""
    utc = moment.astimezone(timezone.utc)
    midnight = datetime.combine(utc.date(), time(), timezone.utc)
    return midnight if midnight == utc else midnight + timedelta(days=1)
