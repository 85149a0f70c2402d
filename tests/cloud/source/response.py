# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the server is about to say, before and after the faults had their way."""

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
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
    """A body that is a file: while nothing wraps it, the kernel sends it."""

    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as stream:
            while piece := stream.read(PIECE_BYTES):
                yield piece


@dataclass
class Response:
    """An answer that faults may change: any attribute, and the body by wrapping it.

    ``released`` is set when the test releases what stalls on this path. Without a
    Content-Length among ``headers`` the end of the body is the end of the
    connection, unless ``chunked``.
    """

    request: Received
    released: threading.Event
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Iterable[bytes] = ()
    chunked: bool = False
    close: bool = False

    def say(self, text: str, content_type: str) -> None:
        """Make ``text`` the whole body, with the length that it has."""
        content = text.encode()
        self.headers["Content-Type"] = content_type
        self.headers["Content-Length"] = str(len(content))
        self.body = [content]
