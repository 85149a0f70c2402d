# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Signals: they end a run in order, and wait where half a step would be worse."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import NoReturn

from osc_imagetools.glance.ending import ENDING
from osc_imagetools.glance.machine import THIS_MACHINE, Machine
from osc_imagetools.i18n import _

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Ended(SystemExit):
    """A signal ended the run; the exit status is 128 and its number."""

    def __init__(self, number: int) -> None:
        super().__init__(128 + number)


class NotMainThreadError(RuntimeError):
    """Signals can't wait for this thread: Python handles them in the main one."""

    def __init__(self) -> None:
        super().__init__(_("signals are handled in the main thread only"))


def _end(number: int, _frame: FrameType | None) -> NoReturn:
    raise _ended(number)


@contextmanager
def signals_end_the_run() -> Iterator[None]:
    """Within, SIGTERM and SIGHUP unwind like ^C, so that everything is undone.

    Raises `NotMainThreadError`.
    """
    with _handled(_end):
        yield


@contextmanager
def signals_wait(machine: Machine = THIS_MACHINE) -> Iterator[None]:
    """Within, signals are noted; the first one takes effect at the end.

    So does the end of a job, where this thread does one of several. Nothing waits on a
    *machine* that is simulated: it has none. Raises `NotMainThreadError`.
    """
    if not machine.has_signals:
        yield
        return
    if ENDING.is_job:
        with ENDING.waiting():
            yield
        return
    noted: list[int] = []
    with _handled(lambda number, _frame: noted.append(number)):
        yield
    if noted:
        _end(noted[0], None)


@contextmanager
def signals_end_the_jobs() -> Iterator[None]:
    """Within, a signal ends no thread by itself: it lets all jobs end, in order.

    Raises `NotMainThreadError`.
    """
    with _handled(lambda number, _frame: ENDING.begin(partial(_ended, number))):
        yield


def _ended(number: int) -> BaseException:
    return KeyboardInterrupt() if number == signal.SIGINT else Ended(number)


@contextmanager
def _handled(handler: signal._HANDLER) -> Iterator[None]:
    """*handler* in place of those before.

    What was ignored stays ignored: ``nohup`` means it. Raises `NotMainThreadError`:
    what could be ended in the middle is not begun.
    """
    if threading.current_thread() is not threading.main_thread():
        raise NotMainThreadError
    before = {number: signal.getsignal(number) for number in SIGNALS}
    taken = {n: old for n, old in before.items() if old is not signal.SIG_IGN}
    for number in taken:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, old in taken.items():
            signal.signal(number, old)
