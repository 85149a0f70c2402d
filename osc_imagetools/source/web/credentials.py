# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who we are at a source: as the options, the URL or ~/.netrc say, in this order."""

from __future__ import annotations

import urllib.parse

from requests.auth import HTTPBasicAuth
from requests.utils import get_netrc_auth

from osc_imagetools.source.access import Access
from osc_imagetools.source.web.redirects import same_host, without_user


def for_host(origin: str, here: str, access: Access) -> HTTPBasicAuth | None:
    """What to say at *here*, asked for as *origin*; ``None``: what ~/.netrc says.

    A redirect takes nothing along to another host.
    """
    if not same_host(origin, here):
        return None
    if access.user is not None and same_host(access.user_url or origin, here):
        name, _, password = access.user.partition(":")
        return _auth(name, password)
    return _written(origin)


def netrc_password(url: str, name: str) -> str | None:
    """The password of *name* at the host of *url* in ~/.netrc (or ``$NETRC``)."""
    # Without the user: requests 2.32.3 mistakes it for the host (CVE-2024-47081).
    found = get_netrc_auth(without_user(url))
    return found[1] if found and found[0] == name else None


def secrets(url: str) -> tuple[str, ...]:
    """The texts in *url* that nobody may see."""
    parts = urllib.parse.urlsplit(url)
    written = (parts.username or "", parts.password or "")
    return (parts.query, *written, *map(urllib.parse.unquote, written))


def _written(url: str) -> HTTPBasicAuth | None:
    parts = urllib.parse.urlsplit(url)
    if parts.username is None:
        return None
    name = urllib.parse.unquote(parts.username)
    password = parts.password
    if password is None:
        return _auth(name, netrc_password(url, name) or "")
    return _auth(name, urllib.parse.unquote(password))


def _auth(name: str, password: str) -> HTTPBasicAuth:
    # UTF-8 (RFC 7617): requests would write text as Latin-1, or fail.
    return HTTPBasicAuth(name.encode(), password.encode())
