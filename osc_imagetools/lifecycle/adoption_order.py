# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""In which order images succeed one another, by what their dates and labels tell."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from string import digits
from typing import Any

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.dates import parse_time
from osc_imagetools.lifecycle.model.image import Image

_DAY = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)", re.ASCII)
_MONTH = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.](0[1-9]|1[0-2])(?![-_.]?\d)", re.ASCII)
_PARTS = re.compile(r"[0-9]+|[^\W\d_]+")
_BEFORE_THE_RELEASE = frozenset({"alpha", "beta", "dev", "pre", "rc", "preview"})

Key = Callable[["Place"], Any]


@dataclass(frozen=True)
class Place:
    """What decides where an image stands among others."""

    image_id: str
    label: str
    day: date | None
    """When it was built, as far as anything tells."""
    created_at: datetime | None
    is_offered: bool = False
    """Whether users of the family get it now."""

    @classmethod
    def of(cls, version: Image) -> Place:
        """That of a *version* by what it says."""
        label = version.version or ""
        return cls(version.id, label, day_of(version, label), version.created_at)


def day_of(image: Image, label: str) -> date | None:
    """When *image* was built, by what it says of it, its *label* or its own name.

    The name of a family tells nothing of one of its versions.
    """
    if told := image.moment(properties.BUILD_DATE):
        return told.date()
    own_name = image.name if image.name != image.family else ""
    days = (find(text) for text in (label, own_name) for find in (day_in, month_in))
    return next(filter(None, days), None)


def day_in(text: str) -> date | None:
    """The first day that *text* names, such as 20240301, 2024-03-01 or 2024.03.01."""
    match = _DAY.search(text)
    moment = parse_time("-".join(match.groups())) if match else None
    return moment.date() if moment else None


def month_in(text: str) -> date | None:
    """The first day of the month that *text* names, such as 2024-03."""
    match = _MONTH.search(text)
    return date(int(match[1]), int(match[2]), 1) if match else None


def label_in(name: str) -> str | None:
    """The label that the date in an image's *name* makes; ``None`` without one."""
    if day := day_in(name):
        return f"{day:%Y%m%d}"
    return f"{month:%Y-%m}" if (month := month_in(name)) else None


def label_key(label: str) -> tuple[tuple[int, Any], ...]:
    """What puts labels in order: 24.04-rc1, 24.04, 24.04.1, 24.04.10; v3, v10."""
    return (*(_part(part) for part in _PARTS.findall(label.lower())), (0, 0))


def order(places: Iterable[Place]) -> Key:
    """The key that sorts *places*, oldest first; what users get now is the last.

    By day, label and creation; where one tells no day, by label and creation.
    """
    have_days = all(place.day for place in places)

    def key(place: Place) -> tuple[Any, ...]:
        made = place.created_at.timestamp() if place.created_at else math.inf
        days = (place.day,) if have_days else ()
        return (place.is_offered, *days, label_key(place.label), made, place.image_id)

    return key


def merged(
    versions: Sequence[Place], current_id: str | None, others: Iterable[Place]
) -> tuple[Place, ...]:
    """The *others* among *versions*, each below the first one that is newer.

    Versions keep their order: a rollback may have made it. None comes above the
    current one.
    """
    others = tuple(others)
    key = order((*versions, *others))
    ids = [version.image_id for version in versions]
    reach = ids.index(current_id) if current_id in ids else len(ids)
    line = list(versions)
    for other in sorted(others, key=key):
        above = [one for one in versions[:reach] if key(one) > key(other)]
        above += versions[reach:]
        line.insert(line.index(above[0]) if above else len(line), other)
    return tuple(line)


def _part(part: str) -> tuple[int, Any]:
    if part[0] in digits:
        # As a number, but Python makes none of thousands of digits.
        number = part.lstrip("0")
        return 1, (len(number), number)
    return (-1 if part in _BEFORE_THE_RELEASE else 2), part
