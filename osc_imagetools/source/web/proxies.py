# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The proxy that the environment names for a source: whether it can be understood.

What requests says of one that it can't understand may show the half of its password.
"""

from __future__ import annotations

import urllib.parse

from requests.utils import get_environ_proxies, select_proxy

from osc_imagetools.source.opened import SourceError, public

UNWRITTEN = {"/": "%2F", "#": "%23", "?": "%3F"}
"""Characters that a user or a password of a URL can't hold as they are."""

_WRITE = "Write it as http://<user>:<password>@<host>:<port>"


def refuse_unreadable_proxy(url: str) -> None:
    """Raise `SourceError` if the proxy for *url* is not a URL, without showing it."""
    proxy = select_proxy(url, get_environ_proxies(url, no_proxy=None))
    if not proxy:
        return
    authority = proxy.partition("://")[2] or proxy
    user, _, host = authority.rpartition("@")
    wrong = [each for each in UNWRITTEN if each in user]
    if wrong:
        quoted = ", ".join(f"'{each}' as {UNWRITTEN[each]}" for each in wrong)
        why = "its user or password contains a character that ends the host of a URL"
        raise _unreadable(url, why, f"{_WRITE}, with {quoted} in user and password.")
    try:
        parts = urllib.parse.urlsplit(f"//{host}")
        is_understood = bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_understood = False
    if not is_understood:
        raise _unreadable(url, "it names no host or no port number", f"{_WRITE}.")


def _unreadable(url: str, why: str, do: str) -> SourceError:
    scheme = urllib.parse.urlsplit(url).scheme
    return SourceError(
        f"{public(url)} can't be requested",
        f"the proxy that the environment names ({scheme}_proxy or all_proxy) can't be "
        f"parsed: {why}",
        do,
    )
