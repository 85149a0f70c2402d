# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What may stand in the place of ``{date}`` and ``{version}``, and which is newer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

DATE, VERSION = "date", "version"

EXPRESSIONS = {
    DATE: r"(?:[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2})(?:[-.][0-9]{1,12}){0,2}",
    VERSION: r"[0-9]{1,18}(?:[._-][0-9]{1,18}){0,7}",
}
"""By placeholder. Numbers alone, and so no preview: ``1.2-rc1`` isn't a version.

The suffix of a date is what tells several builds of a day apart: ``20240211-1654``.
"""

Values: TypeAlias = Mapping[str, str]
"""What stands in the place of each placeholder, as far as it is known."""

_DAY = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})")
_NUMBER = re.compile(r"[0-9]{1,18}")


def day_of(text: str) -> date | None:
    """The day that a date with or without a suffix begins with; ``None``: no day."""
    match = _DAY.match(text)
    if match is None:
        return None
    try:
        return date(*map(int, match.groups()))
    except ValueError:
        return None


def numbers_in(text: str) -> tuple[int, ...]:
    """The numbers in *text*: as they are compared, 9.10 is newer than 9.9."""
    return tuple(map(int, _NUMBER.findall(text)))


def rank(values: Values) -> tuple[date, tuple[int, ...], tuple[int, ...], str]:
    """What orders builds: their day and its suffix, then their version."""
    told, version = values.get(DATE, ""), values.get(VERSION, "")
    day = day_of(told) or date.min
    suffix = numbers_in(_DAY.sub("", told, count=1))
    return day, suffix, numbers_in(version), f"{told} {version}"


def label_of(values: Values) -> str:
    """The label of a build: ``20240211-1654``, ``42-1.1``, ``9.5-20241118.0``."""
    told = (values.get(VERSION), values.get(DATE))
    return "-".join(text for text in told if text)
