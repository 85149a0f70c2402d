# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A stream of blocks that can be looked at before it is read."""

from __future__ import annotations

from collections.abc import Iterator

from osc_imagetools.source.block_size import BLOCK_BYTES


class Blocks:
    """The same bytes as *source*, in non-empty blocks of at most `BLOCK_BYTES`.

    Whole blocks pass through uncopied. Between blocks, any number of bytes can
    be taken exactly, looked at without being taken, or given back.
    """

    def __init__(self, source: Iterator[bytes]) -> None:
        self._source = source
        self._block = b""
        self._at = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = self.piece()
        if not piece:
            raise StopIteration
        return piece

    def piece(self, most: int = BLOCK_BYTES) -> bytes:
        """The next 1 to *most* bytes, as they lie; empty at the end."""
        while self._at == len(self._block):
            block = next(self._source, None)
            if block is None:
                return b""
            self._block, self._at = block, 0
        start, self._at = self._at, min(self._at + most, len(self._block))
        return self._block[start : self._at]

    def pieces(self, size: int) -> Iterator[bytes]:
        """The next *size* bytes in blocks; fewer if the end comes first."""
        while size and (piece := self.piece(min(size, BLOCK_BYTES))):
            size -= len(piece)
            yield piece

    def peek(self, size: int) -> bytes:
        """The next *size* bytes, which stay; fewer if the end comes first."""
        if len(self._block) - self._at < size:
            self._fill(size)
        return self._block[self._at : self._at + size]

    def take(self, size: int) -> bytes:
        """The next *size* bytes; fewer if the end comes first."""
        taken = self.peek(size)
        self._at += len(taken)
        return taken

    def give_back(self, size: int) -> None:
        """Unread the last *size* bytes of the last piece."""
        self._at -= size

    def skip_zeros(self) -> int:
        """How many bytes of zero there were before anything else or the end."""
        skipped = 0
        for piece in self:
            other = piece.lstrip(b"\0")
            skipped += len(piece) - len(other)
            if other:
                self.give_back(len(other))
                break
        return skipped

    def _fill(self, size: int) -> None:
        ahead = [self._block[self._at :]]
        missing = size - len(ahead[0])
        while missing > 0 and (block := next(self._source, None)) is not None:
            ahead.append(block)
            missing -= len(block)
        self._block, self._at = b"".join(ahead), 0
