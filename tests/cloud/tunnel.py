# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A proxy that connects whoever asks it to (RFC 9110, 9.3.6): TLS goes through it."""

import selectors
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType

COPY_BYTES = 1 << 16


class Tunnel:
    """On loopback, while it is entered. Takes note of where it was asked to connect."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        """``host:port``, in order."""
        self.refuses = False
        """Set it, and nobody is connected any more."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Tunnel":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        tunnel = self

        class Handler(BaseHTTPRequestHandler):
            def do_CONNECT(self) -> None:
                tunnel.asked.append(self.path)
                if tunnel.refuses:
                    self.send_error(403, "Not to there")
                    return
                host, _, port = self.path.rpartition(":")
                with socket.create_connection((host, int(port))) as there:
                    self.send_response(200)
                    self.end_headers()
                    with suppress(ConnectionError):
                        _relay(self.connection, there)
                self.close_connection = True

            def log_message(self, *args: object) -> None:
                """Quiet."""

        return Handler


def _relay(one: socket.socket, other: socket.socket) -> None:
    """What each says to the other, until one of them ends."""
    with selectors.DefaultSelector() as ready:
        ready.register(one, selectors.EVENT_READ, other)
        ready.register(other, selectors.EVENT_READ, one)
        while True:
            for key, _ in ready.select():
                # The selector knows no more of it than that it is a file.
                said = socket.socket.recv(key.fileobj, COPY_BYTES)  # type: ignore[arg-type]
                if not said:
                    return
                key.data.sendall(said)
