# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""gzip and xz, decoded while they come.

Every member and every stream is decoded and checked to the last byte of the
source. Memory stays bounded: no call puts out more than a block, and xz gets
the dictionary of ``xz -9`` and no larger one.
"""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Callable, Iterator

from osc_imagetools.errors import OperatorError
from osc_imagetools.source.blocks import BLOCK_BYTES, Blocks

GZIP_MAGIC = b"\x1f\x8b\x08"
XZ_MAGIC = b"\xfd7zXZ\0"

INPUT_BYTES = 1 << 16
"""Given to zlib at a time: what it can't use yet, it copies at each call."""

XZ_MEMORY_BYTES = 66 << 20
"""The dictionary of ``xz -9``, 64 MiB, and what the decoder needs beside it."""

_GZIP = 16 + zlib.MAX_WBITS


class CompressionError(OperatorError):
    """The compressed bytes are damaged, incomplete, or too demanding."""


def gunzip(packed: Blocks) -> Iterator[bytes]:
    """The decoded bytes of all gzip members, in blocks; `CompressionError`."""
    while True:
        try:
            yield from _gzip_member(packed)
        except zlib.error as error:
            raise _damaged("gzip", str(error)) from error
        # gzip(1) and tapes: zeros after a member are padding
        packed.skip_zeros()
        if not _another_follows(packed, "gzip", GZIP_MAGIC):
            return


def unxz(packed: Blocks) -> Iterator[bytes]:
    """The decoded bytes of all xz streams, in blocks; `CompressionError`."""
    while True:
        try:
            yield from _xz_stream(packed)
        except lzma.LZMAError as error:
            raise _refused_xz(error) from error
        if packed.skip_zeros() % 4:
            raise _damaged("xz", "its padding is not a multiple of four bytes")
        if not _another_follows(packed, "xz", XZ_MAGIC):
            return


DECODERS: dict[str, Callable[[Blocks], Iterator[bytes]]] = {
    "gzip": gunzip,
    "xz": unxz,
}
"""By the name of the compression."""


def _gzip_member(packed: Blocks) -> Iterator[bytes]:
    member = zlib.decompressobj(_GZIP)
    while not member.eof:
        pending = packed.piece(INPUT_BYTES)
        if not pending:
            raise _truncated("gzip")
        while pending and not member.eof:
            block = member.decompress(pending, BLOCK_BYTES)
            pending = member.unconsumed_tail
            if block:
                yield block
    packed.give_back(len(member.unused_data))


def _xz_stream(packed: Blocks) -> Iterator[bytes]:
    stream = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY_BYTES)
    while not stream.eof:
        pending = packed.piece(INPUT_BYTES) if stream.needs_input else b""
        if stream.needs_input and not pending:
            raise _truncated("xz")
        block = stream.decompress(pending, BLOCK_BYTES)
        if block:
            yield block
    packed.give_back(len(stream.unused_data))


def _another_follows(packed: Blocks, name: str, magic: bytes) -> bool:
    head = packed.peek(len(magic))
    if head and head != magic:
        raise _damaged(name, "something else follows after its end")
    return bool(head)


def _truncated(name: str) -> CompressionError:
    return _damaged(name, "it ends too early")


def _damaged(name: str, why: str) -> CompressionError:
    return CompressionError(
        f"The source can't be unpacked as {name}",
        why,
        "The file is damaged or was not fetched whole: compare it with another mirror",
    )


def _refused_xz(error: lzma.LZMAError) -> CompressionError:
    if "memory" not in str(error).lower():
        return _damaged("xz", str(error))
    return CompressionError(
        "The source can't be unpacked as xz",
        f"its dictionary needs more than the {XZ_MEMORY_BYTES >> 20} MiB of xz -9",
        "Compress it again with xz -9 or less",
    )
