# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A file at a web server: asked for, looked at, gone on with."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import requests

from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.opened import (
    AbsentError,
    SourceError,
    public,
)
from osc_imagetools.source.web.body import Body, content_length
from osc_imagetools.source.web.errors import BrokenError, BusyError
from osc_imagetools.source.web.ranges import (
    Edition,
    OtherMirrorError,
    RangeError,
    Span,
    check_span,
    check_unchanged,
)
from osc_imagetools.source.web.redirects import same_host
from osc_imagetools.source.web.retry import TRIED_AGAIN, Detours, SourcePatience
from osc_imagetools.source.web.session import HttpSession

LOG = logging.getLogger(__name__)

OK, PARTIAL, NO_SUCH_RANGE = 200, 206, 416
NOT_KNOWN = 401
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
    began: str = ""
    """Where its first bytes are from, in public form."""
    holder: str = ""
    """Where it was had last; as ``found``. ``origin`` where nobody can go back."""
    other: OtherMirrorError | None = None
    """The last mirror's that was led to meanwhile and has another file."""

    @classmethod
    def of(cls, origin: str, answer: requests.Response) -> Resource:
        """As its first answer says."""
        offered = answer.headers.get("Accept-Ranges", "").strip().lower()
        is_there = public(answer.url) == public(origin)
        found = origin if is_there else answer.url
        return cls(
            origin=origin,
            found=found,
            edition=Edition.of(answer.headers, content_length(answer)),
            accepts_ranges={"bytes": True, "none": False}.get(offered),
            began=public(answer.url),
            holder=found,
        )

    @property
    def where(self) -> str:
        """Where it was found, as it may be shown."""
        return public(self.found)

    @property
    def can_go_on(self) -> bool:
        """Whether a part of it can be asked for and known to be of the same file."""
        return bool(self.edition.condition) and self.accepts_ranges is not False

    def leave_mirror(self, error: SourceError, tried: int) -> None:
        """Where *tried* in vain, ask the URL that was given: it may lead to another.

        A mirror that is busy gets one more try: it still has what was begun, and
        another one may tag the same bytes otherwise.
        """
        if tried > isinstance(error, BusyError):
            self.found = self.origin

    def whole(self, session: HttpSession) -> Body:
        """All of it once more; raises as `span` does."""
        return self._from_holder(lambda: self._whole(session))

    def span(self, session: HttpSession, span: Span) -> Body:
        """Those bytes of it, and only if they are of the same file.

        Raises `BrokenError` where another try may do better, `RangeError` where the
        server sent other bytes, `StartOverError` where the file is another one now.
        """
        return self._from_holder(lambda: self._span(session, span))

    def _from_holder(self, ask: Callable[[], Body]) -> Body:
        """What *ask* gets; from who had it last, where another has another file."""
        try:
            body = ask()
        except OtherMirrorError as error:
            if self.holder == self.origin:
                raise
            LOG.info(
                _("%(what)s: %(why)s; starting again from the original URL"),
                {"what": error.what, "why": error.why},
            )
            self.other, self.found = error, self.holder
            body = ask()
        self.holder = self.found
        return body

    def _whole(self, session: HttpSession) -> Body:
        answer = self._ask(session, ONE_REQUEST)
        try:
            if answer.status_code != OK:
                raise refusal(answer)
            self._check_unchanged(answer, content_length(answer))
            return Body(answer, session)
        except SourceError:
            answer.close()
            raise

    def _span(self, session: HttpSession, span: Span) -> Body:
        headers = {"Range": span.header}
        if self.edition.condition:
            headers["If-Range"] = self.edition.condition
        if span.stop is None:
            headers |= ONE_REQUEST
        answer = self._ask(session, headers)
        try:
            self._check(session, span, answer)
            return Body(answer, session)
        except SourceError:
            answer.close()
            raise

    def _ask(
        self, session: HttpSession, headers: Mapping[str, str]
    ) -> requests.Response:
        answer = session.ask(self.found, headers, origin=self.origin)
        if is_final(answer.status_code) and self.found != self.origin:
            # A signature has run out, or that mirror is gone: ask who sent us there.
            answer.close()
            self.found = self.holder = self.origin
            answer = session.ask(self.origin, headers)
        if answer.status_code in TRIED_AGAIN:
            answer.close()
            raise not_now(answer)
        if self.found == self.origin:
            self.found = Resource.of(self.origin, answer).found
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
                _("%s can't be resumed") % self.where,
                _("the server sends the whole file instead of a part"),
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
        now = Edition.of(answer.headers, length)
        here = public(answer.url)
        if here != self.began and (difference := self.edition.difference(now)):
            what = _("%(here)s can't continue what %(began)s began")
            mirrors = {"here": here, "began": self.began}
            raise OtherMirrorError(what % mirrors, difference)
        check_unchanged(here, self.edition, now)


