# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Requests to Glance over the SDK's own session, each answer looked at."""

from __future__ import annotations

import email.utils
import html
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any

import requests
from keystoneauth1 import exceptions
from keystoneauth1.adapter import Adapter
from keystoneauth1.identity.base import BaseIdentityPlugin

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.machine import THIS_MACHINE, Machine
from osc_imagetools.glance.patience import (
    BUSY,
    TOO_MANY,
    Patience,
    asked_for_seconds,
)
from osc_imagetools.glance.remedies import CHECK_ENDPOINT, remedy, unanswered
from osc_imagetools.i18n import _

TIMEOUT_SECONDS = 120
"""Of one request's silence: an answer that takes longer is no answer."""


FRESH_TOKEN_SECONDS = 1800
"""Seconds that a token has to last when a stream begins: it can't be changed later."""

LONGEST_REASON_CHARACTERS = 4096

CONFLICTS = (409, 412)
"""Statuses of answers to what another writer came before: read again, and repeat."""

_NOTHING_DONE = frozenset({TOO_MANY})
"""Statuses of answers that tell that nothing took place."""
_NEVER: frozenset[int] = frozenset()

_EPOCH = datetime.fromtimestamp(0, timezone.utc)


class GlanceError(OperatorError):
    """Glance refused, or could not be asked."""

    def __init__(self, what: str, why: str = "", do: str = "", status: int = 0) -> None:
        super().__init__(what, why, do)
        self.status = status
        """HTTP status of the answer; 0 when there was none."""

    @property
    def is_final(self) -> bool:
        """Whether the same request would be answered the same: no conflict, no fault.

        Glance answers 409 and 412 to what another writer has just made impossible.
        """
        passes = (*CONFLICTS, TOO_MANY)
        return 400 <= self.status < 500 and self.status not in passes

    @property
    def may_be_done(self) -> bool:
        """Whether what was asked may have taken place all the same."""
        return not 400 <= self.status < 500


