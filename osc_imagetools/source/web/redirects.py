# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Where a redirect may lead to. No network here.

No user, password or query of one URL gets into the next: only what the server itself
wrote into its ``Location``, without a user.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Sequence

from requests.utils import requote_uri

from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.opened import SourceError, public

REDIRECTS_AT_MOST = 10

_PORTS = {"http": 80, "https": 443}


def next_url(asked: Sequence[str], location: str) -> str:
    """The URL that a ``Location`` means, for who has *asked* these, the last one now.

    Raises `SourceError` where it leads round in circles, on and on, out of TLS, or
    to anything but a web server.
    """
    here = asked[-1]
    target = _absolute(here, location)
    scheme = target.partition(":")[0]
    if scheme not in ("http", "https"):
        raise _refused(here, _("it leads to a '%s:' URL") % printable(scheme))
    if scheme == "http" and here.lower().startswith("https:"):
        raise _refused(here, _("it leads from https to %s") % public(target))
    if len(asked) > REDIRECTS_AT_MOST:
        if target in asked:
            why = _("after %d redirects it still leads in a circle")
        else:
            why = _("after %d redirects it still leads on without end")
        raise _refused(asked[0], why % REDIRECTS_AT_MOST)
    return target


def same_host(one: str, other: str) -> bool:
    """Whether what is for the host of *one* may go to that of *other*.

    Ports count; but from http to https of the standard ports is the same host.
    """
    before, now = urllib.parse.urlsplit(one), urllib.parse.urlsplit(other)
    if before.hostname != now.hostname:
        return False
    ports = (_port(before), _port(now))
    return ports == (80, 443) or (before.scheme == now.scheme and ports[0] == ports[1])


def host(url: str) -> str:
    """The name or address of the host of *url*, in lower case."""
    return urllib.parse.urlsplit(url).hostname or ""


def has_usual_port(url: str) -> bool:
    """Whether *url* names the port that its scheme has by itself."""
    parts = urllib.parse.urlsplit(url)
    return _port(parts) == _PORTS.get(parts.scheme)


def without_user(url: str) -> str:
    """*url* without user and password, which travel in a header."""
    parts = urllib.parse.urlsplit(url)
    return urllib.parse.urlunsplit(
        parts._replace(netloc=parts.netloc.rpartition("@")[2])
    )


def _absolute(here: str, location: str) -> str:
    try:
        # http.client reads headers as Latin-1; servers write UTF-8
        written = location.encode("latin-1").decode("utf-8", "replace")
        joined = urllib.parse.urljoin(here, requote_uri(written.strip()))
        target = urllib.parse.urldefrag(without_user(joined)).url
        parts = urllib.parse.urlsplit(target)
        if parts.scheme in _PORTS and not (parts.hostname and _port(parts)):
            raise ValueError("no host or no valid port")
        return target
    except ValueError:
        raise _refused(here, _("'%s' is not a URL") % printable(location)) from None


def _port(parts: urllib.parse.SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)


def _refused(where: str, why: str) -> SourceError:
    return SourceError(_("The redirect of %s is not followed") % public(where), why)
