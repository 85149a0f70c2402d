# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How long a Glance that is busy is waited for."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import cache

import requests

from osc_imagetools.i18n import _

LOG = logging.getLogger(__name__)

TOO_MANY, UNAVAILABLE = 429, 503
BUSY = frozenset({TOO_MANY, UNAVAILABLE})
"""Statuses of answers that ask to come again: RFC 6585 and RFC 9110."""

PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Where the answer doesn't tell how long."""

PATIENCE_SECONDS = 60.0
"""For one request, in all: meanwhile two versions may be visible, and signals wait."""


class Patience:
    """What is left of it, for one request."""

    def __init__(self, pause: Callable[[float], None]) -> None:
        self._pause = pause
        self._left = PATIENCE_SECONDS
        self._pauses = iter(PAUSES_SECONDS)

    def waits(self, answer: requests.Response) -> bool:
        """Whether it has waited as long as *answer* asks for, a second if for less.

        It doesn't where that is longer than there is patience left.
        """
        told = asked_for_seconds(answer)
        seconds = next(self._pauses, None) if told is None else max(1.0, told)
        if seconds is None or seconds > self._left:
            return False
        self._left -= seconds
        _tell(answer.status_code)
        self._pause(seconds)
        return True


@cache
def _tell(status: int) -> None:
    """Say it once in a run, however often it happens."""
    LOG.warning(
        _("Glance is busy (%(status)d): each request waits up to %(seconds)d seconds."),
        {"status": status, "seconds": PATIENCE_SECONDS},
    )


def asked_for_seconds(answer: requests.Response) -> float | None:
    """How long *answer* asks to wait (``Retry-After``: seconds, or a date)."""
    told = answer.headers.get("Retry-After", "").strip()
    if told.isascii() and told.isdigit():
        return float(told[:9])
    with suppress(TypeError, ValueError, OverflowError):
        moment = parsedate_to_datetime(told)
        if moment.tzinfo is not None:
            return (moment - _now(answer)).total_seconds()
    return None


def _now(answer: requests.Response) -> datetime:
    """The time at which the answer was given, by its sender's clock if that tells."""
    with suppress(TypeError, ValueError):
        moment = parsedate_to_datetime(answer.headers.get("Date", ""))
        return moment.astimezone(timezone.utc)
    return datetime.now(timezone.utc)
