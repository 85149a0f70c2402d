# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A report as one page of HTML: no script, no network, and nothing of it is trusted."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.report import FamilyReport, Report
from osc_imagetools.printable import printable, size_of

if TYPE_CHECKING:
    from jinja2 import Environment

_DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Stretch:
    """The time in which a version was current, in hundredths of the drawing's width."""

    start: float
    width: float
    is_current: bool
    label: str


@dataclass(frozen=True)
class Drawing:
    """The timeline of one family, from its first day to the next thing due."""

    begin: datetime
    end: datetime
    bars: tuple[Stretch, ...]
    now: float
    due: float | None


def page(report: Report) -> str:
    """The whole page. Raises `OperatorError` where Jinja2 is missing."""
    environment = _environment()
    style = environment.get_template("report.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return environment.get_template("report.html").render(
        report=report,
        drawings=[drawing(family, report.now) for family in report.families],
        digest=digest,
    )


def drawing(family: FamilyReport, now: datetime) -> Drawing | None:
    """Where its bars stand; ``None`` where no version tells when it was current."""
    periods = [(one, one.period) for one in family.versions if one.period]
    if not periods:
        return None
    due = family.next_step.step if family.next_step else None
    begin = min(period.since for _, period in periods)
    end = max(now, begin, *(period.until or now for _, period in periods))
    if due:
        end = max(end, due.at)
    whole = (end - begin).total_seconds() or 1

    def place(moment: datetime) -> float:
        share = (moment - begin).total_seconds() / whole
        return round(100 * min(max(share, 0), 1), 2)

    bars = tuple(
        Stretch(
            place(period.since),
            # What was current for an hour is seen, too.
            max(round(place(period.until or now) - place(period.since), 2), 0.4),
            one.is_current,
            _clean(one.image.version or one.image.id),
        )
        for one, period in periods
    )
    return Drawing(begin, end, bars, place(now), place(due.at) if due else None)


def _environment() -> Environment:
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined
    except ImportError:
        raise OperatorError(
            _("The page can't be made"),
            _("the package 'Jinja2' is not installed"),
            _("Install osc-imagetools[report], or use --form json."),
        ) from None
    made = Environment(
        loader=PackageLoader("osc_imagetools.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(clean=_clean, day=_day, size=_size, age=_age)
    return made


def _clean(text: Any) -> str:
    """Text of strangers: no character in it turns the page's direction."""
    return printable(str(text), None)


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "not known"


def _age(moment: datetime | None, now: datetime) -> str:
    if moment is None:
        return "not known"
    days = max(int((now - moment).total_seconds() // _DAY_SECONDS), 0)
    return "1 day" if days == 1 else f"{days:,} days"


def _size(count: int | None) -> str:
    return "not known" if count is None else size_of(count)
