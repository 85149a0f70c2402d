# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which family images could be adopted into, by a pattern of their names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.moments import parse_time
from osc_imagetools.lifecycle.state import WITHOUT_BYTES

GROUPS = ("family", "version")
"""What a pattern has to name."""

_DATE = re.compile(r"(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)")


@dataclass(frozen=True)
class Proposal:
    """An image, and what it would be as a version."""

    image: Image
    family: str
    version: str
    build_date: date | None


def pattern(text: str) -> re.Pattern[str]:
    """The regular expression *text*; raises `ValueError` in words.

    It has to name the groups ``family`` and ``version``.
    """
    try:
        compiled = re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"no regular expression: {error}") from None
    for group in GROUPS:
        if group not in compiled.groupindex:
            raise ValueError(f"it has no group (?P<{group}>…)")
    return compiled


def proposals(
    images: Iterable[Image], names: re.Pattern[str], owner: str
) -> tuple[Proposal, ...]:
    """What *names* matches as a whole, of the *owner*'s images: oldest build first.

    An image whose bytes are not there can't be a version; nor is one without a name
    for its family.
    """
    found = [
        _proposal(image, match)
        for image in images
        if image.owner == owner and image.status not in WITHOUT_BYTES
        if (match := names.fullmatch(image.name)) and match["family"]
    ]
    return tuple(
        sorted(
            found,
            key=lambda one: (one.family, one.build_date or date.max, one.image.id),
        )
    )


def _proposal(image: Image, match: re.Match[str]) -> Proposal:
    told = match["version"] or ""
    built = _build_date(image, told)
    label = told or (f"{built:%Y%m%d}" if built else image.id)
    return Proposal(image, match["family"], label, built)


def _build_date(image: Image, version: str) -> date | None:
    """What the image says, else what its version's label says, else its creation."""
    moments = (
        image.moment(properties.BUILD_DATE),
        _date_in(version),
        image.created_at,
    )
    return next((moment.date() for moment in moments if moment), None)


def _date_in(text: str) -> datetime | None:
    match = _DATE.search(text)
    return parse_time("-".join(match.groups())) if match else None
