# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A limit of bytes a second, which all downloads of a run share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from osc_imagetools.source.opened import Source


@dataclass(eq=False)
class RateLimit:
    """So many bytes a second, whoever reads them.

    Who has read a block waits until its bytes are due. A second in which nobody reads
    doesn't count for the next one.
    """

    bytes_per_second: int
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _due: float = 0.0

    def took(self, count: int) -> None:
        """Wait until *count* bytes more may have been read."""
        with self._lock:
            begins = max(self._due, self.now())
            self._due = begins + count / self.bytes_per_second
            wait = self._due - self.now()
        if wait > 0:
            self.sleep(wait)

    def on(self, source: Source) -> Source:
        """*source*, read no faster."""
        read = source._read

        def slowly() -> bytes:
            block = read()
            self.took(len(block))
            return block

        return replace(source, _read=slowly)
