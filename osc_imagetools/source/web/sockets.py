# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Connections that another thread can end at any moment.

Closing a connection alone would wait for the thread that reads from it: until the
source's stall timeout. Shutting its socket down wakes that thread.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import threading
import weakref
from contextlib import suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from osc_imagetools.i18n import _

CHUNK_LINE_BYTES = 1 << 16
"""With its extensions; as http.client has it."""


def shut_down(number: int) -> None:
    """End the connection of that file descriptor both ways, whoever uses it."""
    with (
        suppress(OSError, ValueError),
        # A socket of its own: that of the ssl module can't be shut down while read.
        socket.socket(fileno=os.dup(number)) as connection,
    ):
        connection.shutdown(socket.SHUT_RDWR)


class Sockets:
    """The sockets of one session, and its pauses, until all of them are ended."""

    def __init__(self) -> None:
        self._open: weakref.WeakSet[Any] = weakref.WeakSet()
        self._lock = threading.Lock()
        self._ended = threading.Event()

    @property
    def are_ended(self) -> bool:
        """Whether `end` was called."""
        return self._ended.is_set()

    def add(self, opened: Any) -> None:
        """Take note of a socket; once they are ended, it ends at once."""
        with self._lock:
            self._open.add(opened)
        if self.are_ended:
            self.end()

    def pause(self, seconds: float) -> None:
        """Wait for that many seconds, or until they are ended."""
        self._ended.wait(seconds)

    def end(self) -> None:
        """Shut them down, those that are still to come too."""
        self._ended.set()
        with self._lock:
            for opened in self._open:
                with suppress(OSError, ValueError):
                    shut_down(opened.fileno())


class Adapter(HTTPAdapter):
    """What requests sends through, with sockets that are taken note of."""

    def __init__(self, sockets: Sockets) -> None:
        self._pools = _pools(sockets)
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """As requests calls it."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """As requests calls it."""
        manager: Any = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager


class ChunkError(http.client.HTTPException):
    """A chunk of an answer has no valid size."""


class _Answer(http.client.HTTPResponse):
    """Takes no size of a chunk but what RFC 9112 (7.1) allows.

    The library's own takes ``-5`` too, and then reads everything to the end of the
    connection, the framing with it, into memory.
    """

    fp: Any

    def _read_next_chunk_size(self) -> int:
        line = self.fp.readline(CHUNK_LINE_BYTES + 1)
        size = line.partition(b";")[0].strip()
        if re.fullmatch(rb"[0-9A-Fa-f]{1,15}", size) and line.endswith(b"\n"):
            return int(size, 16)
        self.close()
        if not line.endswith(b"\n") and len(line) <= CHUNK_LINE_BYTES:
            # What its caller takes for an end before its time.
            raise ValueError(line)
        raise ChunkError(_("no valid size"))


def _pools(sockets: Sockets) -> dict[str, Any]:
    """urllib3's pools by scheme, of connections that report their sockets."""

    class Plain(HTTPConnection):
        response_class = _Answer

        def connect(self) -> None:
            super().connect()
            sockets.add(self.sock)

    class Secured(HTTPSConnection):
        response_class = _Answer

        def connect(self) -> None:
            super().connect()
            sockets.add(self.sock)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecuredPool(HTTPSConnectionPool):
        ConnectionCls = Secured

    return {"http": PlainPool, "https": SecuredPool}
