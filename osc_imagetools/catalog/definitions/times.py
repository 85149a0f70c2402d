# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Kinds of values that are days, moments and lengths of time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timezone

import yaml

from osc_imagetools.catalog.definitions import nodes
from osc_imagetools.catalog.definitions.kinds import ScalarKind, Schema, not_this
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.dates import parse_time
from osc_imagetools.lifecycle.model.duration import Duration


def _moment(node: yaml.ScalarNode) -> datetime:
    """A date or a time, with or without quotes."""
    if nodes.kind_of(node) == nodes.DATE:
        made = nodes.constructed(node)
        # A datetime is a date, too.
        text = made.isoformat() if isinstance(made, date) else ""
    else:
        text = str(node.value)
    moment = parse_time(text)
    if moment is None or not re.match(DATE_FORM, str(node.value)):
        raise not_this(node)
    return moment.astimezone(timezone.utc)


DATE_FORM = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME_FORM = f"{DATE_FORM}(?:[Tt ].+)?"


@dataclass(frozen=True)
class DayKind(ScalarKind):
    """A day; of a time, that in UTC."""

    wants: str = _("a date, such as 2026-03-01")

    def value(self, node: yaml.ScalarNode) -> date:
        """The day."""
        return _moment(node).date()

    def schema(self) -> Schema:
        """A string that begins as a date does."""
        return {"type": "string", "pattern": f"^{_TIME_FORM}$"}


@dataclass(frozen=True)
class MomentKind(ScalarKind):
    """A time in UTC; a date is its midnight."""

    wants: str = _("a date, such as 2026-03-01")

    def value(self, node: yaml.ScalarNode) -> datetime:
        """The time."""
        return _moment(node)

    def schema(self) -> Schema:
        """A string that begins as a date does."""
        return {"type": "string", "pattern": f"^{_TIME_FORM}$"}


_NOW = datetime(2000, 1, 1, tzinfo=timezone.utc)


@dataclass(frozen=True)
class DurationKind(ScalarKind):
    """A length of time, in the words of whoever wrote it."""

    wants: str = _("a length of time, such as 90d, 6 months or 1y")

    def value(self, node: yaml.ScalarNode) -> str:
        """Its text."""
        text = str(node.value)
        try:
            Duration.parse(text).after(_NOW)
        except ValueError:
            raise not_this(node) from None
        return text

    def schema(self) -> Schema:
        """Numbers and their units."""
        units = "h|hours?|d|days?|w|weeks?|months?|y|years?"
        return {
            "type": "string",
            "pattern": rf"^\s*(?:[0-9]{{1,6}}\s*(?:{units})\s*)+$",
        }
