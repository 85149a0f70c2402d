# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Faults of the bytes: they break off, drip, stall, lie about their number."""

import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass

from tests.cloud.source.faults.fault import Fault
from tests.cloud.source.response import PIECE_BYTES, CutError, Response


@dataclass(frozen=True)
class Drop(Fault):
    """The connection closes, or is reset, after so many bytes of the file.

    A range that begins behind them comes whole; with ``each`` they are those of each
    answer, whatever part of the file it is. A reset also takes back what still waits
    in the server's socket: the client may get fewer bytes.
    """

    after: int
    reset: bool = False
    each: bool = False

    def apply(self, response: Response) -> None:
        left = self.after if self.each else self.after - response.offset
        if left >= 0:
            response.body = self._until_dropped(response.body, left)

    def _until_dropped(self, body: Iterable[bytes], left: int) -> Iterator[bytes]:
        if (yield from _first(left, iter(body))) is not None:
            raise CutError(self.reset)


@dataclass(frozen=True)
class WrongLength(Fault):
    """A Content-Length that is so much too long (or, negative, too short).

    ``exactly`` states it outright instead. The body is the whole one in any case.
    """

    by: int = 0
    exactly: int | None = None

    def apply(self, response: Response) -> None:
        length = int(response.headers["Content-Length"]) + self.by
        stated = length if self.exactly is None else self.exactly
        response.headers["Content-Length"] = str(stated)
        response.close = True


@dataclass(frozen=True)
class NoLength(Fault):
    """No Content-Length: chunks, or (not ``chunked``) all until the connection ends."""

    chunked: bool = True

    def apply(self, response: Response) -> None:
        response.headers.pop("Content-Length", None)
        response.chunked = self.chunked


@dataclass(frozen=True)
class Rate(Fault):
    """At most so many bytes a second on each connection, in an even flow."""

    bytes_per_second: int

    def apply(self, response: Response) -> None:
        largest = max(1, min(PIECE_BYTES, self.bytes_per_second // 20))
        response.body = _paced(response.body, self.bytes_per_second, largest)


@dataclass(frozen=True)
class Drip(Fault):
    """A slow drip: few bytes a second, each piece of them sent on its own."""

    bytes_per_second: int
    piece: int = 1

    def apply(self, response: Response) -> None:
        response.body = _paced(response.body, self.bytes_per_second, self.piece)


@dataclass(frozen=True)
class Stall(Fault):
    """Nothing more comes after so many bytes of the file.

    It goes on when the test releases the path, or after ``seconds``. A range that
    begins behind them comes at once.
    """

    after: int
    seconds: float | None = None

    def apply(self, response: Response) -> None:
        left = self.after - response.offset
        if left >= 0:
            response.body = self._stalling(response, iter(response.body), left)

    def _stalling(
        self, response: Response, rest: Iterator[bytes], left: int
    ) -> Iterator[bytes]:
        begun = yield from _first(left, rest)
        if begun is not None:
            response.released.wait(self.seconds)
            yield begun
            yield from rest


@dataclass(frozen=True)
class Endless(Fault):
    """The file over and over, without a length: a ``.gz`` is then an endless ``.gz``.

    An empty file counts as a block of zeros. The file is held in memory.
    """

    def apply(self, response: Response) -> None:
        NoLength().apply(response)
        response.body = self._repeated(response.body)

    def _repeated(self, body: Iterable[bytes]) -> Iterator[bytes]:
        block = b"".join(body) or bytes(PIECE_BYTES)
        piece = block * max(1, PIECE_BYTES // len(block))
        while True:
            yield piece


def _first(size: int, pieces: Iterator[bytes]) -> Generator[bytes, None, bytes | None]:
    """Yield the first ``size`` bytes; return what is left of the piece they end in.

    None if there are fewer.
    """
    for piece in pieces:
        if len(piece) >= size:
            yield piece[:size]
            return piece[size:]
        yield piece
        size -= len(piece)
    return None if size else b""


def _paced(body: Iterable[bytes], rate: int, largest: int) -> Iterator[bytes]:
    """The same bytes in pieces of at most ``largest``, ``rate`` bytes a second."""
    start, paced = time.monotonic(), 0
    for piece in body:
        for offset in range(0, len(piece), largest):
            part = piece[offset : offset + largest]
            yield part
            paced += len(part)
            time.sleep(max(0.0, start + paced / rate - time.monotonic()))
