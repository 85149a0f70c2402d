# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The control port: one POST an order, JSON in and out."""

import json
from dataclasses import asdict
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.cloud.loopback import LoopbackServer
from tests.cloud.source import faults
from tests.cloud.source.desk import Desk
from tests.cloud.source.doors import Doors


class ControlServer(LoopbackServer):
    """Takes the orders of tests to the desk."""

    def __init__(self, desk: Desk, doors: Doors) -> None:
        super().__init__(_ControlHandler)
        self.desk, self.doors = desk, doors

    def open(self, path: str, kind: str) -> dict[str, str]:
        return self.doors.open(kind)

    def misbehave(self, path: str, faults_in_json: list[dict[str, Any]]) -> None:
        self.desk.misbehave(path, [faults.from_json(each) for each in faults_in_json])

    def release(self, path: str) -> None:
        self.desk.release(path)

    def requests(self, path: str) -> list[dict[str, Any]]:
        return [asdict(request) for request in self.desk.requests(path)]

    def wait_for(self, path: str, **wanted: Any) -> dict[str, Any] | None:
        received = self.desk.wait_for(path, **wanted)
        return asdict(received) if received else None


class _ControlHandler(BaseHTTPRequestHandler):
    ORDERS = ("misbehave", "open", "release", "requests", "wait_for")
    server: ControlServer

    def do_POST(self) -> None:
        order = self.path.strip("/")
        if order not in self.ORDERS:
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        arguments = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        try:
            answer = getattr(self.server, order)(**arguments)
        except (KeyError, OSError, TypeError) as error:
            self.send_error(HTTPStatus.BAD_REQUEST, explain=repr(error))
            return
        self._answer(json.dumps(answer).encode())

    def _answer(self, content: bytes) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Orders are the tests' own: nobody reads a log of them."""
