# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Compressed streams, and what can be wrong with them."""

import bz2 as bzip2
import gzip
import lzma
import struct
import sys
import zlib

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

XZ_HEADER_BYTES = 12
XZ_FOOTER_BYTES = 12
XZ_CRC64_BYTES = 8
XZ_LARGEST_WINDOW = 40  # 4 GiB less one byte.


def gz(content: bytes, members: int = 1) -> bytes:
    """gzip, in so many members; the same bytes each time."""
    return b"".join(
        gzip.compress(part, compresslevel=6, mtime=0)
        for part in _parts(content, members)
    )


def xz(content: bytes, streams: int = 1) -> bytes:
    """xz, in so many streams, each with a CRC64."""
    return b"".join(lzma.compress(part, preset=1) for part in _parts(content, streams))


def bz2(content: bytes, streams: int = 1) -> bytes:
    """bzip2, in so many streams, as lbzip2 and pbzip2 write it."""
    return b"".join(bzip2.compress(part) for part in _parts(content, streams))


def zst(content: bytes, frames: int = 1, window_log: int = 21) -> bytes:
    """zstd, in so many frames, each with a checksum, as the program writes them.

    ``window_log`` is what ``--long`` sets: 27 makes a window of 128 MiB.
    """
    options = {
        int(zstd.CompressionParameter.checksum_flag): 1,
        int(zstd.CompressionParameter.content_size_flag): 0,
        int(zstd.CompressionParameter.window_log): window_log,
    }
    packed = b""
    for part in _parts(content, frames):
        # In two steps: a window isn't larger than what is known to come
        frame = zstd.ZstdCompressor(options=options)
        packed += frame.compress(part) + frame.flush()
    return packed


def pzst(content: bytes, frames: int = 2) -> bytes:
    """zstd as pzstd writes it: before each frame a skippable one with its size."""
    packed = b""
    for part in _parts(content, frames):
        frame = zst(part)
        packed += b"\x50\x2a\x4d\x18" + struct.pack("<II", 4, len(frame)) + frame
    return packed


def truncated(archive: bytes, by: int = 20) -> bytes:
    """Without the last bytes, which hold the checks."""
    return archive[:-by]


def with_trailing_garbage(archive: bytes) -> bytes:
    """Followed by a line that is no part of it."""
    return archive + b"This is not part of the archive.\n"


def with_wrong_gz_crc(archive: bytes) -> bytes:
    """With another CRC at the end of the last member."""
    return _flipped(archive, len(archive) - 8)


def with_wrong_bz2_crc(archive: bytes) -> bytes:
    """With another CRC of the first block, which stands behind its magic."""
    return _flipped(archive, 10)


def with_wrong_zst_checksum(archive: bytes) -> bytes:
    """With another checksum at the end of the last frame."""
    return _flipped(archive, len(archive) - 1)


def with_wrong_xz_check(archive: bytes) -> bytes:
    """With another CRC64 at the end of the last block of the last stream."""
    footer = archive[-XZ_FOOTER_BYTES:]
    (index_words,) = struct.unpack("<I", footer[4:8])
    index_at = len(archive) - XZ_FOOTER_BYTES - 4 * (index_words + 1)
    return _flipped(archive, index_at - XZ_CRC64_BYTES)


def with_large_window(archive: bytes) -> bytes:
    """An xz whose first block says that it needs a window of 4 GiB to unpack.

    The encoder would need that much as well, so this is written over its header:
    size, flags, filter, size of its properties (one), window, padding, CRC32.
    """
    size = 4 * (archive[XZ_HEADER_BYTES] + 1)
    block = bytearray(archive[XZ_HEADER_BYTES:][: size - 4])
    block[4] = XZ_LARGEST_WINDOW
    header = bytes(block) + struct.pack("<I", zlib.crc32(block))
    return archive[:XZ_HEADER_BYTES] + header + archive[XZ_HEADER_BYTES + size :]


def _parts(content: bytes, count: int) -> list[bytes]:
    size = -(-len(content) // count)
    return [content[index * size :][:size] for index in range(count)]


def _flipped(archive: bytes, at: int) -> bytes:
    return archive[:at] + bytes([archive[at] ^ 0xFF]) + archive[at + 1 :]
