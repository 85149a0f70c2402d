# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Blocks that are produced ahead of whoever sends them on, the last ones held.

A thread of its own makes them, so that a source that stalls doesn't silence the
upload: meanwhile bytes of the held tail trickle.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Protocol

from osc_imagetools.source.expected import Arrived
from osc_imagetools.source.tail import Tail

BLOCKS_AHEAD = 16
"""Of `BLOCK_BYTES`: how far the stages run ahead of the upload."""

TRICKLE_SECONDS = 1.0
"""Of silence after which one byte of the tail goes out: Glance gives up at 4."""


class Stage(Protocol):
    """Blocks, and what they turn out to be once the last one has come."""

    def __iter__(self) -> Iterator[bytes]:
        """The blocks, once."""

    def verify(self) -> Arrived:
        """What they were, after the last one; raises what is wrong with them."""


class Ahead:
    """One stage on its way: begun, then sent on, once."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._tail = Tail()
        self._ready: queue.Queue[bytes | Arrived | BaseException] = queue.Queue(
            BLOCKS_AHEAD
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(
            target=self._produce, name="source", daemon=True
        )
        self.arrived: Arrived | None = None
        """What came, verified; only after `blocks` has ended."""

    def begin(self) -> None:
        """Fill the tail; raises whatever is wrong so far.

        What is shorter than the tail is verified whole by then.
        """
        self._thread.start()
        while not self._tail.is_full and self.arrived is None:
            self._take(self._ready.get())

    def blocks(self) -> Iterator[bytes]:
        """The blocks, the last bytes only after `Stage.verify` has passed.

        Raises what is wrong with them, and then they must not be completed.
        """
        while self.arrived is None:
            while (block := self._tail.spare()) is not None:
                yield block
            try:
                self._take(self._ready.get(timeout=TRICKLE_SECONDS))
            except queue.Empty:
                if (byte := self._tail.trickle()) is not None:
                    yield byte
        while (block := self._tail.release()) is not None:
            yield block

    def stop(self) -> None:
        """Stop producing, soon; what is being waited for may have to be closed."""
        self._stop.set()

    def join(self) -> None:
        """Wait, but not for long, until nothing is produced any more."""
        if self._thread.is_alive():
            self._thread.join(TRICKLE_SECONDS)

    def _take(self, item: bytes | Arrived | BaseException) -> None:
        if isinstance(item, BaseException):
            raise item
        if isinstance(item, Arrived):
            self.arrived = item
        else:
            self._tail.hold(item)

    def _produce(self) -> None:
        last: Arrived | BaseException
        try:
            for block in self._stage:
                if not self._hand_over(block):
                    return
            last = self._stage.verify()
        except BaseException as error:
            last = error
        self._hand_over(last)

    def _hand_over(self, item: bytes | Arrived | BaseException) -> bool:
        """Whether the other side took it; it may have stopped listening."""
        while not self._stop.is_set():
            try:
                self._ready.put(item, timeout=TRICKLE_SECONDS)
            except queue.Full:
                continue
            return True
        return False
