# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""More ports that serve the same files: over TLS, over IPv6."""

import socket
import ssl
import threading
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.cloud.source.desk import Desk
from tests.cloud.source.server import FileServer

IPV6 = "ipv6"


class Doors:
    """Opens ports when a test asks for them, each kind once."""

    def __init__(self, root: Path, desk: Desk) -> None:
        self._root, self._desk = root, desk
        self._open: dict[str, FileServer] = {}
        self._lock = threading.Lock()

    def open(self, kind: str) -> dict[str, str]:
        """Where that port is, and what its clients have to trust.

        The kind is ``ipv6`` or one of the certificates'. Raises KeyError.
        """
        with self._lock:
            if kind not in self._open:
                self._open[kind] = self._opened(kind)
                self._open[kind].start()
        authority = "" if kind == IPV6 else self._authority.pem
        return {"url": self._open[kind].url, "authority": authority}

    def _opened(self, kind: str) -> FileServer:
        if kind == IPV6:
            return _IPv6Server(self._root, self._desk)
        return _TLSServer(self._root, self._desk, self._authority.context(kind))

    @cached_property
    def _authority(self) -> Any:
        # Late: most tests need none, and the library takes its time to load.
        from tests.cloud.source.certificates import Authority

        return Authority()


class _IPv6Server(FileServer):
    address_family = socket.AF_INET6
    address = "::1"

    @property
    def url(self) -> str:
        return f"http://[::1]:{self.server_address[1]}"


class _TLSServer(FileServer):
    def __init__(self, root: Path, desk: Desk, context: ssl.SSLContext) -> None:
        super().__init__(root, desk)
        self._context = context

    @property
    def url(self) -> str:
        return super().url.replace("http:", "https:")

    def finish_request(self, request: Any, client_address: Any) -> None:
        # A client that refuses the certificate is no fault of the server's.
        with (
            suppress(ssl.SSLError),
            self._context.wrap_socket(request, server_side=True) as secured,
        ):
            super().finish_request(secured, client_address)
