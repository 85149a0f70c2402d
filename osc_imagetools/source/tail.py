# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The held tail: the last bytes stay back until every check has passed."""

from __future__ import annotations

from collections import deque

TAIL_BYTES = 1 << 18
"""Held back at the least: enough for hours of a byte a second."""


class Tail:
    """Takes blocks and releases them, but never the last `TAIL_BYTES`.

    Glance completes an image only when its last byte has come, so while some
    are here nobody can see the image, whatever happens.
    """

    def __init__(self) -> None:
        self._held: deque[bytes] = deque()
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        """Whether it holds as much as it has to."""
        return self._bytes >= TAIL_BYTES

    def hold(self, block: bytes) -> None:
        """Take the next block."""
        self._held.append(block)
        self._bytes += len(block)

    def spare(self) -> bytes | None:
        """The oldest block that it can do without; ``None`` if it needs all."""
        if self._held and self._bytes - len(self._held[0]) >= TAIL_BYTES:
            return self._take()
        return None

    def trickle(self) -> bytes | None:
        """One byte, to show that we live; ``None`` when only the last is left."""
        if self._bytes < 2:
            return None
        block = self._held.popleft()
        if len(block) > 1:
            self._held.appendleft(block[1:])
        self._bytes -= 1
        return block[:1]

    def release(self) -> bytes | None:
        """The oldest block, now that all is verified; ``None`` when empty."""
        return self._take() if self._held else None

    def _take(self) -> bytes:
        block = self._held.popleft()
        self._bytes -= len(block)
        return block
