# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The end of a process that does several jobs at once, each in a thread of its own.

Python handles signals in the main thread alone. So a job asks, wherever it may be
ended, whether it is to end: before each request, while it waits, and between the blocks
of an upload. Within a step that must not be cut it isn't ended.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Reason = Callable[[], BaseException]
"""Makes what is raised in whatever is ended."""


class Ending:
    """Whether the jobs of this process are to end, and why."""

    def __init__(self) -> None:
        self._why: Reason | None = None
        self._here = threading.local()

    @property
    def has_begun(self) -> bool:
        """Whether they are to end."""
        return self._why is not None

    def begin(self, why: Reason) -> None:
        """Let all jobs end, by what *why* makes; the first reason counts."""
        self._why = self._why or why

    def over(self) -> BaseException | None:
        """What the jobs were ended by, if anything has; that is over."""
        why, self._why = self._why, None
        return why and why()

    @property
    def is_job(self) -> bool:
        """Whether this thread does a job."""
        return bool(getattr(self._here, "is_job", False))

    @contextmanager
    def job(self) -> Iterator[None]:
        """Within, this thread does a job."""
        self._here.is_job, self._here.depth = True, 0
        try:
            yield
        finally:
            self._here.is_job = False

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Within, the end of this job waits; then it takes effect."""
        self._here.depth += 1
        try:
            yield
        finally:
            self._here.depth -= 1
        self.check()

    def check(self) -> None:
        """Raise what this job is to be ended by, if it is, and may be ended here."""
        why = self._why
        if why is not None and self.is_job and not self._here.depth:
            raise why()


ENDING = Ending()
"""This process's."""