class Api:
    """Glance, asked over *adapter* (the client's own image proxy).

    What is answered 429 or 503 is waited for, a minute at most, and sent again as far
    as each verb says. Whatever is answered then is the caller's to judge.
    """

    def __init__(self, adapter: Adapter, machine: Machine = THIS_MACHINE) -> None:
        self.machine = machine
        """Whose clock is waited by, and whose processes are asked for."""
        self._adapter = adapter
        self._connected = machine.monotonic()
        self._date = ""
        self._expires: datetime | None = None

    def get(self, path: str, **options: Any) -> requests.Response:
        """The answer to a GET, never from a cache; raises `GlanceError` without one."""
        return self._send("GET", path, BUSY, skip_cache=True, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        """The answer to a POST, sent again only where nothing took place (429).

        What a 503 has left behind only whoever asks can find out.
        """
        return self._send("POST", path, _NOTHING_DONE, connect_retries=0, **options)

    def patch(self, path: str, operations: list[dict[str, Any]]) -> requests.Response:
        """The answer to a JSON patch, sent once: it is outdated when it has failed.

        `Images.change` reads the image again, and decides whether to send another.
        """
        return self._send(
            "PATCH",
            path,
            _NEVER,
            json=operations,
            headers={"Content-Type": "application/openstack-images-v2.1-json-patch"},
            connect_retries=0,
        )

    def put(self, path: str, body: dict[str, Any]) -> requests.Response:
        """The answer to a PUT of JSON, which may be done twice."""
        return self._send("PUT", path, BUSY, json=body, connect_retries=0)

    def delete(self, path: str) -> requests.Response:
        """The answer to a DELETE, which may be done twice."""
        return self._send("DELETE", path, BUSY, connect_retries=0)

    def put_stream(
        self, path: str, blocks: Iterator[bytes], store: str = ""
    ) -> requests.Response:
        """The answer to a PUT of *blocks*, which can be sent only once.

        So neither a new token nor a new connection may send them again, and
        they stay out of the client's log. A token that may run out meanwhile is
        renewed before. *store* names one that isn't the default.
        """
        self._renew_token()
        headers = {"Content-Type": "application/octet-stream"}
        if store:
            headers["X-Image-Meta-Store"] = store
        return self._send(
            "PUT",
            path,
            # Repeated, there would be no bytes left.
            _NEVER,
            data=blocks,
            headers=headers,
            connect_retries=0,
            allow_reauth=False,
            redirect=False,
            log=False,
        )

    def stream(self, path: str) -> requests.Response:
        """The answer to a GET whose body isn't read yet: whoever asks closes it."""
        return self.get(path, stream=True, log=False)

    def versions(self) -> list[tuple[int, ...]]:
        """The versions of the Image API that the cloud says it speaks.

        Empty where it doesn't tell. Nothing is authenticated or versioned at
        the root of the service, where they are listed.
        """
        endpoint = self._adapter.get_endpoint() or ""
        root = re.sub(r"/v\d+(\.\d+)?/?$", "", endpoint).rstrip("/")
        answer = self.get(f"{root}/versions")
        try:
            listed = [str(version["id"]) for version in answer.json()["versions"]]
        except (ValueError, LookupError, TypeError):
            return []
        return [
            tuple(int(part) for part in version[1:].split("."))
            for version in listed
            if re.fullmatch(r"v\d{1,9}(\.\d{1,9})*", version)
        ]

    def now(self) -> datetime:
        """The time on the cloud's clock, or a moment that is over there already.

        From the Date header of the newest answer. uWSGI adds none, nor does
        haproxy before it: then from the time at which Keystone issued the
        token. Where that was long ago, records only seem younger than they are.
        """
        with suppress(TypeError, ValueError):
            moment = email.utils.parsedate_to_datetime(self._date)
            return moment.astimezone(timezone.utc)
        session = self._adapter.session
        auth = self._adapter.auth or session.auth
        if not isinstance(auth, BaseIdentityPlugin):
            return datetime.now(timezone.utc)
        issued = auth.get_access(session).issued
        since = self.machine.monotonic() - self._connected
        return (issued or _EPOCH) + timedelta(seconds=since)

    @property
    def token_ran_out(self) -> bool:
        """Whether the token with which the last stream began is valid no more."""
        return self._expires is not None and self._expires <= self.now()

    def _renew_token(self) -> None:
        session = self._adapter.session
        auth = self._adapter.auth or session.auth
        if isinstance(auth, BaseIdentityPlugin):
            if auth.get_access(session).will_expire_soon(FRESH_TOKEN_SECONDS):
                auth.invalidate()
            self._expires = auth.get_access(session).expires

    def _send(
        self, method: str, path: str, repeated: frozenset[int], **options: Any
    ) -> requests.Response:
        """The answer, after which it isn't sent again if it is none of *repeated*."""
        patience = Patience(self.machine.sleep)
        while True:
            answer = self._sent(method, path, **options)
            if answer.status_code not in repeated or not patience.waits(answer):
                return answer
            answer.close()

    def _sent(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("timeout", TIMEOUT_SECONDS)
        asked = {"method": method, "path": path}
        self.machine.go_on()
        try:
            answer: requests.Response = self._adapter.request(
                path,
                method,
                raise_exc=False,
                # The SDK would repeat whatever is answered 503, also what has changed
                # something by then.
                status_code_retries=0,
                **options,
            )
        except exceptions.HttpError as error:
            # Of Glance's own answers none is raised.
            what = _("%(method)s %(path)s was not sent because no token is available")
            raise GlanceError(what % asked, str(error), unanswered(error)) from error
        except exceptions.ClientException as error:
            what = _("Glance did not answer %(method)s %(path)s")
            raise GlanceError(what % asked, str(error), unanswered(error)) from error
        except OSError as error:
            what = _("%(method)s %(path)s was interrupted")
            raise GlanceError(what % asked, str(error)) from error
        self._date = answer.headers.get("Date", "") or self._date
        return answer


def reason(answer: requests.Response) -> str:
    """Why, in the server's own words: its HTML body unescaped, on one line."""
    # Of a short page without a charset requests guesses: Chinese, now and then.
    answer.encoding = answer.encoding or "utf-8"
    body = answer.text[:LONGEST_REASON_CHARACTERS]
    title = re.search(r"<title>(.*?)</title>", body, re.DOTALL | re.IGNORECASE)
    words = re.sub(r"<(head|style)\b.*?</\1>", " ", body, flags=re.DOTALL | re.I)
    words = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", words)).split())
    if title:
        words = words.removeprefix(html.unescape(title.group(1)).strip()).strip()
    words = words or answer.reason or _("no reason given")
    return f"{words} ({answer.status_code})"


def refusal(what: str, answer: requests.Response, do: str = "") -> GlanceError:
    """The error for an *answer* that is none of those that were hoped for.

    What there is to *do* is told by what was answered, where the caller doesn't know
    better.
    """
    said, status = reason(answer), answer.status_code
    do = do or remedy(status, said, asked_for_seconds(answer))
    named = answer.headers.get("x-openstack-request-id", "")
    if not do and status >= 500 and re.fullmatch(r"req-[0-9a-f-]{36}", named):
        do = _("For details, see Glance's log under %s") % named
    return GlanceError(what, said, do, status)


def told(what: str, answer: requests.Response, *names: str) -> dict[str, Any]:
    """What a good *answer* says: an object with all of *names* in it.

    Raises `GlanceError` where something before Glance answered 200 with a page.
    """
    with suppress(ValueError, RecursionError):
        said = answer.json()
        if isinstance(said, dict) and said.keys() >= {*names}:
            return said
    raise GlanceError(
        what, _("Glance's answer can't be read: %s") % reason(answer), CHECK_ENDPOINT
    )
