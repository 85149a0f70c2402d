# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The source as tests see it."""

import json
import subprocess
import sys
import tempfile
import urllib.request
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.cloud.source import faults
from tests.cloud.source.response import Received

WAIT_SECONDS = 30.0


@dataclass(frozen=True)
class Source:
    """A running source server: its address, its control port, the folder it serves.

    A ``name`` is a path below ``prefix``; it may hold slashes, spaces, any character
    of a file name. ``url`` quotes it.
    """

    base_url: str
    control: str
    root: Path
    prefix: str = ""
    authority: str = ""
    """In PEM: what has to be trusted by whoever reaches it over TLS."""

    def folder(self) -> "Source":
        """The same server, with a folder that no other test sees."""
        return replace(self, prefix=f"{self.prefix}/{uuid.uuid4().hex}")

    def over_tls(self, certificate: str = "valid") -> "Source":
        """The same files over https, with a certificate of that kind.

        ``valid`` (of an authority of its own), ``expired``, ``other-host`` or
        ``self-signed``.
        """
        return self._through(certificate)

    def over_ipv6(self) -> "Source":
        """The same files at ``[::1]``; raises HTTPError where there is no IPv6."""
        return self._through("ipv6")

    def by_name(self) -> "Source":
        """The same server as ``localhost``: another host, for whoever compares."""
        url = self.base_url.replace("127.0.0.1", "localhost")
        return replace(self, base_url=url)

    def url(self, name: str) -> str:
        return self.base_url + quote(self._path(name))

    def put(self, name: str, content: bytes | Path | Iterable[bytes]) -> str:
        """Serve ``content`` (a Path is linked, not copied); its URL."""
        file = self.root / self._path(name).lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.unlink(missing_ok=True)
        if isinstance(content, Path):
            file.symlink_to(content.resolve())
        else:
            with file.open("wb") as stream:
                stream.writelines([content] if isinstance(content, bytes) else content)
        return self.url(name)

    def misbehave(self, name: str, *some: faults.Fault) -> None:
        """From the next request on, answer with these faults and no others."""
        self._order("misbehave", name, faults_in_json=[*map(faults.to_json, some)])

    def behave(self, name: str) -> None:
        """From the next request on, no faults."""
        self.misbehave(name)

    def release(self, name: str) -> None:
        """End the stalls of this name, until the next ``misbehave``."""
        self._order("release", name)

    def requests(self, name: str) -> list[Received]:
        """All requests so far, the oldest first."""
        return [Received(**each) for each in self._order("requests", name)]

    def wait_for(
        self,
        name: str,
        *,
        nth: int = 1,
        bytes_sent: int = 0,
        ended: bool = False,
        timeout: float = WAIT_SECONDS,
    ) -> Received:
        """The ``nth`` request that got so many bytes, and whose answer has ``ended``.

        Raises TimeoutError, with what was seen instead, after ``timeout`` seconds.
        """
        wanted = {"nth": nth, "sent": bytes_sent, "ended": ended, "timeout": timeout}
        received = self._order("wait_for", name, **wanted)
        if received is None:
            raise TimeoutError(f"{wanted} not seen, but {self.requests(name)}")
        return Received(**received)

    def _through(self, door: str) -> "Source":
        opened = self._order("open", "", kind=door)
        return replace(self, base_url=opened["url"], authority=opened["authority"])

    def _path(self, name: str) -> str:
        return f"{self.prefix}/{name}"

    def _order(self, order: str, name: str, **arguments: Any) -> Any:
        content = json.dumps({"path": self._path(name), **arguments}).encode()
        # No proxy of the environment: the source is on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.control}/{order}", content) as answer:
            return json.load(answer)


@contextmanager
def running_source() -> Iterator[Source]:
    """A source server of one's own, for tests that need no cloud beside it."""
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(
            [sys.executable, "-m", __package__, "--root", folder, "--parent-death"],
            cwd=Path(__file__).parents[3],
            stdout=subprocess.PIPE,
        )
        with server:
            try:
                yield _announced(server, Path(folder))
            finally:
                server.terminate()


def _announced(server: "subprocess.Popen[bytes]", root: Path) -> Source:
    # The line comes once both ports listen, and is empty if the server died.
    state = json.loads(server.stdout.readline() or "{}") if server.stdout else {}
    if not state:
        raise RuntimeError(f"the source server ended with status {server.wait()}")
    return Source(state["url"], state["control"], root)
