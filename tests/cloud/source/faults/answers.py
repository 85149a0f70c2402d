# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Faults of the answer as a whole: another one, other headers, another encoding."""

import base64
import gzip
from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.cloud.source.faults.fault import Fault
from tests.cloud.source.response import Response


@dataclass(frozen=True)
class Status(Fault):
    """Another status, with a text of its own instead of the file."""

    code: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "text/plain; charset=utf-8"

    def apply(self, response: Response) -> None:
        response.status = self.code
        response.headers.clear()
        response.say(self.body, self.content_type)
        response.headers.update(self.headers)


@dataclass(frozen=True)
class Silence(Fault):
    """No answer at all until the test releases the path, or for ``seconds``."""

    seconds: float | None = None

    def apply(self, response: Response) -> None:
        response.released.wait(self.seconds)


@dataclass(frozen=True)
class Page(Fault):
    """A page with 200 instead of the file, as captive portals and login forms do."""

    html: str = "<!DOCTYPE html>\n<html><title>Please log in</title></html>\n"
    content_type: str = "text/html; charset=utf-8"

    def apply(self, response: Response) -> None:
        Status(200, self.html, content_type=self.content_type).apply(response)


@dataclass(frozen=True)
class Redirect(Fault):
    """Go elsewhere: to any text that a Location may be, or be it nonsense."""

    to: str
    code: int = 302

    def apply(self, response: Response) -> None:
        Status(self.code, "Elsewhere.\n", {"Location": self.to}).apply(response)


@dataclass(frozen=True)
class BasicAuth(Fault):
    """401 for whoever doesn't send this user and password (UTF-8, RFC 7617)."""

    user: str
    password: str

    def apply(self, response: Response) -> None:
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        if response.request.headers.get("authorization") != f"Basic {pair}":
            challenge = {"WWW-Authenticate": 'Basic realm="images", charset="UTF-8"'}
            Status(401, "Who are you?\n", challenge).apply(response)


@dataclass(frozen=True)
class Headers(Fault):
    """Headers of the test's choice; ``None`` leaves one out."""

    values: Mapping[str, str | None]

    def apply(self, response: Response) -> None:
        for name, value in self.values.items():
            response.headers.pop(name, None)
            if value is not None:
                response.headers[name] = value


@dataclass(frozen=True)
class Encoded(Fault):
    """The whole file in gzip, though nobody asked for that, and no ranges of it.

    With ``only_said`` just the header is there: servers say it of every .gz.
    """

    only_said: bool = False

    def apply(self, response: Response) -> None:
        response.serve_whole()
        response.headers["Content-Encoding"] = "gzip"
        if not self.only_said:
            content = gzip.compress(b"".join(response.body), 1)
            response.headers["Content-Length"] = str(len(content))
            response.body = [content]
