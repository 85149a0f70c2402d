# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Signals: they end a run in order, and wait where half a step would be worse."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended(SystemExit):
    """A signal ended the run; the exit status is 128 and its number."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    raise Ended(number)


@contextmanager
def signals_end_the_run() -> Iterator[None]:
    """Within, SIGTERM and SIGHUP unwind like ^C, so that everything is undone."""
    with _handled(_end):
        yield


@contextmanager
def signals_wait() -> Iterator[None]:
    """Within, signals are noted; the first one takes effect at the end."""
    noted: list[int] = []
    with _handled(lambda number, _frame: noted.append(number)):
        yield
    if noted:
        _end(noted[0], None)


@contextmanager
def _handled(handler: signal._HANDLER) -> Iterator[None]:
    """*handler* in place of those before; Python allows it in the main thread only.

    What was ignored stays ignored: ``nohup`` means it.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in ENDING}
    taken = {n: old for n, old in before.items() if old is not signal.SIG_IGN}
    for number in taken:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, old in taken.items():
            signal.signal(number, old)
