# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The proxy as tests see it."""

from types import TracebackType
from urllib.parse import urlsplit

from tests.cloud.proxy.forward import ForwardServer
from tests.cloud.proxy.ledger import Ledger


class Proxy(Ledger):
    """Stands before the service at ``target_url`` while the ``with`` block runs.

    ``url`` is its own address with the target's path.
    """

    def __init__(self, target_url: str) -> None:
        super().__init__()
        target = urlsplit(target_url)
        address = (target.hostname or "127.0.0.1", target.port or 80)
        self._server = ForwardServer(address, self)
        self.url = self._server.url + target.path.rstrip("/")

    def __enter__(self) -> "Proxy":
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._server.cut_all()
