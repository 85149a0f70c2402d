# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A ``Content-Encoding`` that nobody asked for: taken off again, or passed over.

It belongs to the way, not to the file: digests are of what is in it. But servers also
name what a file itself is packed in that they send as it lies there (Apache's
``AddEncoding``, Python's ``mimetypes``), or say nothing by it. The bytes decide: a .gz
has gzip within, else nothing was added.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.blocks import Blocks
from osc_imagetools.source.opened import SourceError
from osc_imagetools.source.unpacking.decompress import DECODERS, DEFLATE, Compression
from osc_imagetools.source.unpacking.magic import promised_layers
from osc_imagetools.source.web.errors import ELSEWHERE

HEAD_BYTES = 1 << 18
"""Enough to see the first bytes within: a block of zstd has at most half as many."""

_EMPTY = ("", "identity", "none", "aws-chunked")
"""Say nothing: the last is how a file came into Amazon's store, not what it is."""

_FORMS = {
    **{name: "gzip" for name in ("gzip", "x-gzip")},
    **{name: "zstd" for name in ("zstd", "x-zstd")},
    **{name: "bzip2" for name in ("bzip2", "x-bzip2", "bz2", "x-bz2")},
    **{name: "xz" for name in ("xz", "x-xz")},
    "deflate": "deflate",
}
"""The compression, by what a server calls it."""

_ADDED = ("gzip", "zstd", "deflate")
"""Those that anything on the way adds (RFC 9110, RFC 8878); no other ever is."""

Read = Callable[[], bytes]


def codings(header: str) -> tuple[str, ...]:
    """What a ``Content-Encoding`` says, without what says nothing; in lower case."""
    said = (each.strip().lower() for each in header.split(","))
    return tuple(each for each in said if each not in _EMPTY)


def encoding(header: str, where: str) -> str:
    """The compression that a ``Content-Encoding`` names, or nothing.

    Raises `SourceError` if it is another one, or several.
    """
    said = codings(header)
    if not said:
        return ""
    if len(said) == 1 and said[0] in _FORMS:
        return _FORMS[said[0]]
    raise SourceError(
        _("%s arrives in a form that was not requested") % where,
        _("the server added 'Content-Encoding: %s'") % printable(header),
        ELSEWHERE,
    )


def is_of_file(form: str, file_name: str) -> bool:
    """Whether that *form* is what the file itself is packed in, unless it is twice."""
    return form not in _ADDED or (promised_layers(file_name) or ("",))[0] == form


def decoded(read: Read, form: str, file_name: str) -> tuple[Read, bool]:
    """The same bytes without what was added on their way, and whether anything was.

    Reads the first of them. What is damaged raises `CompressionError` later.
    """
    served = Blocks(iter(read, b""))
    compression = DEFLATE if form == DEFLATE.name else DECODERS[form]
    if is_of_file(form, file_name) and not _is_twice(served, compression):
        return served.piece, False
    within = compression(served)
    return lambda: next(within, b""), True


def _is_twice(served: Blocks, compression: Compression) -> bool:
    if compression.name not in _ADDED:
        return False
    head = served.peek(HEAD_BYTES)
    return _first_within(compression, head).startswith(compression.magics)


def _first_within(compression: Compression, head: bytes) -> bytes:
    within: Iterator[bytes] = compression(Blocks(iter([head])))
    try:
        return next(within, b"")
    except OperatorError:
        # No such stream, or so incompressible that its first block is cut
        return b""
