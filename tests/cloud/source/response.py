# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the server is about to say, before and after the faults had their way."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

PIECE_BYTES = 64 * 1024


class CutError(Exception):
    """Raised by a body: the connection ends here, without a proper end."""

    def __init__(self, reset: bool = False) -> None:
        super().__init__()
        self.reset = reset


@dataclass
class Received:
    """One request, and how far its answer has got.

    The names of ``headers`` are in lower case, ``path`` is as the client sent it.
    ``sent`` counts the bytes of the body that the server's kernel has taken. ``ended``
    is empty while the answer is on its way, then ``complete``, ``cut`` (by a fault),
    ``gone`` (the client closed the connection) or ``failed`` (the server's own fault,
    which its standard error explains).
    """

    method: str
    path: str
    headers: dict[str, str]
    sent: int = 0
    ended: str = ""


@dataclass(frozen=True)
class File:
    """A body that is a file, or the bytes of it from ``start`` up to ``stop``.

    While nothing wraps it, the kernel sends it.
    """

    path: Path
    start: int = 0
    stop: int | None = None

    @property
    def end(self) -> int:
        """The offset behind its last byte."""
        return self.path.stat().st_size if self.stop is None else self.stop

    @property
    def size(self) -> int:
        return self.end - self.start

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as stream:
            stream.seek(self.start)
            left = self.size
            while piece := stream.read(min(PIECE_BYTES, left)):
                left -= len(piece)
                yield piece


@dataclass
class Response:
    """An answer that faults may change: any attribute, and the body by wrapping it.

    ``released`` is set when the test releases what stalls on this path. ``number``
    counts the path's requests since the test ordered its faults, ``beside`` how many
    others are being answered meanwhile. Without a Content-Length among ``headers``
    the end of the body is the end of the connection, unless ``chunked``.
    """

    request: Received
    released: threading.Event
    number: int = 1
    beside: int = 0
    status: int = HTTPStatus.OK
    headers: dict[str, str] = field(default_factory=dict)
    body: Iterable[bytes] = ()
    chunked: bool = False
    close: bool = False
    head: str = ""
    """Sent instead of what the headers and the status say, exactly as it stands."""
    file: File | None = None
    span: tuple[int, int] | None = None
    """Of a part of the file: the offsets of its first byte and behind its last."""

    @property
    def offset(self) -> int:
        """Where in the file its first byte lies."""
        return self.span[0] if self.span else 0

    def say(self, text: str, content_type: str) -> None:
        """Make ``text`` the whole body, with the length that it has."""
        content = text.encode()
        self.headers["Content-Type"] = content_type
        self.headers["Content-Length"] = str(len(content))
        self.body = [content]

    def serve_whole(self) -> None:
        """Answer with all of the file, if there is one."""
        if self.file:
            self.status, self.body, self.span = HTTPStatus.OK, self.file, None
            self.headers.pop("Content-Range", None)
            self.headers["Content-Length"] = str(self.file.size)

    def serve_range(self, start: int, stop: int) -> None:
        """Answer with the bytes of the file from ``start`` up to ``stop``."""
        if self.file:
            self.status, self.span = HTTPStatus.PARTIAL_CONTENT, (start, stop)
            self.body = File(self.file.path, start, stop)
            told = f"bytes {start}-{stop - 1}/{self.file.size}"
            self.headers["Content-Range"] = told
            self.headers["Content-Length"] = str(stop - start)
