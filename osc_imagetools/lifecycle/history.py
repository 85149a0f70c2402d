# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who was current when, from the times that versions carry.

Of a version that was deleted the family's history tells: a property of its current
version, which its next one takes over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from itertools import zip_longest
from operator import itemgetter

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.policy import policy_holder
from osc_imagetools.lifecycle.model.state import derive

_EVER = datetime.max.replace(tzinfo=timezone.utc)

MOST_DELETED = 50
"""Of deleted versions, the newest: a property has at most 65,535 bytes."""

MOST_BYTES = 1_200
"""Of one deleted version: what strangers wrote on it doesn't take others' room."""

_TOLD = (
    properties.VERSION,
    properties.GENERATION,
    properties.BUILD_DATE,
    properties.PUBLISHED_AT,
    properties.RETIRED_AT,
    properties.DEPRECATED_AT,
    properties.SOURCE_DIGEST,
)
"""What is kept of a deleted version, beside its ID and when that was."""

_DELETED_AT = "deleted_at"


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
    was deprecated. A broken date tells nothing. Versions that were deleted count as
    far as the family's history has them.
    """
    # Of one moment they stay in the order of their generations.
    published = sorted(
        (
            (since, version)
            for version in (*deleted(family), *family.versions)
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


def deleted(family: Family) -> tuple[Image, ...]:
    """The versions of *family* that were deleted, as far as its history tells."""
    holder = policy_holder(family)
    known = {version.id for version in family.versions}
    return tuple(
        Image.from_glance(
            {
                "id": told["id"],
                "name": family.name,
                "owner": family.owner,
                "status": "deleted",
                "visibility": "private",
                "os_hidden": True,
                **{name: told[name] for name in _TOLD if name in told},
                properties.ID: told["id"],
                properties.FAMILY: family.name,
                properties.DELETE_AT: told.get(_DELETED_AT),
            }
        )
        for told in (_entries(holder) if holder else ())
        # It was to be deleted, and is still there.
        if told["id"] not in known
    )


def history_with(holder: Image, gone: Iterable[Image], now: datetime) -> str:
    """The history that *holder*, which has the family's policy, gets with *gone*."""
    entries = {told["id"]: told for told in _entries(holder)}
    for image in gone:
        told = {name: text for name in _TOLD if (text := image.text(name)) is not None}
        entries.pop(image.id, None)
        entries[image.id] = {"id": image.id, **told, _DELETED_AT: format_time(now)}
    short = [told for told in entries.values() if len(json.dumps(told)) <= MOST_BYTES]
    return json.dumps(short[-MOST_DELETED:])


def _entries(holder: Image) -> list[dict[str, str]]:
    """What the history on *holder* has, as far as it can be read."""
    try:
        told = json.loads(holder.text(properties.HISTORY) or "[]")
    # Strangers write it, too: brackets in brackets end Python's recursion.
    except (ValueError, RecursionError):
        return []
    found = told if isinstance(told, list) else []
    return [
        {name: text for name, text in each.items() if isinstance(text, str)}
        for each in found
        if isinstance(each, dict) and isinstance(each.get("id"), str)
    ]


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
