# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Moments, as properties hold them and Glance shows them."""

from __future__ import annotations

from datetime import datetime, timezone


def parse_time(text: object) -> datetime | None:
    """A time in UTC from ISO 8601, with or without zone and microseconds.

    ``None`` for what is no time: a broken date never decides anything.
    """
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text.strip().replace("Z", "+00:00"))
        if moment.tzinfo is None:
            return moment.replace(tzinfo=timezone.utc)
        return moment.astimezone(timezone.utc)
    # The offset of a moment at either end of the calendar leads out of it.
    except (ValueError, OverflowError):
        return None


def format_time(moment: datetime) -> str:
    """*moment* as ISO 8601 in UTC, to the second: ``2026-03-01T04:05:06Z``."""
    utc = moment.astimezone(timezone.utc).replace(microsecond=0, tzinfo=None)
    return f"{utc.isoformat()}Z"
