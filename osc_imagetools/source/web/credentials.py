# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who we are at a source: as the options, the URL or ~/.netrc say, in this order."""

from __future__ import annotations

import logging
import netrc
import os
import urllib.parse
from collections.abc import Callable
from functools import cache
from typing import Any

from requests.auth import HTTPBasicAuth

from osc_imagetools.i18n import _
from osc_imagetools.source.access import Access
from osc_imagetools.source.web.redirects import (
    has_usual_port,
    host,
    same_host,
)

LOG = logging.getLogger(__name__)

Auth = Callable[[Any], Any]
"""What requests takes as such: it is handed the request."""

DEFAULT = "default"
"""What ~/.netrc calls the entry of all hosts that it doesn't name."""


def for_host(origin: str, here: str, access: Access) -> Auth:
    """What to say at *here*, asked for as *origin*; nothing, if nobody is known there.

    A redirect takes nothing along to another host or port. Who ~/.netrc names there is
    told there, if it names that host and that isn't the one we came from: it knows no
    ports, so only at the usual one. Its ``default`` entry is for no host that others
    chose.
    """
    if not same_host(origin, here):
        is_another = host(origin) != host(here) and has_usual_port(here)
        return _auth(_netrc().get(host(here)) if is_another else None)
    if access.user is not None and same_host(access.user_url or origin, here):
        name, _, password = access.user.partition(":")
        return _auth((name, password))
    return _auth(_written(origin) or _of_netrc(origin))


def netrc_password(url: str, name: str) -> str | None:
    """The password of *name* at the host of *url* in ~/.netrc (or ``$NETRC``)."""
    found = _of_netrc(url)
    return found[1] if found and found[0] == name else None


def _written(url: str) -> tuple[str, str] | None:
    parts = urllib.parse.urlsplit(url)
    if parts.username is None:
        return None
    name = urllib.parse.unquote(parts.username)
    password = parts.password
    if password is None:
        return name, netrc_password(url, name) or ""
    return name, urllib.parse.unquote(password)


def _of_netrc(url: str) -> tuple[str, str] | None:
    known = _netrc()
    return known.get(host(url)) or known.get(DEFAULT)


def _netrc() -> dict[str, tuple[str, str]]:
    """Name and password by host; nothing of a file that can't be read."""
    named = os.environ.get("NETRC")
    for path in (named,) if named else ("~/.netrc", "~/_netrc"):
        try:
            hosts = netrc.netrc(os.path.expanduser(path)).hosts
        except FileNotFoundError:
            continue
        except (netrc.NetrcParseError, OSError, ValueError) as error:
            _warn(path, getattr(error, "lineno", None))
            return {}
        return {
            host.lower(): (login or account or "", password or "")
            for host, (login, account, password) in hosts.items()
        }
    return {}


@cache
def _warn(path: str, line: int | None) -> None:
    """Once; never in the library's words, which may hold a password."""
    if line:
        said = _(
            "%(path)s can't be read (near line %(line)d): it provides no credentials."
        )
    else:
        said = _("%(path)s can't be read: it provides no credentials.")
    LOG.warning(said, {"path": path, "line": line})


def _auth(who: tuple[str, str] | None) -> Auth:
    if who is None:
        # Said, for requests not to look into ~/.netrc by itself.
        return lambda request: request
    # UTF-8 (RFC 7617): requests would write text as Latin-1, or fail.
    name, password = who
    return HTTPBasicAuth(name.encode(), password.encode())
