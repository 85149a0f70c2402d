# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The port that serves files."""

import os
import select
import socket
import ssl
import struct
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tests.cloud.loopback import LoopbackServer
from tests.cloud.source import files
from tests.cloud.source.desk import Desk, Orders
from tests.cloud.source.response import CutError, File, Received, Response

SENDFILE_BYTES = 1024 * 1024


class FileServer(LoopbackServer):
    """Serves the files under ``root``, misbehaving as the desk says."""

    def __init__(self, root: Path, desk: Desk) -> None:
        super().__init__(_FileHandler)
        self.root = root.resolve()
        self.desk = desk

    def file(self, path: str) -> File | None:
        """The file of that path of a URL; None if there is none under the root."""
        # Not resolved: what a test links into the root may lie anywhere.
        file = Path(os.path.normpath(self.root / path.lstrip("/")))
        inside = file.is_relative_to(self.root) and "\0" not in path
        return File(file) if inside and file.is_file() else None


class _FileHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "source"
    # What is to be sent piece by piece must not be collected by the kernel.
    disable_nagle_algorithm = True
    server: FileServer

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        received = Received(self.command, self.path, headers)
        try:
            desk = self.server.desk
            with desk.answering(path, received, self._is_awaited) as orders:
                self._answer(path, received, orders)
        except CutError as cut:
            self._cut(cut.reset)
        except OSError:
            self.close_connection = True

    def do_HEAD(self) -> None:
        self.do_GET()

    def _is_awaited(self) -> bool:
        """Whether the client has its end of the connection open; also over TLS."""
        poll = select.poll()
        poll.register(self.connection, select.POLLRDHUP)
        return not poll.poll(0)

    def _answer(self, path: str, received: Received, orders: Orders) -> None:
        response = Response(received, orders.released, orders.number, orders.beside)
        files.answer(response, self.server.file(path))
        for fault in orders.faults:
            fault.apply(response)
        self._send_head(response)
        if self.command != "HEAD":
            self._send_body(response)

    def _send_head(self, response: Response) -> None:
        if response.head:
            self.wfile.write(response.head.encode("latin-1"))
            self.close_connection = True
            return
        framed = response.chunked or "Content-Length" in response.headers
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        if response.close or not framed:
            self.send_header("Connection", "close")
        self.end_headers()

    def _send_body(self, response: Response) -> None:
        is_plain = not (response.chunked or isinstance(self.connection, ssl.SSLSocket))
        if isinstance(response.body, File) and is_plain:
            self._send_file(response.body, response.request)
            return
        for piece in response.body:
            self._send_piece(piece, response.chunked)
            self.server.desk.sent(response.request, len(piece))
        if response.chunked:
            self.wfile.write(b"0\r\n\r\n")

    def _send_piece(self, piece: bytes, chunked: bool) -> None:
        if chunked and piece:
            piece = b"%x\r\n%b\r\n" % (len(piece), piece)
        self.wfile.write(piece)

    def _send_file(self, file: File, received: Received) -> None:
        with file.path.open("rb") as stream:
            offset, end = file.start, file.end
            while count := os.sendfile(
                self.connection.fileno(),
                stream.fileno(),
                offset,
                min(SENDFILE_BYTES, end - offset),
            ):
                offset += count
                self.server.desk.sent(received, count)

    def _cut(self, reset: bool) -> None:
        self.close_connection = True
        if reset:
            # Lingering for zero seconds is how sockets spell RST.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Requests are told over the control port."""
