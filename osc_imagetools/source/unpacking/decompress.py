# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""gzip, bzip2, xz and zstd, decoded while they come.

Every member, stream and frame is decoded and checked to the last byte of the
source. Memory stays bounded: no call puts out more than a block, and no decoder
gets a larger window than that of ``xz -9``.
"""

from __future__ import annotations

import bz2
import lzma
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from osc_imagetools.errors import OperatorError
from osc_imagetools.source.blocks import BLOCK_BYTES, Blocks
from osc_imagetools.source.unpacking import inflate

INPUT_BYTES = 1 << 14
"""Given to a decoder at a time: what zlib can't use yet, it copies at each call. And
of more, zlib-ng's results fragment the heap: of 64 KiB by 25 MB after 4 GB (measured).
"""

XZ_MEMORY_BYTES = 66 << 20
"""The dictionary of ``xz -9``, 64 MiB, and what the decoder needs beside it."""

ZSTD_WINDOW_LOG = 26
"""64 MiB: ``zstd --ultra -21``. Twice that, beside several connections, would be
more memory than an import may take."""


class CompressionError(OperatorError):
    """The compressed bytes are damaged, incomplete, or too demanding."""


class Decoder(Protocol):
    """One stream, decoded: what the standard library's incremental ones share."""

    @property
    def eof(self) -> bool:
        """Whether the stream has ended, its checks being right."""

    @property
    def needs_input(self) -> bool:
        """Whether nothing more comes out without more going in."""

    @property
    def unused_data(self) -> bytes:
        """What came behind the end."""

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """At most *max_length* bytes more; raises the library's own error."""


@dataclass(frozen=True)
class Compression:
    """A way to compress, whose files are any number of streams in a row."""

    name: str
    magics: tuple[bytes, ...]
    """One of them begins each stream; all are equally long."""
    decoder: Callable[[], Decoder]
    too_demanding: str = ""
    """In a decoder's complaint: it would need more memory than it may have."""
    do: str = ""
    """What to do then."""
    zeros: int = 0
    """Zeros behind a stream are padding in multiples of this; 0: they are not."""

    def __call__(self, packed: Blocks) -> Iterator[bytes]:
        """The decoded bytes of all streams, in blocks; `CompressionError`."""
        while True:
            yield from self._stream(packed)
            if self.zeros and packed.skip_zeros() % self.zeros:
                raise self._damaged("its padding is not a multiple of four bytes")
            head = packed.peek(len(self.magics[0]))
            if not head:
                return
            if not head.startswith(self.magics):
                raise self._damaged("something else follows after its end")

    def _stream(self, packed: Blocks) -> Iterator[bytes]:
        stream = self.decoder()
        while not stream.eof:
            pending = packed.piece(INPUT_BYTES) if stream.needs_input else b""
            if stream.needs_input and not pending:
                raise self._damaged("it ends too early")
            if block := self._decoded(stream, pending):
                yield block
        packed.give_back(len(stream.unused_data))

    def _decoded(self, stream: Decoder, pending: bytes) -> bytes:
        try:
            return stream.decompress(pending, BLOCK_BYTES)
        except MemoryError:
            raise
        # zlib's error and zlib-ng's, LZMAError, ZstdError, bz2's OSError
        except Exception as error:
            if self.too_demanding and self.too_demanding in str(error):
                raise CompressionError(
                    f"The source can't be unpacked as {self.name}",
                    "its window is larger than the 64 MiB of xz -9",
                    self.do,
                ) from error
            raise self._damaged(str(error)) from error

    def _damaged(self, why: str) -> CompressionError:
        return CompressionError(
            f"The source can't be unpacked as {self.name}",
            why,
            "The file is damaged or was not fetched whole:"
            " compare it with another mirror",
        )


def _xz() -> Decoder:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=XZ_MEMORY_BYTES)


def _zstd() -> Decoder:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    window = {int(zstd.DecompressionParameter.window_log_max): ZSTD_WINDOW_LOG}
    decoder: Decoder = zstd.ZstdDecompressor(options=window)
    return decoder


_BZIP2_MAGICS = tuple(
    b"BZh%d" % level + block
    for level in range(1, 10)
    # Its first block, or the end of a file that has none
    for block in (b"1AY&SY", b"\x17rE8P\x90")
)
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_ZSTD_SKIPPABLE = tuple(b"%c\x2a\x4d\x18" % kind for kind in range(0x50, 0x60))
"""What others may have put there; pzstd begins its files with one."""

GZIP = Compression("gzip", (b"\x1f\x8b\x08",), inflate.Gunzip, zeros=1)
BZIP2 = Compression("bzip2", _BZIP2_MAGICS, bz2.BZ2Decompressor)
XZ = Compression(
    "xz",
    (b"\xfd7zXZ\0",),
    _xz,
    too_demanding="Memory usage limit",
    do="Compress it again with xz -9 or less",
    zeros=4,
)
ZSTD = Compression(
    "zstd",
    (_ZSTD_MAGIC, *_ZSTD_SKIPPABLE),
    _zstd,
    too_demanding="too much memory",
    do="Compress it again with zstd -19 and without --long",
)

DECODERS = {each.name: each for each in (GZIP, BZIP2, XZ, ZSTD)}
"""By the name of the compression."""
