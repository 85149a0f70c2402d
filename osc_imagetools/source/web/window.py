# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The parts of a file that are on their way: brought in any order, taken in theirs.

No network here. Workers claim parts, always the earliest that nobody has, and no
further ahead of the reader than the window is wide: that bounds the memory. Each part
lies in a buffer that is used again: blocks that one thread makes and another releases
fragment the memory of each, by up to half of the window (measured).
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Protocol

from osc_imagetools.source.block_size import BLOCK_BYTES


class Worker(Protocol):
    """Whoever brings parts; to be told apart by identity."""

    def close(self) -> None:
        """End what it does, from another thread."""


@dataclass
class Part:
    """The bytes from *start* up to *stop*."""

    number: int
    start: int
    stop: int
    at: int
    """Where its next byte to come lies."""
    buffer: bytearray
    owner: Worker | None = None
    taken: int = 0
    """Bytes of it that the reader has."""

    @property
    def is_whole(self) -> bool:
        """Whether all of it has come."""
        return self.at == self.stop

    def add(self, block: bytes) -> None:
        """Put its next bytes where they belong."""
        offset = self.at - self.start
        self.buffer[offset : offset + len(block)] = block
        self.at += len(block)

    def take(self) -> bytes:
        """The reader's next bytes, 256 KiB at most; empty while there are none."""
        until = min(self.taken + BLOCK_BYTES, self.at - self.start)
        with memoryview(self.buffer) as view:
            block = bytes(view[self.taken : until])
        self.taken = until
        return block


class Window:
    """What workers and the one reader share."""

    def __init__(self, length: int, part_bytes: int, width: int) -> None:
        """*width* is in parts."""
        self._length, self._part_bytes, self._width = length, part_bytes, width
        self._count = -(-length // part_bytes)
        self._head = 0
        self._parts: dict[int, Part] = {}
        self._buffers: list[bytearray] = []
        self._workers: list[Worker] = []
        self._bringers: set[Worker] = set()
        self.has_shrunk = False
        """Whether a worker has retired."""
        self._failure: BaseException | None = None
        self._waited_seconds = 0.0
        self._changed = threading.Condition()

    @property
    def waited_seconds(self) -> float:
        """How long, altogether, the reader had nothing to take."""
        return self._waited_seconds

    @property
    def crew(self) -> int:
        """How many workers there are."""
        return len(self._workers)

    def employ(self, worker: Worker) -> None:
        """Let it claim parts."""
        with self._changed:
            self._workers.append(worker)

    def dismiss(self) -> None:
        """End all workers; what they had begun is free for others to go on with."""
        with self._changed:
            dismissed, self._workers = self._workers, []
            for part in self._parts.values():
                part.owner = None
            self._changed.notify_all()
        for worker in dismissed:
            worker.close()

    def is_alone(self, worker: Worker) -> bool:
        """Whether there is no other worker."""
        with self._changed:
            return self._workers == [worker]

    def await_others(self, worker: Worker, seconds: float) -> None:
        """Wait until another worker has brought something, or all of them have left."""

        def is_clear() -> bool:
            others = bool(self._bringers - {worker})
            return others or self._workers == [worker] or self._failure is not None

        with self._changed:
            self._changed.wait_for(is_clear, seconds)

    def claim(self, worker: Worker) -> Part | None:
        """The part to bring now; ``None`` when there is nothing more to do.

        Waits while all that the window has room for is on its way.
        """
        with self._changed:
            while worker in self._workers and not self._is_over():
                if part := self._free():
                    part.owner = worker
                    return part
                self._changed.wait()
        return None

    def add(self, worker: Worker, part: Part, block: bytes) -> bool:
        """Take the next bytes of *part*; ``False`` if it is that worker's no more."""
        with self._changed:
            if part.owner is not worker:
                return False
            part.add(block)
            self._bringers.add(worker)
            self._changed.notify_all()
            return True

    def retire(self, worker: Worker, part: Part) -> int:
        """Leave *part* to the others; how many they are. 0: nobody else is there.

        Then the worker stays, and keeps it.
        """
        with self._changed:
            left = [other for other in self._workers if other is not worker]
            if left:
                self._workers, self.has_shrunk = left, True
                if part.owner is worker:
                    part.owner = None
                self._changed.notify_all()
            return len(left)

    def fail(self, error: BaseException) -> None:
        """Let the reader raise *error*, once it has what came before."""
        with self._changed:
            self._failure = self._failure or error
            self._changed.notify_all()

    def close(self, error: BaseException) -> None:
        """Discard the blocks; the reader gets *error*, and all workers end."""
        with self._changed:
            self._parts.clear()
            self._buffers.clear()
            for worker in self._workers:
                worker.close()
            self._workers = []
        self.fail(error)

    def take(self, seconds: float) -> bytes | None:
        """The reader's next bytes, empty at the end; ``None``: not within *seconds*.

        Raises what `fail` was given.
        """
        deadline = time.monotonic() + seconds
        with self._changed:
            while self._head < self._count:
                part = self._parts.get(self._head)
                if part and (block := part.take()):
                    return block
                if part and part.is_whole:
                    self._buffers.append(self._parts.pop(self._head).buffer)
                    self._head += 1
                    self._changed.notify_all()
                elif self._failure:
                    raise self._failure
                elif not self._wait(deadline):
                    return None
        return b""

    def _wait(self, deadline: float) -> bool:
        began = time.monotonic()
        has_changed = self._changed.wait(deadline - began)
        self._waited_seconds += time.monotonic() - began
        return has_changed

    def _is_over(self) -> bool:
        ahead = self._parts.values()
        is_all = self._head + len(ahead) == self._count
        is_brought = is_all and all(part.is_whole for part in ahead)
        return is_brought or self._failure is not None

    def _free(self) -> Part | None:
        """The earliest part that nobody has, if it lies in the window."""
        for number in range(self._head, min(self._head + self._width, self._count)):
            part = self._parts.get(number)
            if part is None:
                start = number * self._part_bytes
                stop = min(start + self._part_bytes, self._length)
                unused = self._buffers
                buffer = unused.pop() if unused else bytearray(self._part_bytes)
                part = self._parts[number] = Part(number, start, stop, start, buffer)
            if part.owner is None and not part.is_whole:
                return part
        return None
