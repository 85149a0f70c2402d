# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A server on loopback with a thread for each connection."""

import sys
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import Any

POLL_SECONDS = 0.02


class LoopbackServer(ThreadingTCPServer):
    """Listens on a free port of its address once it was made; any number at once."""

    address = "127.0.0.1"
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__((self.address, 0), handler)

    def start(self) -> None:
        """Serve, in a thread of its own, until ``shutdown``."""
        serve = partial(self.serve_forever, poll_interval=POLL_SECONDS)
        threading.Thread(target=serve, daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of an error on standard error; a client that goes away is none."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """Without a path and without a slash at the end."""
        return f"http://{self.address}:{self.server_address[1]}"
