# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One service of the cloud, asked by GET, each answer looked at."""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import requests
from keystoneauth1 import exceptions
from keystoneauth1.adapter import Adapter

from osc_imagetools.i18n import _
from osc_imagetools.printable import one_line

PAGE = 1000
"""Rows that are asked for at once: the most that Nova and Cinder give by default."""

BUSY = (429, 503)
BUSY_RETRIES = 2
"""Each after twice the time of the one before, half a second at first."""

LONGEST_REASON_CHARACTERS = 300

MARKER_GONE = frozenset({400, 404})
"""What a page is answered that begins behind something deleted by now."""


class ServiceError(Exception):
    """A service could not be asked, or its answer is no answer; says why."""

    def __init__(self, why: str, status: int = 0) -> None:
        super().__init__(why)
        self.status = status
        """HTTP status of the answer; 0 when there was none."""


class PageGoneError(ServiceError):
    """The row behind which a page was to begin is gone: begin anew."""


class Service:
    """One service, called *name*, over *adapter*; *beat* is called for each answer."""

    def __init__(
        self,
        name: str,
        adapter: Adapter,
        *,
        timeout_seconds: float,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        """For people."""
        self._adapter = adapter
        self._timeout_seconds = timeout_seconds
        self._beat = beat

    def versioned(self, path: str, version: str) -> str:
        """*path* below the *version* of the API, which the endpoint may have."""
        endpoint = (self._adapter.get_endpoint() or "").rstrip("/")
        return path if endpoint.endswith(f"/{version}") else f"/{version}{path}"

    def get(
        self, path: str, query: Mapping[str, str], version: str = ""
    ) -> dict[str, Any]:
        """The JSON object that a GET is answered with 200; raises `ServiceError`."""
        answer = self._answer(path, query, version)
        if answer.status_code != 200:
            raise ServiceError(_reason(answer), answer.status_code)
        with suppress(ValueError, RecursionError):
            said = answer.json()
            if isinstance(said, dict):
                return said
        raise ServiceError(_("its answer can't be read: %s") % _reason(answer), 200)

    def pages(
        self, path: str, rows: str, query: Mapping[str, str], version: str = ""
    ) -> Iterator[list[dict[str, Any]]]:
        """The *rows* at *path*, page after page, by 1,000.

        Raises `PageGoneError` where the listing has to begin anew, and `ServiceError`,
        also where it ends too early to be whole.
        """
        first = {"limit": str(PAGE), **query}
        asked: list[Mapping[str, str]] = []
        following: Mapping[str, str] | None = first
        while following is not None:
            if following in asked:
                raise ServiceError(_("its last page leads to an earlier one"))
            asked.append(following)
            page = self._page(path, rows, following, version, is_first=not asked[1:])
            yield page[rows]
            following = _next_query(page, rows, first)

    def _page(
        self,
        path: str,
        rows: str,
        query: Mapping[str, str],
        version: str,
        *,
        is_first: bool,
    ) -> dict[str, Any]:
        try:
            page = self.get(path, query, version)
        except ServiceError as error:
            if error.status in MARKER_GONE and not is_first:
                raise PageGoneError(str(error), error.status) from error
            raise
        if not isinstance(page.get(rows), list):
            raise ServiceError(_("its answer has no '%s'") % rows, 200)
        return page

    def _answer(
        self, path: str, query: Mapping[str, str], version: str
    ) -> requests.Response:
        address = f"{path}?{urllib.parse.urlencode(query)}" if query else path
        try:
            try:
                answer = self._sent(address, version)
            except exceptions.ConnectTimeout:
                raise
            except exceptions.ConnectFailure:
                # A connection that was kept, and that the service has closed since.
                answer = self._sent(address, version)
        except (exceptions.ConnectTimeout, requests.Timeout) as error:
            why = _("no answer within %g seconds") % self._timeout_seconds
            raise ServiceError(why) from error
        except (exceptions.ClientException, OSError) as error:
            raise ServiceError(_words(str(error))) from error
        self._beat()
        return answer

    def _sent(self, address: str, version: str) -> requests.Response:
        answer: requests.Response = self._adapter.request(
            address,
            "GET",
            raise_exc=False,
            microversion=version or None,
            timeout=self._timeout_seconds,
            connect_retries=0,
            status_code_retries=BUSY_RETRIES,
            retriable_status_codes=BUSY,
        )
        return answer


def _reason(answer: requests.Response) -> str:
    """Why, in the server's own words, on one line."""
    words = ""
    with suppress(ValueError, RecursionError):
        words = _message(answer.json())
    words = _words(words or answer.reason or _("no reason given"))
    return f"{words} ({answer.status_code})"


def _message(said: object) -> str:
    """The message in a JSON body: OpenStack's services wrap it differently."""
    if isinstance(said, dict):
        for name in ("message", "faultstring", "title", "detail"):
            if isinstance(said.get(name), str):
                return str(said[name])
        for value in said.values():
            inner = value[0] if isinstance(value, list) and value else value
            if found := _message(inner):
                return found
    return ""


def _words(text: str) -> str:
    return one_line(text)[:LONGEST_REASON_CHARACTERS]


def _next_query(
    page: Mapping[str, Any], rows: str, first: Mapping[str, str]
) -> Mapping[str, str] | None:
    """The query of the page after *page*; ``None`` if that is the last.

    Of the link nothing else is followed: a service doesn't know the host and the path
    under which it is reached. Raises `ServiceError` for a full page without a link.
    """
    links = page.get(f"{rows}_links") or []
    found = [one.get("href") for one in links if one.get("rel") == "next"]
    link = found[0] if found else page.get("next")
    if link:
        query = urllib.parse.urlsplit(str(link)).query
        return {**first, **dict(urllib.parse.parse_qsl(query))}
    if len(page[rows]) >= PAGE:
        raise ServiceError(
            _("its listing ends after a full page of %d rows: it may be cut off") % PAGE
        )
    return None
