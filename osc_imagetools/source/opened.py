# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""An opened source: what is known of it, and its bytes, counted.

Credentials and queries (which may be signatures) of a URL stay in the modules that
open it: whatever is shown or stored is its `public` form.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _

RUN_AGAIN = _("Nothing was published. Run the command again.")


class SourceError(OperatorError):
    """The source could not be read, or not to its end."""

    led_to = ""
    """The other host's URL that a redirect had led to, in public form."""


class AbsentError(SourceError):
    """There is no such file, or none for us: object stores say 403 for both."""


class StartOverError(SourceError):
    """What came so far is of no use: begin again from the first byte.

    Once, where the source changed or does not go on where it ended (*urls* is empty
    then: with the same ones); with other *urls*, as long as there are any.
    """

    def __init__(
        self, what: str, why: str = "", do: str = RUN_AGAIN, urls: Sequence[str] = ()
    ) -> None:
        super().__init__(what, why, do)
        self.urls = tuple(urls)


def public(url: str) -> str:
    """*url* as it may be shown and stored: no user, password, query, fragment."""
    parts = urllib.parse.urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urllib.parse.urlunsplit((parts.scheme, host, parts.path, "", ""))


def masked(words: str, url: str) -> str:
    """*words* of others without the user, password and query of *url*.

    Each where it stands as such, not wherever its letters occur: a user may be called
    ``u``. The query becomes ``?…``.
    """
    parts = urllib.parse.urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    shown = public(url) + ("?…" if parts.query else "")
    hidden = [(url, shown), (parts._replace(netloc=host).geturl(), shown)]
    hidden += [(f"{each}@", "…@") for each in _spellings(user)]
    hidden += [(f"?{each}", "?…") for each in _spellings(parts.query)]
    for secret, instead in hidden:
        words = words.replace(secret, instead)
    return words


def _spellings(text: str) -> set[str]:
    return {text, urllib.parse.unquote(text)} - {""}


@dataclass
class Source:
    """One opened URL: what its headers say, and its bytes, once."""

    url: str
    """Where it was found in the end, in public form."""
    file_name: str
    """Its base name, to look it up in a checksum list; may be empty."""
    length: int | None = None
    """Bytes, if it says so."""
    content_type: str = ""
    etag: str = ""
    last_modified: datetime | None = None
    accepts_ranges: bool = False
    """Whether the server says that it sends parts of it."""
    mirrors: tuple[str, ...] = ()
    """URLs of the same bytes to start over with, should this one break."""
    is_closed: bool = False
    _read: Callable[[], bytes] = field(repr=False, default=lambda: b"")
    _close: Callable[[], None] = field(repr=False, default=lambda: None)

    def blocks(self) -> Iterator[bytes]:
        """Its bytes, exactly as served, 256 KiB or fewer at a time.

        An interrupted download resumes at the same byte, if the server supports that.
        Raises `SourceError` when that is in vain, or it ends before or after the
        length that it gave: some libraries take a cut body for its end, so the
        bytes are counted here. `StartOverError` where only that can help.
        """
        try:
            yield from self._counted()
        except StartOverError:
            raise
        except SourceError as error:
            if not self.mirrors:
                raise
            raise StartOverError(
                error.what, error.why, error.do, self.mirrors
            ) from None

    def _counted(self) -> Iterator[bytes]:
        got = 0
        while block := self._read():
            got += len(block)
            if self.length is not None and got > self.length:
                raise SourceError(
                    _("%s is longer than it says") % self.url,
                    _("it announced %d bytes and continues") % self.length,
                )
            yield block
        if self.length is not None and got < self.length:
            raise SourceError(
                _("%s was interrupted") % self.url,
                _("%(got)d of %(length)d bytes arrived")
                % {"got": got, "length": self.length},
                RUN_AGAIN,
            )

    def close(self) -> None:
        """Close the connection or the file."""
        self.is_closed = True
        with suppress(Exception):
            self._close()
