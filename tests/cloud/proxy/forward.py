# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Requests on their way through the proxy."""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email.message import Message
from functools import partial
from http import HTTPStatus
from http.client import parse_headers
from http.server import BaseHTTPRequestHandler
from io import BufferedReader
from typing import Any
from urllib.parse import urlsplit

from tests.cloud.loopback import LoopbackServer
from tests.cloud.proxy.body import PIECE_BYTES, Piece, Upload, cut, pieces
from tests.cloud.proxy.ledger import Ledger
from tests.cloud.proxy.rules import Answer, DropError, Rule, take
from tests.cloud.proxy.sent import Sent

LINGER_SECONDS = 2.0
# What is said between two neighbours only (RFC 9110, 7.6.1).
HOP_BY_HOP = {"connection", "expect", "keep-alive"}


class ForwardServer(LoopbackServer):
    """Forwards what it gets to the target, by the rules of the ledger."""

    def __init__(self, target: tuple[str, int], ledger: Ledger) -> None:
        super().__init__(_ForwardHandler)
        self.target = target
        self.ledger = ledger
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def cut_all(self) -> None:
        """End every connection that is still open, and so its threads."""
        for connection in list(self._open):
            cut(connection)


class _ForwardHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    rbufsize = PIECE_BYTES
    server: ForwardServer

    def forward(self) -> None:
        self.close_connection = True
        target = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        sent, rules = self.server.ledger.arrived(
            self.command, target.path, target.query, headers
        )
        try:
            self._follow(sent, rules)
        except (DropError, OSError):
            pass  # The connection closes: that is all that the client gets.
        finally:
            cut(self.connection)
            sent.answered.set()

    def _follow(self, sent: Sent, rules: list[Rule]) -> None:
        body = self._body(sent)
        answer = take(step for rule in rules for step in rule.before)
        if answer:
            sent.status = answer.status
            with self._upload(body, None, sent):
                self._say(answer)
        else:
            self._relay(body, sent, rules)

    def _body(self, sent: Sent) -> Iterable[Piece]:
        body = pieces(self.rfile, sent.headers)
        if self.command == "PUT":
            return body
        # Others are small, and a rule may want to know what the request says
        # without it being passed on.
        whole = list(body)
        for piece in whole:
            self.server.ledger.passed(sent, piece.content)
        return [Piece(b"".join(piece.raw for piece in whole))]

    def _relay(self, body: Iterable[Piece], sent: Sent, rules: list[Rule]) -> None:
        with socket.create_connection(self.server.target) as target:
            target.sendall(_head(self.requestline, self.headers))
            with self._upload(body, target, sent):
                self._pass_answer(target, sent, rules)

    @contextmanager
    def _upload(
        self, body: Iterable[Piece], target: socket.socket | None, sent: Sent
    ) -> Iterator[None]:
        """Take the body to the target while the answer comes back."""
        upload = Upload(body, target, partial(self.server.ledger.passed, sent))
        upload.start()
        try:
            yield
            # Closed with bytes unread, the connection would be reset, and the
            # client's kernel would throw the answer away.
            self.connection.shutdown(socket.SHUT_WR)
            upload.join(LINGER_SECONDS)
        finally:
            for connection in filter(None, (self.connection, target)):
                cut(connection)
            upload.join()

    def _pass_answer(
        self, target: socket.socket, sent: Sent, rules: list[Rule]
    ) -> None:
        with target.makefile("rb") as answer:
            line, headers = _answer_head(answer)
            sent.status = int(line.split()[1])
            instead = take(step for rule in rules for step in rule.after)
            if instead:
                self._say(instead)
                return
            self.wfile.write(_head(line, headers))
            while piece := answer.read1(PIECE_BYTES):
                self.wfile.write(piece)

    def _say(self, answer: Answer) -> None:
        self.send_response_only(answer.status)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Connection", "close")
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are in the ledger."""


for _method in ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"):
    setattr(_ForwardHandler, f"do_{_method}", _ForwardHandler.forward)


def _head(line: str, headers: Message) -> bytes:
    """The head of a message, with a connection of one request."""
    kept = [(k, v) for k, v in headers.items() if k.lower() not in HOP_BY_HOP]
    fields = [f"{name}: {value}" for name, value in [*kept, ("Connection", "close")]]
    return "\r\n".join([line, *fields, "", ""]).encode("latin-1")


def _answer_head(answer: BufferedReader) -> tuple[str, Message]:
    """Status line and headers of the final answer; raises ConnectionError if none."""
    while True:
        line = answer.readline().decode("latin-1").rstrip()
        if not line:
            raise ConnectionError("the target closed the connection")
        headers = parse_headers(answer)
        if int(line.split()[1]) >= HTTPStatus.OK:
            return line, headers