def first_answer(
    session: HttpSession, url: str, headers: Mapping[str, str], method: str = "GET"
) -> requests.Response:
    """The first answer that is final, whatever its status.

    Asked again, with patience, are a server that is busy and a connection that broke;
    not one that never was: more likely the URL is wrong. But where a redirect led to
    another host which doesn't have it, *url* may lead to a better one.
    """
    patience = SourcePatience(session.access.retries, session.pause)
    detours = Detours(session.access.retries)
    while True:
        try:
            answer = session.ask(url, headers, method=method)
            if answer.status_code not in TRIED_AGAIN:
                if is_astray(answer, detours):
                    answer.close()
                    continue
                return answer
            answer.close()
            error: BrokenError = not_now(answer)
        except SourceError as broken:
            if broken.led_to and detours.allows_another(broken.led_to, str(broken)):
                continue
            if not isinstance(broken, BrokenError) or broken.is_refused:
                raise
            error = broken
        if not patience.allows_another(str(error), retry_after=error.retry_after):
            raise error


def is_astray(answer: requests.Response, detours: Detours) -> bool:
    """Whether it is a refusal of a host that another one led to, and may not again."""
    if not (is_final(answer.status_code) and was_led_away(answer)):
        return False
    where = public(answer.url)
    return detours.allows_another(where, f"{where}: {_words(answer)}")


def is_final(status: int) -> bool:
    """Whether it says that the file can't be fetched, now and later."""
    return 400 <= status < 500 and status not in (NO_SUCH_RANGE, *TRIED_AGAIN)


def refusal(answer: requests.Response) -> SourceError:
    """The error that a status is."""
    remedy = _REMEDIES.get(answer.status_code, "")
    if answer.status_code == NOT_KNOWN and was_led_away(answer):
        remedy = _AFTER_A_REDIRECT
    kind = AbsentError if answer.status_code in ABSENT else SourceError
    return kind(_("%s can't be fetched") % public(answer.url), _words(answer), remedy)


def not_now(answer: requests.Response) -> BusyError:
    """The error that a status is which may pass."""
    error = BusyError(_("%s can't be fetched") % public(answer.url), _words(answer))
    error.retry_after = answer.headers.get("Retry-After")
    return error


def was_led_away(answer: requests.Response) -> bool:
    """Whether a redirect led to it from another host."""
    return any(not same_host(before.url, answer.url) for before in answer.history)


def _words(answer: requests.Response) -> str:
    said = printable(answer.reason or "")
    status = f"{answer.status_code} {said}".rstrip()
    return _("the server answered %s") % status


_AFTER_A_REDIRECT = _(
    "A redirect led there, and credentials are not sent to another host or port: use "
    "that URL itself."
)
_REMEDIES = {
    401: _(
        "Put the user and password of this host into ~/.netrc, or use --source-user."
    ),
    403: _(
        "The file is missing or private (object stores answer 403 for both), or the "
        "server refuses this program: then try --user-agent."
    ),
    404: _("Check the URL: vendors remove old builds."),
    407: _(
        "Put the proxy's user and password into its URL in the environment, with '/' "
        "as %2F, '#' as %23, '@' as %40."
    ),
    410: _("The vendor removed it: use a newer build."),
}
