# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What went wrong on the way to a web server, in the network's words."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator

import requests
import urllib3
from urllib3.util.ssl_match_hostname import CertificateError

from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.opened import SourceError, masked, public
from osc_imagetools.source.web.sockets import ChunkError

NETWORK_ERRORS = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    OSError,
)

CONNECT_SECONDS = 20
CACERT = _("Specify its certificate authority with --source-cacert, if you trust it.")

ELSEWHERE = _(
    "Specify another location of the same bytes (--mirror), or fetch the file by other "
    "means and import it (a file: URL)."
)
"""What helps whoever meets a server that breaks the rules."""


class BrokenError(SourceError):
    """The connection failed; another try may do better."""

    is_refused = False
    """Whether there was nothing to break: no connection, or a server that is busy."""
    retry_after: str | None = None
    """When to try, as the server says it."""


class BusyError(BrokenError):
    """The server is there, and asks for patience."""

    is_refused = True


class ClosedError(SourceError):
    """The transfer was abandoned on this side."""


def unreachable(error: Exception, url: str, stall_seconds: float) -> SourceError:
    """Why there is no answer: a `BrokenError` where another try may bring one."""
    what = _("%s can't be reached") % public(url)
    causes = list(_causes(error))
    if certificate := next(filter(_is_of_certificate, causes), None):
        words = getattr(certificate, "verify_message", "") or str(certificate)
        return SourceError(what, _("its certificate is not valid: %s") % words, CACERT)
    why = reason(error, url, stall_seconds)
    if is_against_the_rules(error):
        return SourceError(_("%s can't be read") % public(url), why, ELSEWHERE)
    if isinstance(error, requests.exceptions.ProxyError):
        why = _("the proxy that the environment names does not work: %s") % why
    broken = BrokenError(what, why)
    broken.is_refused = any(isinstance(cause, _REFUSALS) for cause in causes)
    return broken


def reason(error: BaseException, url: str, stall_seconds: float) -> str:
    """What the network said, in the innermost of the errors; no secret of *url*."""
    causes = list(_causes(error))
    if any(isinstance(cause, _TOO_LATE) for cause in causes):
        return _("no connection within %g seconds") % CONNECT_SECONDS
    if isinstance(error, _TIMEOUTS) or "timed out" in str(error).lower():
        return _("no data arrived for %g seconds") % stall_seconds
    if isinstance(causes[-1], http.client.IncompleteRead):
        return _("the connection ended too early")
    words = getattr(causes[-1], "strerror", None) or str(causes[-1])
    return printable(masked(words, url) or type(causes[-1]).__name__)


def is_against_the_rules(error: BaseException) -> bool:
    """Whether the server sent what no network makes of an answer that is in order."""
    return any(isinstance(cause, _AGAINST_THE_RULES) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """*error* and what lies within it, as requests and urllib3 wrap each other."""
    inner: BaseException | None = error
    while inner is not None:
        yield inner
        cause = getattr(inner, "reason", None)
        if isinstance(inner, urllib3.exceptions.NewConnectionError):
            # Its own words begin with the address of an object.
            cause = inner.__context__
        nested = (part for part in inner.args if isinstance(part, BaseException))
        inner = cause if isinstance(cause, BaseException) else next(nested, None)


def _is_of_certificate(error: BaseException) -> bool:
    return isinstance(error, ssl.SSLCertVerificationError | CertificateError)


_AGAINST_THE_RULES = (
    ChunkError,
    http.client.LineTooLong,
    urllib3.exceptions.InvalidHeader,
)
_TIMEOUTS = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
_TOO_LATE = (requests.ConnectTimeout,)
_REFUSALS = (
    requests.ConnectTimeout,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.ProxyError,
    requests.exceptions.SSLError,
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.LocationParseError,
)
