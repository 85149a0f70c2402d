# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""gzip, bzip2, xz and zstd, decoded while they come.

Every member, stream and frame is decoded and checked to the last byte of the
source. Memory stays bounded: no call puts out more than a block, and no decoder
gets a larger window than it is allowed.
"""

from __future__ import annotations

import bz2
import lzma
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.source.block_size import BLOCK_BYTES
from osc_imagetools.source.blocks import Blocks
from osc_imagetools.source.limits import MAX_WINDOW_BYTES
from osc_imagetools.source.unpacking import inflate

INPUT_BYTES = 1 << 14
"""Given to a decoder at a time: what zlib can't use yet, it copies at each call. And
of more, zlib-ng's results fragment the heap: of 64 KiB by 25 MB after 4 GB (measured).
"""

XZ_OVERHEAD_BYTES = 2 << 20
"""What the decoder needs beside its dictionary, which is the window."""

MOST_WINDOW_LOG = 31
"""2 GiB: more no zstd takes."""


BEHIND_THE_END = _("other data follows its end")


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
    decoder: Callable[[int], Decoder]
    """Given the largest window, in bytes, that it may have."""
    too_demanding: str = ""
    """In a decoder's complaint: it would need more memory than it may have."""
    do: str = ""
    """How to pack it, so that it isn't."""
    may_have_rest: bool = False
    """Whether its own tool passes over what stands behind the last stream."""
    zeros: int = 0
    """Zeros behind a stream are padding in multiples of this; 0: they are not."""

    def __call__(
        self,
        packed: Blocks,
        max_window_bytes: int = MAX_WINDOW_BYTES,
        rest: Callable[[int], None] | None = None,
    ) -> Iterator[bytes]:
        """The decoded bytes of all streams, in blocks; `CompressionError`.

        *rest* is told how many bytes, read too, stand behind what `may_have_rest`;
        else they are an error.
        """
        while True:
            yield from self._stream(packed, max_window_bytes)
            if self.zeros and packed.skip_zeros() % self.zeros:
                raise self._damaged(_("its padding is not a multiple of four bytes"))
            head = packed.peek(len(self.magics[0]))
            if not head:
                return
            if not head.startswith(self.magics):
                if rest is None or not self.may_have_rest:
                    raise self._damaged(BEHIND_THE_END)
                rest(sum(map(len, packed)))
                return

    def _stream(self, packed: Blocks, max_window_bytes: int) -> Iterator[bytes]:
        stream = self.decoder(max_window_bytes)
        while not stream.eof:
            pending = packed.piece(INPUT_BYTES) if stream.needs_input else b""
            if stream.needs_input and not pending:
                raise self._damaged(_("it ends too early"))
            if block := self._decoded(stream, pending, max_window_bytes):
                yield block
        packed.give_back(len(stream.unused_data))

    def _decoded(self, stream: Decoder, pending: bytes, max_window_bytes: int) -> bytes:
        try:
            return stream.decompress(pending, BLOCK_BYTES)
        except MemoryError:
            raise
        # zlib's error and zlib-ng's, LZMAError, ZstdError, bz2's OSError
        except Exception as error:
            if self.too_demanding and self.too_demanding in str(error):
                raise CompressionError(
                    _("The source can't be unpacked as %s") % self.name,
                    _("its window is larger than the %d MiB of memory that it may use")
                    % (max_window_bytes >> 20),
                    _("Allow more with --max-window, or %s") % self.do,
                ) from error
            raise self._damaged(str(error)) from error

    def _damaged(self, why: str) -> CompressionError:
        return CompressionError(
            _("The source can't be unpacked as %s") % self.name,
            why,
            _(
                "The file is damaged or was not fetched completely: compare it with "
                "the file from another mirror"
            ),
        )


def _gzip(_: int) -> Decoder:
    return inflate.Gunzip()


def _deflate(_: int) -> Decoder:
    return inflate.Inflate()


def _bzip2(_: int) -> Decoder:
    return bz2.BZ2Decompressor()


def _xz(max_window_bytes: int) -> Decoder:
    limit = max_window_bytes + XZ_OVERHEAD_BYTES
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=limit)


def _lzma(max_window_bytes: int) -> Decoder:
    limit = max_window_bytes + XZ_OVERHEAD_BYTES
    return lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=limit)


def _zstd(max_window_bytes: int) -> Decoder:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    log = min(max_window_bytes.bit_length() - 1, MOST_WINDOW_LOG)
    window = {int(zstd.DecompressionParameter.window_log_max): log}
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

GZIP = Compression("gzip", (b"\x1f\x8b\x08",), _gzip, may_have_rest=True, zeros=1)
BZIP2 = Compression("bzip2", _BZIP2_MAGICS, _bzip2, may_have_rest=True)
XZ = Compression(
    "xz",
    (b"\xfd7zXZ\0",),
    _xz,
    too_demanding="Memory usage limit",
    do=_("compress it again with xz -9 or less"),
    zeros=4,
)
ZSTD = Compression(
    "zstd",
    (_ZSTD_MAGIC, *_ZSTD_SKIPPABLE),
    _zstd,
    too_demanding="too much memory",
    do=_("compress it again with zstd -19 and without --long"),
)
LZMA = replace(XZ, name="LZMA", magics=(b"",), decoder=_lzma, zeros=0)
"""One stream in a zip: its magic is that of nothing."""

_ZLIB_MAGICS = tuple(
    head
    # A window of 256 bytes to 32 KiB, no dictionary agreed on before
    for head in (
        bytes((window << 4 | 8, flags)) for window in range(8) for flags in range(256)
    )
    if int.from_bytes(head, "big") % 31 == 0 and not head[1] & 0x20
)

DEFLATE = Compression("deflate", _ZLIB_MAGICS, _deflate)
"""What servers add on the way, and no file is packed in."""

DECODERS = {each.name: each for each in (GZIP, BZIP2, XZ, ZSTD)}
"""By the name of the compression, those that a file may be packed in."""
