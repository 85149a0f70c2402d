# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Published lists and their signatures, each fetched once."""

from __future__ import annotations

from collections.abc import Callable

from osc_imagetools.source.access import Access
from osc_imagetools.source.fetch import read_list
from osc_imagetools.source.opened import SourceError


class Lists:
    """What was read of them, and what can't be fetched, until it is forgotten."""

    def __init__(self) -> None:
        self._read: dict[str, bytes | SourceError] = {}

    def read(
        self, url: str, access: Access, before: Callable[[], None] = lambda: None
    ) -> bytes:
        """The text at *url*; raises `SourceError`, also that of the first time.

        *before* is called if it has to be fetched.
        """
        if url not in self._read:
            before()
            try:
                self._read[url] = read_list(url, access)
            except SourceError as error:
                self._read[url] = error
        known = self._read[url]
        if isinstance(known, SourceError):
            raise known
        return known

    def forget(self) -> None:
        """Fetch all of them anew: image and list may have changed together."""
        self._read.clear()
