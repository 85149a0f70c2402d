# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A file at a web server: asked for, looked at, gone on with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import requests

from osc_imagetools.printable import printable
from osc_imagetools.source.opened import AbsentError, SourceError, public
from osc_imagetools.source.web.body import Body, content_length
from osc_imagetools.source.web.errors import BrokenError
from osc_imagetools.source.web.ranges import (
    Edition,
    RangeError,
    Span,
    check_span,
    check_unchanged,
)
from osc_imagetools.source.web.retry import TRIED_AGAIN, Patience
from osc_imagetools.source.web.session import HttpSession

OK, PARTIAL, NO_SUCH_RANGE = 200, 206, 416
ABSENT = (403, 404, 410)

ONE_REQUEST = {"Connection": "close"}


@dataclass
class Resource:
    """What its first answer said, and the way to the rest of it."""

    origin: str
    """The URL that was asked for; may hold secrets."""
    found: str
    """Where it was in the end; a redirect may have put its signature there."""
    edition: Edition
    """What every later answer has to be of."""
    accepts_ranges: bool | None = None
    """``None``: it doesn't say."""

    @classmethod
    def of(cls, origin: str, answer: requests.Response) -> Resource:
        """As its first answer says."""
        offered = answer.headers.get("Accept-Ranges", "").strip().lower()
        is_there = public(answer.url) == public(origin)
        return cls(
            origin=origin,
            found=origin if is_there else answer.url,
            edition=Edition.of(answer.headers, content_length(answer)),
            accepts_ranges={"bytes": True, "none": False}.get(offered),
        )

    @property
    def where(self) -> str:
        """Where it was found, as it may be shown."""
        return public(self.found)

    @property
    def can_go_on(self) -> bool:
        """Whether a part of it can be asked for and known to be of the same file."""
        return bool(self.edition.condition) and self.accepts_ranges is not False

    def whole(self, session: HttpSession) -> Body:
        """All of it once more; raises as `span` does."""
        answer = self._ask(session, ONE_REQUEST)
        try:
            if answer.status_code != OK:
                raise refusal(answer)
            self._check_unchanged(answer, content_length(answer))
        except SourceError:
            answer.close()
            raise
        return Body(answer, session)

    def span(self, session: HttpSession, span: Span) -> Body:
        """Those bytes of it, and only if they are of the same file.

        Raises `BrokenError` where another try may do better, `RangeError` where the
        server sent other bytes, `StartOverError` where the file is another one now.
        """
        headers = {"Range": span.header}
        if self.edition.condition:
            headers["If-Range"] = self.edition.condition
        if span.stop is None:
            headers |= ONE_REQUEST
        answer = self._ask(session, headers)
        try:
            self._check(session, span, answer)
        except SourceError:
            answer.close()
            raise
        return Body(answer, session)

    def _ask(
        self, session: HttpSession, headers: Mapping[str, str]
    ) -> requests.Response:
        answer = session.ask(self.found, headers, origin=self.origin)
        if is_final(answer.status_code) and self.found != self.origin:
            # A signature has run out, or that mirror is gone: ask who sent us there.
            answer.close()
            answer = session.ask(self.origin, headers)
            self.found = Resource.of(self.origin, answer).found
        if answer.status_code in TRIED_AGAIN:
            answer.close()
            raise not_now(answer)
        return answer

    def _check(
        self, session: HttpSession, span: Span, answer: requests.Response
    ) -> None:
        if answer.status_code == NO_SUCH_RANGE:
            self._look_again(session)
        if answer.status_code not in (OK, PARTIAL):
            raise refusal(answer)
        if answer.status_code == OK:
            self._check_unchanged(answer, content_length(answer))
            raise RangeError(
                f"{self.where} can't be gone on with",
                "the server sends the whole file instead of a part",
            )
        told = answer.headers.get("Content-Range")
        length = check_span(self.where, span, self.edition, told)
        self._check_unchanged(answer, length)
        self.edition = replace(self.edition, length=length)

    def _look_again(self, session: HttpSession) -> None:
        """Raise `StartOverError` if the file got shorter: or why else no range?"""
        answer = session.ask(self.found, ONE_REQUEST, method="HEAD", origin=self.origin)
        answer.close()
        if answer.status_code == OK:
            self._check_unchanged(answer, content_length(answer))

    def _check_unchanged(self, answer: requests.Response, length: int | None) -> None:
        check_unchanged(self.where, self.edition, Edition.of(answer.headers, length))


def first_answer(
    session: HttpSession, url: str, headers: Mapping[str, str], method: str = "GET"
) -> requests.Response:
    """The first answer that is final, whatever its status.

    Asked again, with patience, are a server that is busy and a connection that broke;
    not one that never was: more likely the URL is wrong.
    """
    patience = Patience(session.access.retries, session.pause)
    while True:
        try:
            answer = session.ask(url, headers, method=method)
            if answer.status_code not in TRIED_AGAIN:
                return answer
            answer.close()
            error = not_now(answer)
        except BrokenError as broken:
            if broken.is_refused:
                raise
            error = broken
        if not patience.allows_another(str(error), retry_after=error.retry_after):
            raise error


def is_final(status: int) -> bool:
    """Whether it says that the file can't be had, now and later."""
    return 400 <= status < 500 and status not in (NO_SUCH_RANGE, *TRIED_AGAIN)


def refusal(answer: requests.Response) -> SourceError:
    """The error that a status is."""
    remedy = _REMEDIES.get(answer.status_code, "")
    kind = AbsentError if answer.status_code in ABSENT else SourceError
    return kind(f"{public(answer.url)} can't be had", _words(answer), remedy)


def not_now(answer: requests.Response) -> BrokenError:
    """The error that a status is which may pass."""
    error = BrokenError(f"{public(answer.url)} can't be had", _words(answer))
    error.is_refused = True
    error.retry_after = answer.headers.get("Retry-After")
    return error


def _words(answer: requests.Response) -> str:
    said = printable(answer.reason or "")
    return f"the server answered {answer.status_code} {said}".rstrip()


_REMEDIES = {
    401: "Put the user and password of this host into ~/.netrc, or say --source-user.",
    403: "The file is missing or private there (object stores say 403 for both).",
    404: "Check the URL: vendors move old builds away.",
    407: "Put the proxy's user and password into its URL in the environment.",
    410: "The vendor took it away: use a newer build.",
}
