# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""An opened source: what is known of it, and its bytes, counted.

Credentials and queries (which may be signatures) of a URL stay in the modules that
open it: whatever is shown or stored is its `public` form.
"""

from __future__ import annotations

import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from osc_imagetools.errors import OperatorError

BLOCK_BYTES = 1 << 18
RUN_AGAIN = "Nothing was published. Run the command again."


class SourceError(OperatorError):
    """The source could not be read, or not to its end."""


def public(url: str) -> str:
    """*url* as it may be shown and stored: no user, password, query, fragment."""
    parts = urllib.parse.urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urllib.parse.urlunsplit((parts.scheme, host, parts.path, "", ""))


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
    _read: Callable[[], bytes] = field(repr=False, default=lambda: b"")
    _close: Callable[[], None] = field(repr=False, default=lambda: None)

    def blocks(self) -> Iterator[bytes]:
        """Its bytes, exactly as served, 256 KiB or fewer at a time.

        Raises `SourceError` when it breaks off, or ends before or after the
        length that it gave: some libraries take a cut body for its end, so the
        bytes are counted here.
        """
        got = 0
        while block := self._read():
            got += len(block)
            if self.length is not None and got > self.length:
                raise SourceError(
                    f"{self.url} is longer than it says",
                    f"it announced {self.length} bytes and goes on",
                )
            yield block
        if self.length is not None and got < self.length:
            raise SourceError(
                f"{self.url} broke off",
                f"{got} of {self.length} bytes came",
                RUN_AGAIN,
            )

    def close(self) -> None:
        """Let go of the connection or the file."""
        with suppress(Exception):
            self._close()
