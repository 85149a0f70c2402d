# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a thread is concerned with, where a command does several things at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_HERE: ContextVar[str] = ContextVar("subject", default="")


@contextmanager
def subject_is(name: str) -> Iterator[None]:
    """Within, the messages of this thread are about *name*, and say so.

    Not to be held across a ``yield`` to others, whose messages would say so too.
    """
    before = _HERE.set(name)
    try:
        yield
    finally:
        _HERE.reset(before)


def subject() -> str:
    """What this thread is concerned with; empty where that goes without saying."""
    return _HERE.get()
