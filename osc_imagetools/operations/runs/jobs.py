# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Several jobs at a time, each in a thread; a signal ends all of them in order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from osc_imagetools.glance.ending import ENDING
from osc_imagetools.operations.runs.signals import signals_end_the_jobs

T = TypeVar("T")

Job = Callable[[], T]

LOOK_SECONDS = 0.2
"""A signal that another thread was given is handled when the main one goes on."""

MOST_THREADS = 256
"""Of one process, where jobs wait elsewhere: containers limit them, some to 512."""

_HERE = threading.local()


def run_jobs(
    jobs: Sequence[Job[T]], most: int, *, wait_elsewhere: bool = False
) -> Iterator[tuple[int, T]]:
    """What each of *jobs* returns, with its place, as soon as that is known.

    At most *most* work at a time; one alone is done in this thread. Where they
    *wait_elsewhere*, those that do count no more meanwhile, up to 256 in all. After a
    signal, or what a job raises, none begins any more, those under way end at their
    next request, and that is raised once they have.
    """
    if len(jobs) == 1 or (most == 1 and not wait_elsewhere):
        yield from ((place, job()) for place, job in enumerate(jobs))
        return
    pool = _Pool(jobs, most, max(most, MOST_THREADS) if wait_elsewhere else most)
    with signals_end_the_jobs():
        try:
            pool.begin()
            yield from pool.told()
        except BaseException:
            # Whoever takes no more of it wants them to end.
            ENDING.begin(KeyboardInterrupt)
            raise
        finally:
            pool.wait()
            ended_by = ENDING.over()
    if why := pool.fault or ended_by:
        raise why


@contextmanager
def elsewhere() -> Iterator[None]:
    """Within, this job waits for somebody else's work: another one may begin."""
    working: threading.Semaphore | None = getattr(_HERE, "working", None)
    if working is None:
        yield
        return
    working.release()
    try:
        yield
    finally:
        working.acquire()


class _Pool(Generic[T]):
    """Threads that do one job after the other, as long as nothing ends them."""

    def __init__(self, jobs: Sequence[Job[T]], most: int, threads: int) -> None:
        self.fault: BaseException | None = None
        """What ended one of the jobs first."""
        self._waiting = iter([*enumerate(jobs)])
        self._lock = threading.Lock()
        self._working = threading.Semaphore(most)
        self._done: SimpleQueue[tuple[int, T] | BaseException | None] = SimpleQueue()
        self._wanted = min(threads, len(jobs))
        self._threads: list[threading.Thread] = []

    def begin(self) -> None:
        """Begin with the first ones; raises `RuntimeError` where no thread can start.

        Those that have started work then, and are waited for.
        """
        for _ in range(self._wanted):
            thread = threading.Thread(target=self._work, daemon=True)
            thread.start()
            self._threads.append(thread)

    def wait(self) -> None:
        """Until no job is under way."""
        for thread in self._threads:
            thread.join()

    def told(self) -> Iterator[tuple[int, T]]:
        """What each returns, until no thread works any more."""
        working = len(self._threads)
        while working:
            try:
                told = self._done.get(timeout=LOOK_SECONDS)
            except Empty:
                continue
            if told is None:
                working -= 1
            elif isinstance(told, BaseException):
                self.fault = self.fault or told
                ENDING.begin(KeyboardInterrupt)
            else:
                yield told

    def _work(self) -> None:
        _HERE.working = self._working
        with ENDING.job():
            while self._work_off_next():
                pass
        self._done.put(None)

    def _work_off_next(self) -> bool:
        """Do the next job; whether this thread is to go on with another one."""
        # They begin in their order: none is taken before there is room for it.
        with self._working:
            if (begun := self._next()) is None:
                return False
            place, job = begun
            try:
                self._done.put((place, job()))
            # Raised once all are waited for.
            except BaseException as error:
                self._done.put(error)
                return False
            return True

    def _next(self) -> tuple[int, Job[T]] | None:
        with self._lock:
            return None if ENDING.has_begun else next(self._waiting, None)
