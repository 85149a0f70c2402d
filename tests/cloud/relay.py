# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A wire to a server that breaks, or that carries few connections at a time."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from types import TracebackType
from urllib.parse import urlsplit

COPY_BYTES = 1 << 16

NOTICE_SECONDS = 2.0
"""For one that was ended to count as such."""


class Relay:
    """On loopback, while it is entered, for the server at a URL."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=100)
        host, port = self._listener.getsockname()
        self.url = self._target._replace(netloc=f"{host}:{port}").geturl()
        self.cut_after: int | None = None
        """Bytes of answers after which a connection ends, once."""
        self.most: int | None = None
        """Connections at a time; who comes beyond them is not answered."""
        self.refused = 0
        """How many were not."""
        self._open = 0
        self._changed = threading.Condition()

    def __enter__(self) -> Relay:
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(
                    target=self._connected, args=(client,), daemon=True
                ).start()

    def _connected(self, client: socket.socket) -> None:
        with client:
            if not self._lets_in():
                return
            try:
                address = (self._target.hostname, self._target.port or 80)
                with socket.create_connection(address) as server, suppress(OSError):
                    self._carry(client, server)
            finally:
                with self._changed:
                    self._open -= 1
                    self._changed.notify_all()

    def _lets_in(self) -> bool:
        with self._changed:
            # Whoever has ended one need not wait until that is noticed here.
            is_welcome = self._changed.wait_for(self._has_room, NOTICE_SECONDS)
            self._open += is_welcome
            self.refused += not is_welcome
            return is_welcome

    def _has_room(self) -> bool:
        return self.most is None or self._open < self.most

    def _carry(self, client: socket.socket, server: socket.socket) -> None:
        """Both ways, until the client ends it, or it is cut."""
        requests = threading.Thread(target=_copy, args=(client, server), daemon=True)
        requests.start()
        carried = 0
        while said := server.recv(COPY_BYTES):
            carried += len(said)
            if self._is_cut(carried):
                client.shutdown(socket.SHUT_RDWR)
                break
            client.sendall(said)
        else:
            client.shutdown(socket.SHUT_WR)
        requests.join()

    def _is_cut(self, carried: int) -> bool:
        with self._changed:
            if self.cut_after is None or carried < self.cut_after:
                return False
            self.cut_after = None
            return True


def _copy(client: socket.socket, server: socket.socket) -> None:
    with suppress(OSError):
        while said := client.recv(COPY_BYTES):
            server.sendall(said)
        server.shutdown(socket.SHUT_RDWR)
