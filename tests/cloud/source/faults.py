# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The ways in which the source misbehaves, one class each.

A fault is a dataclass whose fields are JSON values, with one method that changes the
response. Several on one path are applied in the order given, each to what the ones
before it have left: ``Page(...), Drip(100)`` is a page that drips. A new fault is a
new class here, and nothing else.
"""

import time
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.cloud.source.response import PIECE_BYTES, CutError, Response


@dataclass(frozen=True)
class Fault:
    """One way to misbehave."""

    def apply(self, response: Response) -> None:
        """Change the response, which wasn't sent yet."""
        raise NotImplementedError


@dataclass(frozen=True)
class Status(Fault):
    """Another status, with a text of its own instead of the file."""

    code: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "text/plain; charset=utf-8"

    def apply(self, response: Response) -> None:
        response.status = self.code
        response.headers.clear()
        response.say(self.body, self.content_type)
        response.headers.update(self.headers)


@dataclass(frozen=True)
class Page(Fault):
    """A page with 200 instead of the file, as captive portals and login forms do."""

    html: str = "<!DOCTYPE html>\n<html><title>Please log in</title></html>\n"
    content_type: str = "text/html; charset=utf-8"

    def apply(self, response: Response) -> None:
        Status(200, self.html, content_type=self.content_type).apply(response)


@dataclass(frozen=True)
class Headers(Fault):
    """Headers of the test's choice; ``None`` leaves one out."""

    values: Mapping[str, str | None]

    def apply(self, response: Response) -> None:
        for name, value in self.values.items():
            response.headers.pop(name, None)
            if value is not None:
                response.headers[name] = value


@dataclass(frozen=True)
class Drop(Fault):
    """The connection closes, or is reset, after so many bytes of the body.

    A reset also takes back what still waits in the server's socket: the client may
    get fewer bytes.
    """

    after: int
    reset: bool = False

    def apply(self, response: Response) -> None:
        response.body = self._until_dropped(response.body)

    def _until_dropped(self, body: Iterable[bytes]) -> Iterator[bytes]:
        yield from _first(self.after, iter(body))
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
    """Nothing more comes after so many bytes of the body.

    It goes on when the test releases the path, or after ``seconds``.
    """

    after: int
    seconds: float | None = None

    def apply(self, response: Response) -> None:
        response.body = self._stalling(response, iter(response.body))

    def _stalling(self, response: Response, rest: Iterator[bytes]) -> Iterator[bytes]:
        left = yield from _first(self.after, rest)
        response.released.wait(self.seconds)
        yield left
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


FAULTS: dict[str, type[Fault]] = {
    kind.__name__: kind for kind in Fault.__subclasses__()
}


def to_json(fault: Fault) -> dict[str, Any]:
    """The fault as the control port takes it."""
    return {"fault": type(fault).__name__, **asdict(fault)}


def from_json(fields: Mapping[str, Any]) -> Fault:
    """The fault that :func:`to_json` was given."""
    values = dict(fields)
    return FAULTS[values.pop("fault")](**values)


def _first(size: int, pieces: Iterator[bytes]) -> Generator[bytes, None, bytes]:
    """Yield the first ``size`` bytes; return what is left of the piece they end in."""
    for piece in pieces:
        if len(piece) >= size:
            yield piece[:size]
            return piece[size:]
        yield piece
        size -= len(piece)
    return b""


def _paced(body: Iterable[bytes], rate: int, largest: int) -> Iterator[bytes]:
    """The same bytes in pieces of at most ``largest``, ``rate`` bytes a second."""
    start, paced = time.monotonic(), 0
    for piece in body:
        for offset in range(0, len(piece), largest):
            part = piece[offset : offset + largest]
            yield part
            paced += len(part)
            time.sleep(max(0.0, start + paced / rate - time.monotonic()))
