# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The bytes of one answer, exactly as they came."""

from __future__ import annotations

import re
import select
from contextlib import suppress
from typing import Any, cast

import requests

from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.block_size import BLOCK_BYTES
from osc_imagetools.source.opened import SourceError, public
from osc_imagetools.source.web.errors import (
    ELSEWHERE,
    NETWORK_ERRORS,
    BrokenError,
    ClosedError,
    is_against_the_rules,
    reason,
)
from osc_imagetools.source.web.session import HttpSession

END_SECONDS = 1
"""For a server to end the connection behind the last byte, as it was asked to."""


class Body:
    """Read once, from its start; its connection goes to the pool or ends with it."""

    def __init__(self, answer: requests.Response, session: HttpSession) -> None:
        _refuse_coding(answer)
        self.length = content_length(answer)
        """Bytes that were announced."""
        self._answer = answer
        self._session = session
        self._raw = cast("Any", answer.raw)
        self._got = 0
        self._reads_on = False

    @property
    def is_read(self) -> bool:
        """Whether all that was announced has been read."""
        return self._got == self.length

    def look_beyond(self) -> None:
        """Read one byte more than announced, where the server sends it.

        http.client and urllib3 end a body at its announced length, so a longer one
        would seem whole. To be asked for before the first byte is read, of an answer
        that closes its connection.
        """
        self._raw.enforce_content_length = False
        with suppress(AttributeError):
            # Nothing public does it; without it, only a longer body goes unseen.
            self._raw._fp.length = None
            self._reads_on = True

    def read(self, most: int = BLOCK_BYTES) -> bytes:
        """The next bytes, 256 KiB at most; empty at the end, announced or not.

        Whoever reads has to count: urllib3 1.26 takes a cut body for its end. Raises
        `BrokenError`, whose ``why`` is the network's, and `SourceError` where no other
        try can do better.
        """
        left = most if self.length is None else self.length - self._got
        if left == 0:
            return self._beyond() if self._reads_on else b""
        try:
            block = bytes(self._raw.read(min(left, most), decode_content=False))
        # A socket closed under a reader breaks libraries anywhere, in any way.
        except Exception as error:
            if self._session.is_closed:
                raise ClosedError(
                    _("%s was abandoned") % public(self._answer.url)
                ) from None
            if not isinstance(error, NETWORK_ERRORS):
                raise
            if is_against_the_rules(error):
                raise SourceError(
                    _("%s can't be read") % public(self._answer.url),
                    _("the server sent a chunk without a valid size"),
                    ELSEWHERE,
                ) from None
            stall = self._session.access.stall_seconds
            why = reason(error, self._answer.url, stall)
            raise BrokenError(
                _("%s was interrupted") % public(self._answer.url), why
            ) from None
        self._got += len(block)
        return block

    def close(self) -> None:
        """Release it; unless it was read completely, its connection ends."""
        self._answer.close()

    def _beyond(self) -> bytes:
        """A byte behind the last one, else none.

        A server that leaves the connection open all the same isn't waited for.
        """
        with suppress(*NETWORK_ERRORS, ValueError):
            if select.select([self._raw.fileno()], [], [], END_SECONDS)[0]:
                return bytes(self._raw.read(1, decode_content=False))
        return b""


def content_length(answer: requests.Response) -> int | None:
    """Bytes that an answer announces, if it does.

    Said several times, it counts if it says the same (RFC 9110, 8.6), and not at all of
    what comes in chunks (RFC 9112, 6.3).
    """
    if answer.headers.get("Transfer-Encoding", "").lower() == "chunked":
        return None
    said = answer.headers.get("Content-Length", "").split(",")
    text, *others = {each.strip() for each in said}
    if others:
        return None
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else None


def _refuse_coding(answer: requests.Response) -> None:
    """Raise `SourceError` unless its bytes are framed as http.client can read it.

    It decodes ``chunked`` alone, spelled so; of anything else it hands out the framing.
    """
    coding = answer.headers.get("Transfer-Encoding", "")
    if coding.lower() not in ("", "chunked", "identity"):
        raise SourceError(
            _("%s arrives in a form that was not requested") % public(answer.url),
            _(
                "the server says 'Transfer-Encoding: %s', and may use only 'chunked' "
                "unless the client requests another"
            )
            % printable(coding),
            ELSEWHERE,
        )
