# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What Glance was asked to make, where only a look tells whether it has."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import requests

from osc_imagetools.glance.api import GlanceError
from osc_imagetools.glance.machine import Machine
from osc_imagetools.glance.patience import UNAVAILABLE, Patience

T = TypeVar("T")

_FAULTS = 500
"""From this status on an answer tells nothing of what took place."""


def ordered(
    machine: Machine,
    ask: Callable[[], requests.Response],
    done: Callable[[], T | None],
) -> requests.Response | T:
    """The answer to *ask*; or what *done* finds where that was lost, or is a fault.

    A proxy may say 502 or 504, or nothing, of what Glance does all the same. What is
    answered 503, and wasn't done, is waited for and asked again. Raises `GlanceError`
    where no answer came and nothing is found.
    """
    patience = Patience(machine.sleep)
    while True:
        try:
            answer = ask()
        except GlanceError:
            if (found := _seen(done)) is not None:
                return found
            raise
        if answer.status_code < _FAULTS:
            return answer
        if (found := _seen(done)) is not None:
            return found
        if answer.status_code != UNAVAILABLE or not patience.waits(answer):
            return answer


def _seen(done: Callable[[], T | None]) -> T | None:
    try:
        return done()
    except GlanceError:
        return None
