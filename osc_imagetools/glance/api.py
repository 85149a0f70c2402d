# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Requests to Glance over the SDK's own session, each answer looked at."""

from __future__ import annotations

import email.utils
import html
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any

import requests
from keystoneauth1 import exceptions
from keystoneauth1.adapter import Adapter
from keystoneauth1.identity.base import BaseIdentityPlugin

from osc_imagetools.errors import OperatorError

TIMEOUT_SECONDS = 120
"""Of one request's silence: an answer that takes longer is no answer."""


FRESH_TOKEN_SECONDS = 1800
"""A token has to last so long when a stream begins: it can't be changed on the way."""

LONGEST_REASON_CHARACTERS = 4096

CONFLICTS = (409, 412)
"""Statuses of answers to what another writer came before: read again, and repeat."""

_EPOCH = datetime.fromtimestamp(0, timezone.utc)
_LOADED = time.monotonic()


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
        return 400 <= self.status < 500 and self.status not in CONFLICTS


class Api:
    """Glance, asked over *adapter* (the client's own image proxy)."""

    def __init__(self, adapter: Adapter) -> None:
        self._adapter = adapter
        self._date = ""

    def get(self, path: str, **options: Any) -> requests.Response:
        """The answer to a GET, never from a cache; raises `GlanceError` without one."""
        return self._send("GET", path, skip_cache=True, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        """The answer to a POST, sent once."""
        return self._send("POST", path, connect_retries=0, **options)

    def patch(self, path: str, operations: list[dict[str, Any]]) -> requests.Response:
        """The answer to a JSON patch, sent once: it is outdated when it has failed."""
        return self._send(
            "PATCH",
            path,
            json=operations,
            headers={"Content-Type": "application/openstack-images-v2.1-json-patch"},
            connect_retries=0,
            # The SDK's default is to repeat what was answered 503.
            status_code_retries=0,
        )

    def put(self, path: str, body: dict[str, Any]) -> requests.Response:
        """The answer to a PUT of JSON, sent once."""
        return self._send("PUT", path, json=body, connect_retries=0)

    def delete(self, path: str) -> requests.Response:
        """The answer to a DELETE, sent once."""
        return self._send("DELETE", path, connect_retries=0)

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
            data=blocks,
            headers=headers,
            connect_retries=0,
            # Repeated, there would be no bytes left.
            status_code_retries=0,
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
            if re.fullmatch(r"v\d+(\.\d+)*", version)
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
        return (issued or _EPOCH) + timedelta(seconds=time.monotonic() - _LOADED)

    def _renew_token(self) -> None:
        auth = self._adapter.auth or self._adapter.session.auth
        if isinstance(auth, BaseIdentityPlugin):
            access = auth.get_access(self._adapter.session)
            if access.will_expire_soon(FRESH_TOKEN_SECONDS):
                auth.invalidate()

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("timeout", TIMEOUT_SECONDS)
        try:
            answer: requests.Response = self._adapter.request(
                path, method, raise_exc=False, **options
            )
        except exceptions.ClientException as error:
            raise GlanceError(
                f"Glance did not answer {method} {path}",
                str(error),
                "Check the endpoint, the network and Glance's own log.",
            ) from error
        except OSError as error:
            raise GlanceError(f"{method} {path} broke off", str(error)) from error
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
    return f"{words or answer.reason or 'no reason given'} ({answer.status_code})"


def refusal(what: str, answer: requests.Response, do: str = "") -> GlanceError:
    """The error for an *answer* that is none of those that were hoped for."""
    return GlanceError(what, reason(answer), do, answer.status_code)


def told(what: str, answer: requests.Response, *names: str) -> dict[str, Any]:
    """What a good *answer* says: an object with all of *names* in it.

    Raises `GlanceError` where something before Glance answered 200 with a page.
    """
    with suppress(ValueError):
        said = answer.json()
        if isinstance(said, dict) and said.keys() >= {*names}:
            return said
    raise GlanceError(what, f"Glance's answer can't be read: {reason(answer)}")
