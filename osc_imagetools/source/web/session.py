# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Requests to web servers, as `Access` says: TLS, proxy, who we are, redirects.

Of the environment, the proxy variables and ~/.netrc count. What it says about
certificates is meant for the cloud (``OS_CACERT``, ``REQUESTS_CA_BUNDLE``) and never
applies to a source.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version

import requests
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from osc_imagetools.i18n import _
from osc_imagetools.source.access import Access
from osc_imagetools.source.opened import SourceError, masked, public
from osc_imagetools.source.web.credentials import for_host
from osc_imagetools.source.web.errors import (
    CONNECT_SECONDS,
    NETWORK_ERRORS,
    ClosedError,
    unreachable,
)
from osc_imagetools.source.web.proxies import refuse_unreadable_proxy
from osc_imagetools.source.web.redirects import next_url, same_host, without_user
from osc_imagetools.source.web.sockets import Adapter, Sockets

NAME = "osc-imagetools"
HOME = f"https://pypi.org/project/{NAME}/"


class HttpSession:
    """Asks, one request at a time, until it is closed."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self._sockets = Sockets()
        self._requests = _Requests()
        self._requests.headers["User-Agent"] = access.user_agent or user_agent()
        for scheme in ("http://", "https://"):
            self._requests.mount(scheme, Adapter(self._sockets))

    @property
    def is_closed(self) -> bool:
        """Whether `close` was called."""
        return self._sockets.are_ended

    def ask(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        method: str = "GET",
        origin: str | None = None,
    ) -> requests.Response:
        """The answer, whatever its status; its body is still to be read.

        Redirects are followed, to what `next_url` allows; its history has them. Who we
        are is said to the host of *origin* (default: *url*), as `for_host` says. Raises
        `SourceError`; a `BrokenError` where another try may do better; `ClosedError`
        once closed.
        """
        asked = [url]
        history: list[requests.Response] = []
        while True:
            try:
                answer = self._answer(origin or url, asked[-1], headers, method)
            except SourceError as error:
                if history and not same_host(url, asked[-1]):
                    error.led_to = public(asked[-1])
                raise
            if not answer.is_redirect:
                answer.history = history
                return answer
            # Closed, not read: nobody bounds the body of a redirect.
            answer.close()
            history.append(answer)
            asked.append(next_url(asked, answer.headers["Location"]))

    def pause(self, seconds: float) -> None:
        """Wait for that many seconds, or until it is closed."""
        self._sockets.pause(seconds)

    def close(self) -> None:
        """End what is under way, also in other threads."""
        self._sockets.end()
        self._requests.close()

    def _answer(
        self, origin: str, here: str, headers: Mapping[str, str], method: str
    ) -> requests.Response:
        access = self.access
        refuse_unreadable_proxy(here)
        ask = {"GET": self._requests.get, "HEAD": self._requests.head}[method]
        try:
            with _queries_unlogged():
                return ask(
                    without_user(here),
                    headers={"Accept-Encoding": "identity", **headers},
                    auth=for_host(origin, here, access),
                    timeout=(CONNECT_SECONDS, access.stall_seconds),
                    # Named, for requests not to look into the environment.
                    verify=not access.insecure
                    and (access.cacert or DEFAULT_CA_BUNDLE_PATH),
                    allow_redirects=False,
                    stream=True,
                )
        # A socket closed under a reader breaks libraries anywhere, in any way.
        except Exception as error:
            if self.is_closed:
                raise ClosedError(_("%s was abandoned") % public(here)) from None
            if isinstance(error, NETWORK_ERRORS):
                raise unreachable(error, here, access.stall_seconds) from None
            if isinstance(error, ValueError):
                raise SourceError(
                    _("The URL can't be parsed"), masked(str(error), here)
                ) from None
            raise


def user_agent() -> str:
    """What we call ourselves, and where a server's operator finds us."""
    return f"{NAME}/{version(NAME)} (+{HOME})"


class _Requests(requests.Session):
    """Never looks at where a redirect leads: it would read its body, however long."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


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
