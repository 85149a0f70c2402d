# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Faults of the answer as a whole: another one, other headers, another encoding."""

import base64
import gzip
import re
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
class Verbatim(Fault):
    """A head, and a body if one is given, exactly as they stand; then it closes.

    Lines of the head end with ``\\n`` here and with CRLF on the wire. Its body is the
    file's, or a part of it, in chunks where the head says that.
    """

    head: str
    body: str | None = None

    def apply(self, response: Response) -> None:
        response.head = "\r\n".join((*self.head.splitlines(), "", ""))
        response.chunked = "transfer-encoding: chunked" in self.head.lower()
        if self.body is not None:
            response.chunked = False
            response.body = [self.body.encode("latin-1")]


@dataclass(frozen=True)
class Recorded(Fault):
    """The file, or a part of it, with the head that a server once sent with it.

    ``{length}`` in it is that of the body, ``{start}``, ``{last}`` and ``{total}`` are
    of the file. Without a head for a ``part``, the file always comes whole.
    """

    whole: str
    part: str | None = None

    def apply(self, response: Response) -> None:
        if response.file is None:
            return
        total = response.file.size
        match = re.match(
            r"bytes=(\d+)-(\d*)$", response.request.headers.get("range", "")
        )
        head = self.part if match else None
        if match and head:
            last = min(int(match[2] or total), total - 1)
            response.serve_range(int(match[1]), last + 1)
        else:
            response.serve_whole()
        start, stop = response.span or (0, total)
        told = {"start": start, "last": stop - 1, "total": total}
        written = (head or self.whole).format(length=stop - start, **told)
        Verbatim(written).apply(response)


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
