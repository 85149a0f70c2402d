# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A source that a web server serves."""

from __future__ import annotations

import email.utils
import http.client
import logging
import os
import select
import socket
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timezone
from typing import Any, cast

import requests
import urllib3

from osc_imagetools.source.access import Access
from osc_imagetools.source.file_name import file_name
from osc_imagetools.source.opened import (
    BLOCK_BYTES,
    RUN_AGAIN,
    Source,
    SourceError,
    public,
)

CONNECT_SECONDS = 20
END_SECONDS = 1
"""For a server to end the connection behind the last byte, as it was asked to."""


def open_http(url: str, access: Access) -> Source:
    """The answer to a GET of *url*; one that isn't the file is a `SourceError`."""
    session = requests.Session()
    session.hooks["response"].append(lambda hop, **_: _end_hop(session, hop))
    try:
        with _queries_unlogged():
            answer = session.get(
                url,
                stream=True,
                timeout=(CONNECT_SECONDS, access.stall_seconds),
                headers={"Accept-Encoding": "identity", "Connection": "close"},
            )
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise SourceError(
            f"{public(url)} can't be reached", _why(error, url, access.stall_seconds)
        ) from None
    where = public(answer.url)
    try:
        _refuse_other_answers(answer, where)
    except SourceError:
        answer.close()
        raise
    body = _Body(answer)

    def read() -> bytes:
        try:
            return body.read()
        except (urllib3.exceptions.HTTPError, OSError) as error:
            why = _why(error, url, access.stall_seconds)
            raise SourceError(f"{where} broke off", why, RUN_AGAIN) from None

    return Source(
        url=where,
        file_name=file_name(answer.url, answer.headers.get("Content-Disposition")),
        length=body.length,
        content_type=answer.headers.get("Content-Type", ""),
        etag=answer.headers.get("ETag", ""),
        last_modified=_http_date(answer.headers.get("Last-Modified")),
        _read=read,
        _close=body.close,
    )


def _end_hop(session: requests.Session, answer: requests.Response) -> None:
    """Close the connection of a redirect, as its server will: it was asked to.

    Else the next request may still be sent over it, and gets no answer.
    """
    if answer.is_redirect:
        _ = answer.content
        session.close()


class _Body:
    """The bytes of an answer, exactly as they came, and one more if there is one.

    http.client and urllib3 end a body at its announced length, so a longer one would
    seem whole; urllib3 1.26 takes a cut body for its end. So both are told to read
    on, and `Source.blocks` counts.
    """

    def __init__(self, answer: requests.Response) -> None:
        text = answer.headers.get("Content-Length", "")
        self.length = int(text) if text.isascii() and text.isdigit() else None
        """Bytes that were announced."""
        self._answer = answer
        self._raw = cast("Any", answer.raw)
        self._got = 0
        self._raw.enforce_content_length = False
        with suppress(AttributeError):
            # Nothing public does it; without it, only a longer body goes unseen.
            self._raw._fp.length = None

    def read(self) -> bytes:
        """The next bytes, 256 KiB at most; empty at the end."""
        left = BLOCK_BYTES if self.length is None else self.length - self._got
        if left == 0:
            return self._beyond()
        block = bytes(self._raw.read(min(left, BLOCK_BYTES), decode_content=False))
        self._got += len(block)
        return block

    def close(self) -> None:
        """End the connection, also under a thread that waits for its next bytes.

        Closing alone would wait for that thread: until the source's stall timeout.
        """
        with (
            suppress(OSError, ValueError, AttributeError),
            socket.socket(fileno=os.dup(self._raw.fileno())) as connection,
        ):
            connection.shutdown(socket.SHUT_RDWR)
        self._answer.close()

    def _beyond(self) -> bytes:
        """A byte behind the last one, where the server sends it, else none.

        A server that leaves the connection open all the same isn't waited for.
        """
        with suppress(urllib3.exceptions.HTTPError, OSError, ValueError):
            if select.select([self._raw.fileno()], [], [], END_SECONDS)[0]:
                return bytes(self._raw.read(1, decode_content=False))
        return b""


def _refuse_other_answers(answer: requests.Response, where: str) -> None:
    if answer.status_code != 200:
        raise SourceError(
            f"{where} can't be had",
            f"the server answered {answer.status_code} {answer.reason}",
            _REMEDIES.get(answer.status_code, ""),
        )
    encoding = answer.headers.get("Content-Encoding", "identity")
    if encoding.lower() not in ("identity", ""):
        raise SourceError(
            f"{where} comes in another form than asked for",
            f"the server added 'Content-Encoding: {encoding}'",
        )


@contextmanager
def _queries_unlogged() -> Iterator[None]:
    """Within, ``--debug`` shows requests without their queries: redirects sign them."""

    def cut(record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                word.partition("?")[0] if isinstance(word, str) else word
                for word in record.args
            )
        return True

    log = logging.getLogger("urllib3.connectionpool")
    log.addFilter(cut)
    try:
        yield
    finally:
        log.removeFilter(cut)


_REMEDIES = {
    401: "Put the user and password of this host into ~/.netrc.",
    403: "The file is missing or private there (object stores say 403 for both).",
    404: "Check the URL: vendors move old builds away.",
    410: "The vendor took it away: use a newer build.",
}


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
    if isinstance(reasons[-1], http.client.IncompleteRead):
        return "the connection ended before the last chunk"
    words = str(reasons[-1]) or type(reasons[-1]).__name__
    query = urllib.parse.urlsplit(url).query
    for secret in filter(None, (url, query, *_credentials(url))):
        words = words.replace(secret, "…")
    return words


def _credentials(url: str) -> tuple[str, ...]:
    parts = urllib.parse.urlsplit(url)
    written = (parts.username or "", parts.password or "")
    return written + tuple(urllib.parse.unquote(part) for part in written)
