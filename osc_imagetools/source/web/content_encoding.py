# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A ``Content-Encoding`` that nobody asked for, taken off again.

It belongs to the way, not to the file: digests are of what is in it. But servers also
say ``gzip`` of a .gz that they send as it lies there (Apache's ``AddEncoding``), which
is the file itself. The bytes decide: a .gz has gzip within, else nothing was added.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

from osc_imagetools.printable import printable
from osc_imagetools.source.blocks import BLOCK_BYTES, Blocks
from osc_imagetools.source.opened import SourceError
from osc_imagetools.source.unpacking.decompress import GZIP

GZIP_NAMES = (".gz", ".tgz")
HEAD_BYTES = 1 << 14
"""Enough to see the first bytes within: a header of gzip holds a name, no more."""

Read = Callable[[], bytes]


def is_encoded(encoding: str, where: str) -> bool:
    """Whether a ``Content-Encoding`` says gzip; `SourceError` if it says another."""
    said = encoding.strip().lower()
    if said in ("", "identity"):
        return False
    if said in ("gzip", "x-gzip"):
        return True
    raise SourceError(
        f"{where} comes in another form than asked for",
        f"the server added 'Content-Encoding: {printable(encoding)}'",
    )


def has_gzip_name(file_name: str) -> bool:
    """Whether the file itself is gzip, by its name."""
    return file_name.lower().endswith(GZIP_NAMES)


def decoded(read: Read, file_name: str) -> tuple[Read, bool]:
    """The same bytes without what was added on their way, and whether anything was.

    Reads the first of them. What is damaged raises `CompressionError` later.
    """
    served = Blocks(iter(read, b""))
    if has_gzip_name(file_name) and not _is_twice(served):
        return served.piece, False
    within = GZIP(served)
    return lambda: next(within, b""), True


def _is_twice(served: Blocks) -> bool:
    try:
        within = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(
            served.peek(HEAD_BYTES), BLOCK_BYTES
        )
    except zlib.error:
        return False
    return within.startswith(GZIP.magics)
