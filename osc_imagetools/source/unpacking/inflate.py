# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One member of a gzip file, or zlib's own form, by the fastest zlib that there is.

zlib-ng (the extra ``fast``) takes half the CPU time of zlib's own inflate, with the
same checks and the same words. (isal is as fast, and overlooks reserved flags.)
"""

from __future__ import annotations

import zlib
from functools import cache
from importlib import import_module
from typing import Any

_GZIP = 16 + zlib.MAX_WBITS


class Gunzip:
    """A decoder with the methods that those of lzma, bz2 and zstd have."""

    _FORM = _GZIP

    def __init__(self, library: Any = None) -> None:
        """*library* has the interface of zlib; the fastest, if none is named."""
        self._member = (library or _fastest()).decompressobj(self._FORM)

    @property
    def eof(self) -> bool:
        """Whether the member has ended, its checksum and length being right."""
        return bool(self._member.eof)

    @property
    def needs_input(self) -> bool:
        """Whether all that it was given has been decoded."""
        return not self._member.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """What came behind the member's end."""
        return bytes(self._member.unused_data)

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """At most *max_length* bytes more; raises zlib's own error for damage."""
        pending = self._member.unconsumed_tail + data
        return bytes(self._member.decompress(pending, max_length))


class Inflate(Gunzip):
    """Decompress zlib's own form, which HTTP calls ``deflate`` (RFC 1950)."""

    _FORM = zlib.MAX_WBITS


@cache
def _fastest() -> Any:
    try:
        return import_module("zlib_ng.zlib_ng")
    except ImportError:
        return zlib
