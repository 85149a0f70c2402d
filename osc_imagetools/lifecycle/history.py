# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who was current when, from the times that versions carry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import zip_longest
from operator import itemgetter

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import derive

_EVER = datetime.max.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class CurrentPeriod:
    """The time in which a version was current; only its last one is known."""

    version: Image
    since: datetime
    until: datetime | None
    """``None``: it still is."""

    def covers(self, moment: datetime) -> bool:
        """Whether it was current at that moment; at its end it no longer was."""
        return self.since <= moment < (self.until or _EVER)

    def as_row(self) -> dict[str, str | None]:
        """As machines read it."""
        return {
            "id": self.version.id,
            "version": self.version.version,
            "since": format_time(self.since),
            "until": format_time(self.until) if self.until else None,
        }


def current_periods(family: Family) -> tuple[CurrentPeriod, ...]:
    """The times of all versions that tell one, earliest first.

    One that doesn't tell when it ended was current until the next one was, or until it
    was deprecated. A broken date tells nothing.
    """
    # Of one moment they stay in the order of their generations.
    published = sorted(
        (
            (since, version)
            for version in family.versions
            if (since := version.moment(properties.PUBLISHED_AT))
        ),
        key=itemgetter(0),
    )
    following = [since for since, *_ in published[1:]]
    return tuple(
        CurrentPeriod(version, since, _end(version, since, next_since))
        for (since, version), next_since in zip_longest(published, following)
    )


def current_at(family: Family, moment: datetime) -> Image | None:
    """The version that was current at *moment*, as far as the family can tell.

    Of several, in the instant of a swap, the newest.
    """
    then = [period for period in current_periods(family) if period.covers(moment)]
    return then[-1].version if then else None


def _end(
    version: Image, since: datetime, following: datetime | None
) -> datetime | None:
    # One that was published again has the end of its earlier time, perhaps.
    retired = version.moment(properties.RETIRED_AT)
    if retired and retired > since:
        return retired
    if not derive(version).state.is_on_its_way_out:
        return following
    told = version.moment(properties.DEPRECATED_AT)
    ends = [end for end in (told, following) if end and end >= since]
    return min(ends, default=since)
