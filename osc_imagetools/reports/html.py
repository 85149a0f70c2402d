# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A report as one page of HTML, which needs nothing beside it.

Everything that others have chosen is escaped by the template, and what a terminal would
obey is shown as what it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import Any

from osc_imagetools.errors import OperatorError
from osc_imagetools.lifecycle.checks import Severity
from osc_imagetools.lifecycle.history import CurrentPeriod
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import derive
from osc_imagetools.lifecycle.report import DueStep, FamilyStory, Story
from osc_imagetools.printable import printable, size_of

WIDTH = 1000
"""Of a bar, in its own units."""

MOST_DUE = 10
"""Of what is due next, at the head of the page."""


@dataclass(frozen=True)
class TimeBar:
    """The time in which a version was current, drawn."""

    x: float
    width: float
    kind: str
    title: str


def page(story: Story) -> str:
    """The whole page. Raises `OperatorError` where Jinja2 isn't installed."""
    try:
        import jinja2
    except ImportError:
        raise OperatorError(
            "An HTML report can't be made",
            "Jinja2 is not installed",
            "Install it with: pip install 'osc-imagetools[report]'. Or write JSON, "
            "with --output and a name that ends in .json.",
        ) from None
    text = resources.files(__package__).joinpath("page.html.j2").read_text("utf-8")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    return str(environment.from_string(text).render(**_values(story)))


def _values(story: Story) -> dict[str, Any]:
    errors, warnings = map(story.count, (Severity.ERROR, Severity.WARNING))
    due = story.due
    return {
        "project": story.owner,
        "at": format_time(story.now),
        "sums": [
            ("Families", len(story.families)),
            ("Versions", story.images),
            ("Size", size_of(story.bytes)),
            ("Errors", errors),
            ("Warnings", warnings),
            ("Overdue", sum(step.is_overdue for step in due)),
        ],
        "due": [_due(step) for step in due[:MOST_DUE]],
        "more_due": max(0, len(due) - MOST_DUE),
        "findings": [
            {
                "severity": str(one.severity),
                "where": _clean(one.family or one.image),
                "what": _clean(one.what),
                "do": _clean(one.do),
                "commands": [_clean(line) for line in one.commands],
            }
            for one in story.findings
        ],
        "families": [_family(one, story) for one in story.families],
        "shows_need": story.needed is not None,
    }


def _due(step: DueStep) -> dict[str, Any]:
    return {
        "at": f"{step.at.date()}",
        "overdue": step.is_overdue,
        "family": _clean(step.version.family or ""),
        "version": _label(step.version),
        "state": str(step.state),
    }


def _family(one: FamilyStory, story: Story) -> dict[str, Any]:
    versions = one.family.versions
    current = one.family.current
    known = {period.version.id: period for period in one.periods}
    coming = {step.version.id: step for step in one.due}
    stands = f"current is {_label(current)}" if current else "no version is current"
    number = f"{len(versions)} version{'s' if len(versions) != 1 else ''}"
    return {
        "name": _clean(one.family.name),
        "sum": f"{stands}, {number}, {size_of(one.bytes)}",
        "label": f"When each version of it was current: {stands}",
        "bars": [*_bars(one.periods, story.now)],
        "rows": [
            {
                "version": _label(version),
                "state": str(derive(version).state),
                "current": _time(known.get(version.id)),
                "size": size_of(version.size) if version.size else "",
                "next": _next(coming.get(version.id)),
                "need": _clean((story.needed or {}).get(version.id, "")),
                "id": version.id,
            }
            for version in versions[::-1]
        ],
    }


def _bars(periods: tuple[CurrentPeriod, ...], now: datetime) -> Iterator[TimeBar]:
    if not periods:
        return
    start = periods[0].since
    span = max((now - start).total_seconds(), 1.0)

    def place(moment: datetime) -> float:
        passed = (moment - start).total_seconds() / span
        return round(min(max(passed, 0.0), 1.0) * WIDTH, 1)

    for period in periods:
        first, last = place(period.since), place(period.until or now)
        kind = "was" if period.until else "now"
        title = f"{_label(period.version)}: {_time(period)}"
        # However short it was, it can be seen.
        width = round(max(last - first, 2.0), 1)
        yield TimeBar(min(first, WIDTH - width), width, kind, title)


def _time(period: CurrentPeriod | None) -> str:
    if period is None:
        return ""
    until = f"{period.until.date()}" if period.until else "now"
    return f"{period.since.date()} to {until}"


def _next(step: DueStep | None) -> str:
    if step is None:
        return ""
    return f"{step.state} {'since' if step.is_overdue else 'from'} {step.at.date()}"


def _label(version: Image) -> str:
    return _clean(version.version or version.id[:8])


def _clean(text: str) -> str:
    return printable(text, None)
