# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether an answer goes on exactly where another one ended. No network here.

1. A range is asked for with ``If-Range``, so that a server which has another file now
   sends that one whole (RFC 9110, 13.1.5): only with a strong tag, or a date.
2. A range is taken only if its ``Content-Range`` is the one asked for, of a file of
   the same length.
3. Whatever the status, tag and date have to be those of the first answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.opened import StartOverError
from osc_imagetools.source.web.content_encoding import codings

LONGEST_ETAG = 1_024
"""Characters; a longer one fits no property and no request of ours."""

_CONTENT_RANGE = re.compile(r"bytes (N)-(N)/(N)".replace("N", "[0-9]{1,18}"))


@dataclass(frozen=True)
class Edition:
    """What tells one state of a file from another."""

    etag: str
    last_modified: str
    length: int | None
    encoding: str = ""
    """Of the way; ranges count the encoded bytes."""

    @classmethod
    def of(cls, headers: Mapping[str, str], length: int | None = None) -> Edition:
        """As an answer's headers tell; *length* is that of the whole file."""
        etag = headers.get("ETag", "")
        return cls(
            etag if len(etag) <= LONGEST_ETAG else "",
            headers.get("Last-Modified", ""),
            length,
            ", ".join(codings(headers.get("Content-Encoding", ""))),
        )

    @property
    def is_strong(self) -> bool:
        """Whether its tag promises the same bytes, not just the same meaning."""
        return self.etag.startswith('"')

    @property
    def condition(self) -> str:
        """What ``If-Range`` takes; empty where the server tells nothing fit for it."""
        return self.etag if self.is_strong else self.last_modified

    def difference(self, now: Edition) -> str:
        """How *now* is another file; empty if nothing says so."""
        if None not in (self.length, now.length) and self.length != now.length:
            lengths = {"before": self.length, "after": now.length}
            return _("it had %(before)d bytes and has %(after)d") % lengths
        if self.encoding != now.encoding:
            names = (printable(each.encoding or "identity") for each in (self, now))
            encodings = dict(zip(("before", "after"), names, strict=True))
            return _("its Content-Encoding was %(before)s and is %(after)s") % encodings
        if self.is_strong and self.etag == now.etag:
            return ""
        pairs = (
            ("ETag", _opaque(self.etag), _opaque(now.etag)),
            ("Last-Modified", self.last_modified, now.last_modified),
        )
        for name, before, after in pairs:
            if before and after and before != after:
                return _("its %(name)s was %(before)s and is %(after)s") % {
                    "name": name,
                    "before": printable(before),
                    "after": printable(after),
                }
        return ""


@dataclass(frozen=True)
class Span:
    """The bytes from *start* up to *stop*; ``None``: to the end."""

    start: int
    stop: int | None = None

    @property
    def header(self) -> str:
        """As ``Range`` takes it."""
        last = "" if self.stop is None else self.stop - 1
        return f"bytes={self.start}-{last}"


class RangeError(StartOverError):
    """The server sent other bytes of the file than were asked for."""


class OtherMirrorError(StartOverError):
    """The way led to another mirror, whose file is another one."""


def check_unchanged(where: str, before: Edition, now: Edition) -> None:
    """Raise `StartOverError` where it is another file now."""
    if difference := before.difference(now):
        raise StartOverError(_("%s changed while it was read") % where, difference)


def check_span(where: str, asked: Span, edition: Edition, told: str | None) -> int:
    """The length of the file whose range came; `RangeError` if it is another one.

    *told* is the answer's ``Content-Range``.
    """
    match = _CONTENT_RANGE.fullmatch((told or "").strip())
    if match:
        first, last, length = map(int, match.groups())
        stop = length if asked.stop is None else asked.stop
        is_as_asked = (first, last + 1) == (asked.start, stop)
        if is_as_asked and edition.length in (None, length):
            return length
    sent = {
        "asked": asked.header,
        "told": printable(told or _("no range")),
        "length": edition.length,
    }
    if edition.length is None:
        why = _("in answer to '%(asked)s', the server sent '%(told)s'")
    else:
        why = _(
            "in answer to '%(asked)s', the server sent '%(told)s' of %(length)d bytes"
        )
    raise RangeError(_("%s can't be resumed") % where, why % sent)


def _opaque(etag: str) -> str:
    return etag.removeprefix("W/")
