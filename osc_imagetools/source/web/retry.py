# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How often, and after how long, a source is asked again that brought nothing."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable

import urllib3

from osc_imagetools.i18n import _

LOG = logging.getLogger(__name__)

TRIED_AGAIN = frozenset({429, 500, 502, 503, 504})
"""Statuses that pass. Any other of 4xx is final: object stores say 403 for what they
don't have."""

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
RETRY_AFTER_MAX_SECONDS = 120.0
"""Of what a server asks for: somebody waits for the image."""

PROGRESS_BYTES = 1 << 16
"""A try that brought so many was worth it; less may go on for ever."""


def backoff_seconds(tried: int) -> float:
    """The pause after so many tries in vain, twice as long each time, 1 to 30.

    Up to half of it is left to chance: many who were refused together shall not
    come back together.
    """
    longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** (tried - 1))
    return longest * random.uniform(0.5, 1)


def asked_for_seconds(retry_after: str | None) -> float | None:
    """What a ``Retry-After`` (seconds, or a date) asks for, 0 to 120; else ``None``."""
    if not retry_after:
        return None
    try:
        seconds = float(urllib3.Retry().parse_retry_after(retry_after))
    # What the library raises of a date that is none, it doesn't say.
    except Exception:
        return None
    return max(0.0, min(RETRY_AFTER_MAX_SECONDS, seconds))


class Detours:
    """Where redirects have led to in vain, for one source."""

    def __init__(self, retries: int) -> None:
        """*retries* at most."""
        self._retries = retries
        self._places: set[str] = set()

    def allows_another(self, where: str, why: str) -> bool:
        """Whether to ask again who led to *where*: not if that was so before.

        No pause is needed: whoever has several mirrors names the next one at once.
        """
        if where in self._places or len(self._places) >= self._retries:
            return False
        self._places.add(where)
        LOG.info(_("%s; following the redirect again"), why)
        return True


class SourcePatience:
    """What is left of it, for one source: it comes back with every progress."""

    def __init__(self, retries: int, pause: Callable[[float], None]) -> None:
        """*retries* in a row at most; *pause* waits so many seconds."""
        self._retries = retries
        self._pause = pause
        self._tried = 0
        self._got = 0
        self._began = time.monotonic()

    @property
    def tried(self) -> int:
        """How often in vain, since the last progress."""
        return self._tried

    def got(self, count: int) -> None:
        """So many bytes arrived."""
        self._got += count
        if self._got >= PROGRESS_BYTES:
            self._tried = 0

    def allows_another(
        self, why: str, *, retry_after: str | None = None, at_once: bool = False
    ) -> bool:
        """Whether there may be another try; if so, only after the pause it needs.

        The first one after progress needs none where *at_once*. Time that was spent
        waiting for the try in vain counts.
        """
        if self._tried >= self._retries:
            return False
        seconds = asked_for_seconds(retry_after)
        if seconds is None:
            tried = self._tried if at_once else self._tried + 1
            spent = time.monotonic() - self._began
            seconds = max(0.0, backoff_seconds(tried) - spent) if tried else 0.0
        self._tried += 1
        if seconds:
            LOG.info(
                _("%(why)s; trying again in %(seconds).1f s"),
                {"why": why, "seconds": seconds},
            )
            self._pause(seconds)
        self._got, self._began = 0, time.monotonic()
        return True
