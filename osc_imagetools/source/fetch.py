# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes from a URL: opened, described by their headers, and read in blocks.

Credentials and queries (which may be signatures) of a URL stay inside this
module: whatever is shown or stored is its `public` form.
"""

from __future__ import annotations

import email.utils
import os
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import IO, Any

import requests
import urllib3

from osc_imagetools.errors import OperatorError
from osc_imagetools.source.file_name import file_name

SCHEMES = ("http", "https", "file")
BLOCK_BYTES = 1 << 18
CONNECT_SECONDS = 20
LONGEST_LIST_BYTES = 4 << 20
"""Of a checksum list: a longer one is none."""


class SourceError(OperatorError):
    """The source could not be read, or not to its end."""


def public(url: str) -> str:
    """*url* as it may be shown and stored: no user, password, query, fragment."""
    parts = urllib.parse.urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urllib.parse.urlunsplit((parts.scheme, host, parts.path, "", ""))


@dataclass
class Source:
    """One opened URL: what its headers say, and its bytes, once."""

    url: str
    """Where it was found in the end, in public form."""
    file_name: str
    """Its base name, to look it up in a checksum list; may be empty."""
    length: int | None = None
    """Bytes, if it says so."""
    content_type: str = ""
    etag: str = ""
    last_modified: datetime | None = None
    _read: Callable[[], bytes] = field(repr=False, default=lambda: b"")
    _close: Callable[[], None] = field(repr=False, default=lambda: None)

    def blocks(self) -> Iterator[bytes]:
        """Its bytes, exactly as served, 256 KiB or fewer at a time.

        Raises `SourceError` when it breaks off, or ends before or after the
        length that it gave: some libraries take a cut body for its end, so the
        bytes are counted here.
        """
        got = 0
        while block := self._read():
            got += len(block)
            if self.length is not None and got > self.length:
                raise SourceError(
                    f"{self.url} is longer than it says",
                    f"it announced {self.length} bytes and goes on",
                )
            yield block
        if self.length is not None and got < self.length:
            raise SourceError(
                f"{self.url} broke off",
                f"{got} of {self.length} bytes came",
                "Nothing was published. Run the command again.",
            )

    def close(self) -> None:
        """Let go of the connection or the file."""
        with suppress(Exception):
            self._close()


def open_source(url: str, stall_seconds: float) -> Source:
    """The source at *url* (http, https or file), its headers read.

    One that is silent for *stall_seconds*, then or later, counts as broken.
    Raises `SourceError` with the status that the server gave.
    """
    if urllib.parse.urlsplit(url).scheme.lower() == "file":
        return _open_file(url)
    return _open_http(url, stall_seconds)


def read_list(url: str, stall_seconds: float) -> bytes:
    """A small text from *url*, whole: a checksum list. At most 4 MiB."""
    source = open_source(url, stall_seconds)
    text = bytearray()
    try:
        for block in source.blocks():
            text += block
            if len(text) > LONGEST_LIST_BYTES:
                raise SourceError(
                    f"{source.url} is no checksum list",
                    f"it is longer than {LONGEST_LIST_BYTES} bytes",
                )
    finally:
        source.close()
    return bytes(text)


def _open_file(url: str) -> Source:
    parts = urllib.parse.urlsplit(url)
    if parts.netloc not in ("", "localhost"):
        raise SourceError(
            f"{public(url)} can't be read",
            f"a file: URL names a file of this machine, not of '{parts.netloc}'",
            "Write file:///path, with three slashes.",
        )
    path = urllib.request.url2pathname(parts.path)
    try:
        opened: IO[bytes] = open(path, "rb", buffering=0)  # noqa: SIM115
        status = os.fstat(opened.fileno())
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise SourceError(f"{public(url)} can't be read", why) from error

    def read() -> bytes:
        try:
            return opened.read(BLOCK_BYTES)
        except OSError as error:
            why = error.strerror or str(error)
            raise SourceError(f"{public(url)} broke off", why) from error

    return Source(
        url=public(url),
        file_name=file_name(url, None),
        length=status.st_size,
        last_modified=datetime.fromtimestamp(status.st_mtime, timezone.utc),
        _read=read,
        _close=opened.close,
    )


def _open_http(url: str, stall_seconds: float) -> Source:
    session = requests.Session()
    try:
        answer = session.get(
            url,
            stream=True,
            timeout=(CONNECT_SECONDS, stall_seconds),
            headers={"Accept-Encoding": "identity", "Connection": "close"},
        )
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise SourceError(
            f"{public(url)} can't be reached", _why(error, url, stall_seconds)
        ) from None
    _read_to_the_end(answer.raw)
    where = public(answer.url)
    if answer.status_code != 200:
        answer.close()
        raise SourceError(
            f"{where} can't be had",
            f"the server answered {answer.status_code} {answer.reason}",
            _REMEDIES.get(answer.status_code, ""),
        )
    encoding = answer.headers.get("Content-Encoding", "identity")
    if encoding.lower() not in ("identity", ""):
        answer.close()
        raise SourceError(
            f"{where} comes in another form than asked for",
            f"the server added 'Content-Encoding: {encoding}'",
        )

    def read() -> bytes:
        try:
            return bytes(answer.raw.read(BLOCK_BYTES, decode_content=False))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise SourceError(
                f"{where} broke off",
                _why(error, url, stall_seconds),
                "Nothing was published. Run the command again.",
            ) from None

    def close() -> None:
        answer.close()
        session.close()

    return Source(
        url=where,
        file_name=file_name(answer.url, answer.headers.get("Content-Disposition")),
        length=_length(answer.headers.get("Content-Length")),
        content_type=answer.headers.get("Content-Type", ""),
        etag=answer.headers.get("ETag", ""),
        last_modified=_http_date(answer.headers.get("Last-Modified")),
        _read=read,
        _close=close,
    )


def _read_to_the_end(body: Any) -> None:
    """Have *body* end with its connection, whatever length was announced for it.

    `Source.blocks` compares. urllib3 1.26 takes a cut body for its end, and all of
    them stop at the announced length, so that a longer body would seem whole.
    """
    body.enforce_content_length = False
    body._fp.length = None


_REMEDIES = {
    401: "Put the user and password of this host into ~/.netrc.",
    403: "The file is missing or private there (object stores say 403 for both).",
    404: "Check the URL: vendors move old builds away.",
    410: "The vendor took it away: use a newer build.",
}


def _length(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() else None


def _http_date(text: str | None) -> datetime | None:
    try:
        moment = email.utils.parsedate_to_datetime(text or "")
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return moment.astimezone(timezone.utc)


def _why(error: BaseException, url: str, stall_seconds: float) -> str:
    """The innermost reason, which is what the network said; never the URL's secrets."""
    timeouts = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
    if isinstance(error, timeouts) or "timed out" in str(error).lower():
        return f"nothing came for {stall_seconds:g} seconds"
    inner: BaseException | None = error
    reasons = []
    while inner is not None:
        cause = getattr(inner, "reason", None)
        nested = [part for part in inner.args if isinstance(part, BaseException)]
        reasons.append(inner)
        inner = cause if isinstance(cause, BaseException) else next(iter(nested), None)
    words = str(reasons[-1]) or type(reasons[-1]).__name__
    query = urllib.parse.urlsplit(url).query
    for secret in filter(None, (url, query, *_credentials(url))):
        words = words.replace(secret, "…")
    return words


def _credentials(url: str) -> tuple[str, ...]:
    parts = urllib.parse.urlsplit(url)
    written = (parts.username or "", parts.password or "")
    return written + tuple(urllib.parse.unquote(part) for part in written)
