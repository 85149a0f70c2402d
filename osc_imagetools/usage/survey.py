# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""All services of a cloud that may use images, asked side by side.

Each is asked in a thread of its own, which is left behind when nothing comes from it
any more: it only reads.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.usage.gaps import Gap
from osc_imagetools.lifecycle.usage.verdict import Told
from osc_imagetools.usage.catalogue import Found, services
from osc_imagetools.usage.question import Question
from osc_imagetools.usage.service import Service

Event = tuple[str, "Told | BaseException | None"]
"""A service, and what it told; ``None``: it has answered something."""

SILENCE_SECONDS_MORE = 10.0
"""So much longer than for one answer a service may give no sign at all, while it is
asked again: a page that comes byte by byte has no end either."""


def survey(
    clients: Any,
    question: Question,
    *,
    without: Collection[str] = (),
    timeout_seconds: float,
) -> tuple[Told, ...]:
    """What all services told of *question*; what can't be asked is a gap.

    *without* are the service types that are not asked, and don't count.
    """
    # Before threads share it.
    clients.session.get_token()
    found, gaps = services(clients, without)
    told = tuple(Told(gap.service, gaps=(gap,)) for gap in gaps)
    return (*told, *_side_by_side(found, question, timeout_seconds))


def _side_by_side(
    found: Sequence[Found], question: Question, timeout_seconds: float
) -> list[Told]:
    events: queue.Queue[Event] = queue.Queue()
    patience = timeout_seconds + SILENCE_SECONDS_MORE
    seen = {each.name: time.monotonic() for each in found}
    for each in found:
        run = _asking(events, each, question, timeout_seconds)
        threading.Thread(target=run, daemon=True).start()
    told: dict[str, Told] = {}
    while len(told) < len(found):
        waiting = {name: at for name, at in seen.items() if name not in told}
        left = min(waiting.values()) + patience - time.monotonic()
        try:
            name, what = events.get(timeout=max(0.0, left))
        except queue.Empty:
            silent = min(waiting, key=lambda each: waiting[each])
            why = _("nothing came from it for %g seconds") % patience
            told[silent] = Told(silent, gaps=(Gap(silent, why),))
            continue
        seen[name] = time.monotonic()
        if isinstance(what, BaseException):
            raise what
        if what is not None and name not in told:
            told[name] = what
    return [told[each.name] for each in found]


def _asking(
    events: queue.Queue[Event], found: Found, question: Question, timeout_seconds: float
) -> Callable[[], None]:
    """What a thread does."""
    service = Service(
        found.name,
        found.adapter,
        timeout_seconds=timeout_seconds,
        beat=lambda: events.put((found.name, None)),
    )

    def run() -> None:
        try:
            events.put((found.name, found.module.ask(service, question)))
        # Raised by whoever waits.
        except BaseException as error:
            events.put((found.name, error))

    return run
