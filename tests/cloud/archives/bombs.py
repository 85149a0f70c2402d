# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Small archives that unpack to more than any disk should have to hold.

Each is made of one piece again and again, so that it is there in a second.
"""

import bz2
import functools
import gzip
import lzma
import struct
import zlib

from tests.cloud.archives.compressed import zst

MIB = 1024 * 1024

ZIP64 = 45  # The version of the format that is needed to unpack it.
DEFLATED = 8


@functools.cache
def xz_bomb(unpacked: int = 100 * 10**9) -> bytes:
    """At least ``unpacked`` zeros at about 6,830 : 1, so 100 GB in 15 MB.

    LZMA can't say it in less: the shortest symbol for 273 bytes costs a third of a
    bit. The streams follow one another, which xz takes for one file.
    """
    size = 128 * MIB
    compressor = lzma.LZMACompressor(check=lzma.CHECK_CRC32, preset=0)
    pieces = [compressor.compress(bytes(MIB)) for _ in range(size // MIB)]
    stream = b"".join([*pieces, compressor.flush()])
    return stream * -(-unpacked // size)


@functools.cache
def bz2_bomb(unpacked: int = 100 * 10**9) -> bytes:
    """At least ``unpacked`` zeros at more than 1,000,000 : 1, so 100 GB in 90 kB."""
    size = 32 * MIB
    return bz2.compress(bytes(size)) * -(-unpacked // size)


@functools.cache
def zst_bomb(unpacked: int = 100 * 10**9) -> bytes:
    """At least ``unpacked`` zeros at about 30,000 : 1, so 100 GB in 3.3 MB."""
    size = 32 * MIB
    return zst(bytes(size)) * -(-unpacked // size)


@functools.cache
def gzip_bomb(unpacked: int = 10 * 10**9) -> bytes:
    """At least ``unpacked`` zeros at about 1,028 : 1, the most that deflate can do."""
    size = 16 * MIB
    return gzip.compress(bytes(size), mtime=0) * -(-unpacked // size)


@functools.cache
def zip_bomb(unpacked: int = 10 * 10**9, name: str = "disk.img") -> bytes:
    """One member of at least ``unpacked`` zeros at about 1,028 : 1.

    Its headers give the true size. The CRC is wrong: nobody should get that far.
    """
    size = 16 * MIB
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = deflate.compress(bytes(size)) + deflate.flush(zlib.Z_FULL_FLUSH)
    count = -(-unpacked // size)
    content = block * count + deflate.flush()

    zip64_field = struct.pack("<HHQQ", 1, 16, count * size, len(content))
    in_zip64_field = 0xFFFFFFFF
    member = struct.pack(
        "<5H3I2H",
        ZIP64,
        0,
        DEFLATED,
        0,
        0x21,
        0,
        in_zip64_field,
        in_zip64_field,
        len(name),
        len(zip64_field),
    )
    local = b"PK\3\4" + member + name.encode() + zip64_field
    rest = struct.pack("<3H2I", 0, 0, 0, 0, 0)
    directory = b"PK\1\2" + struct.pack("<H", ZIP64) + member + rest
    directory += name.encode() + zip64_field
    at = len(local) + len(content)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(directory), at, 0)
    return local + content + directory + end
