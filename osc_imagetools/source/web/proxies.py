# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The proxy that the environment names for a source: whether it can be understood.

What requests says of one that it can't understand may show the half of its password.
"""

from __future__ import annotations

import urllib.parse

from requests.utils import get_environ_proxies, select_proxy

from osc_imagetools.i18n import _
from osc_imagetools.source.opened import SourceError, public

UNWRITTEN = {"/": "%2F", "#": "%23", "?": "%3F"}
"""Characters that a user or a password of a URL can't hold as they are."""


def refuse_unreadable_proxy(url: str) -> None:
    """Raise `SourceError` if the proxy for *url* is not a URL, without showing it."""
    proxy = select_proxy(url, get_environ_proxies(url, no_proxy=None))
    if not proxy:
        return
    authority = proxy.partition("://")[2] or proxy
    user, _at, host = authority.rpartition("@")
    wrong = [each for each in UNWRITTEN if each in user]
    if wrong:
        as_written = _("'%(each)s' as %(written)s")
        quoted = ", ".join(
            as_written % {"each": each, "written": UNWRITTEN[each]} for each in wrong
        )
        why = _("its user or password contains a character that ends the host of a URL")
        do = _(
            "Write it as http://<user>:<password>@<host>:<port>, with %s in user and "
            "password."
        )
        raise _unreadable(url, why, do % quoted)
    try:
        parts = urllib.parse.urlsplit(f"//{host}")
        is_understood = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_understood = False
    if not is_understood:
        raise _unreadable(
            url,
            _("it names no host or no port number"),
            _("Write it as http://<user>:<password>@<host>:<port>."),
        )


def _unreadable(url: str, why: str, do: str) -> SourceError:
    scheme = urllib.parse.urlsplit(url).scheme
    return SourceError(
        _("%s can't be requested") % public(url),
        _(
            "the proxy that the environment names (%(scheme)s_proxy or all_proxy) "
            "can't be parsed: %(why)s"
        )
        % {"scheme": scheme, "why": why},
        do,
    )
