# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The body of a request, passed on while it comes in."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from io import BufferedIOBase
from typing import NamedTuple

PIECE_BYTES = 256 * 1024


class Piece(NamedTuple):
    """What came over the wire, and what of that is content."""

    raw: bytes
    content: bytes = b""


def pieces(stream: BufferedIOBase, headers: Mapping[str, str]) -> Iterator[Piece]:
    """The body as it arrives, by Content-Length or by chunks, whose framing stays.

    Raises ConnectionError if it ends before its end.
    """
    if "chunked" in headers.get("transfer-encoding", "").lower():
        yield from _chunks(stream)
    else:
        yield from _exactly(stream, int(headers.get("content-length", 0)))


def _exactly(stream: BufferedIOBase, size: int) -> Iterator[Piece]:
    while size:
        content = stream.read1(min(size, PIECE_BYTES))
        if not content:
            raise ConnectionError("the client closed the connection")
        size -= len(content)
        yield Piece(content, content)


def _chunks(stream: BufferedIOBase) -> Iterator[Piece]:
    size = -1
    while size:
        line = _line(stream)
        size = int(line.split(b";")[0], 16)
        yield Piece(line)
        yield from _exactly(stream, size)
        if size:
            yield Piece(_line(stream))
    while (trailer := _line(stream)) != b"\r\n":
        yield Piece(trailer)
    yield Piece(trailer)


def _line(stream: BufferedIOBase) -> bytes:
    line = stream.readline(PIECE_BYTES)
    if not line.endswith(b"\n"):
        raise ConnectionError("the client closed the connection")
    return line


class Upload(threading.Thread):
    """Takes a body to the target, or (None) reads it for nothing.

    When the client goes away in the middle, the target's connection is cut; when the
    target does, which may have answered already, the rest is read for nothing.
    """

    def __init__(
        self,
        body: Iterable[Piece],
        target: socket.socket | None,
        passed: Callable[[bytes], None],
    ) -> None:
        super().__init__(daemon=True)
        self._body, self._target, self._passed = body, target, passed

    def run(self) -> None:
        try:
            for raw, content in self._body:
                self._pass_on(raw)
                self._passed(content)
        except OSError:
            if self._target:
                cut(self._target)

    def _pass_on(self, raw: bytes) -> None:
        if self._target:
            try:
                self._target.sendall(raw)
            except OSError:
                self._target = None


def cut(connection: socket.socket) -> None:
    """End a connection both ways, which also wakes the thread that waits for it."""
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
