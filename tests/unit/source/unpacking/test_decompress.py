# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""gzip, bzip2, xz and zstd: whole or not at all (F28, F29, F30)."""

from __future__ import annotations

import bz2
import gzip
import itertools
import lzma
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from importlib.util import find_spec
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.source.block_size import BLOCK_BYTES
from osc_imagetools.source.blocks import Blocks
from osc_imagetools.source.unpacking.decompress import (
    BZIP2,
    GZIP,
    XZ,
    ZSTD,
    Compression,
    CompressionError,
)
from osc_imagetools.source.unpacking.inflate import Gunzip
from osc_imagetools.source.unpacking.windows import window_bytes
from tests.cloud import archives
from tests.unit.source.builders import in_blocks

DISK = b"".join(b"sector %d" % number for number in range(40_000)) + bytes(2_000_000)


def gzip_by(library) -> Compression:
    return replace(GZIP, decoder=lambda _: Gunzip(library))


class Form(NamedTuple):
    pack: Callable[[bytes], bytes]
    unpack: Compression


FORMS = {
    "gzip": Form(gzip.compress, gzip_by(zlib)),
    "bzip2": Form(bz2.compress, BZIP2),
    "xz": Form(lzma.compress, XZ),
    "zstd": Form(archives.zst, ZSTD),
}
if find_spec("zlib_ng"):
    from zlib_ng import zlib_ng

    FORMS["gzip by zlib-ng"] = Form(gzip.compress, gzip_by(zlib_ng))
GZIPS = [form.unpack for name, form in FORMS.items() if name.startswith("gzip")]

forms = pytest.mark.parametrize(("pack", "unpack"), FORMS.values(), ids=FORMS)
gzips = pytest.mark.parametrize("gunzip", GZIPS)


def decoded(unpack, packed: bytes, size: int = 1 << 18) -> bytes:
    return b"".join(unpack(Blocks(in_blocks(packed, size))))


@forms
@given(st.lists(st.binary(max_size=2_000), min_size=1), st.integers(1, 3_000))
def test_F29_any_members_cut_into_any_blocks_are_decoded_in_order(
    pack, unpack, members: list[bytes], size: int
) -> None:
    packed = b"".join(map(pack, members))

    assert decoded(unpack, packed, size) == b"".join(members)


@forms
def test_no_block_is_empty_or_larger_than_256_kib(pack, unpack) -> None:
    blocks = list(unpack(Blocks(in_blocks(pack(DISK), 10_000_000))))

    assert b"".join(blocks) == DISK
    assert all(0 < len(block) <= BLOCK_BYTES for block in blocks)


@forms
@pytest.mark.parametrize("missing", [1, 4, 8, 12, 100, 5_000])
def test_F28_a_stream_that_is_cut_off_is_an_error(pack, unpack, missing: int) -> None:
    packed = pack(DISK)[:-missing]

    with pytest.raises(CompressionError, match="ends too early"):
        decoded(unpack, packed)


@forms
def test_F28_a_second_member_that_is_cut_off_is_an_error(pack, unpack) -> None:
    packed = pack(DISK) + pack(DISK)[:-5]

    with pytest.raises(CompressionError, match="ends too early"):
        decoded(unpack, packed)


@forms
@given(position=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_F28_one_flipped_bit_is_an_error_or_changes_nothing(
    pack, unpack, position: float, bit: int
) -> None:
    packed = bytearray(pack(DISK[:20_000]))
    packed[int(position * len(packed))] ^= 1 << bit

    # gzip does not check all of its own header: the time, for example
    with suppress(CompressionError):
        assert decoded(unpack, bytes(packed)) == DISK[:20_000]


@pytest.mark.parametrize(
    ("damaged", "unpack", "why"),
    [
        *(
            (archives.with_wrong_gz_crc(archives.gz(DISK)), gunzip, "incorrect data")
            for gunzip in GZIPS
        ),
        (archives.with_wrong_bz2_crc(archives.bz2(DISK)), BZIP2, "Invalid data"),
        (archives.with_wrong_xz_check(archives.xz(DISK)), XZ, "Corrupt input"),
        (archives.with_wrong_zst_checksum(archives.zst(DISK)), ZSTD, "checksum"),
    ],
)
def test_F28_a_wrong_checksum_is_an_error(damaged, unpack, why) -> None:
    with pytest.raises(CompressionError, match=f"{unpack.name}: .*{why}"):
        decoded(unpack, damaged)


@forms
def test_F29_garbage_after_the_end_is_an_error(pack, unpack) -> None:
    packed = pack(DISK) + b"garbage"

    with pytest.raises(CompressionError, match="other data follows"):
        decoded(unpack, packed)


@forms
def test_F126_what_follows_is_passed_over_where_the_tools_of_it_do_that(
    pack, unpack
) -> None:
    rest: list[int] = []
    packed = Blocks(in_blocks(pack(DISK) + pack(DISK) + b"a signature"))

    with suppress(CompressionError):
        assert b"".join(unpack(packed, rest=rest.append)) == DISK + DISK

    assert rest == ([11] if unpack.name in ("gzip", "bzip2") else [])


@gzips
@pytest.mark.parametrize("zeros", [1, 4, 511, 600_000])
def test_F29_zeros_after_and_between_gzip_members_are_padding(
    gunzip, zeros: int
) -> None:
    packed = gzip.compress(DISK) + bytes(zeros)

    assert decoded(gunzip, packed + packed) == DISK + DISK


@pytest.mark.parametrize("zeros", [4, 600_000])
def test_F29_zeros_in_fours_after_and_between_xz_streams_are_padding(
    zeros: int,
) -> None:
    packed = lzma.compress(DISK) + bytes(zeros)

    assert decoded(XZ, packed + packed) == DISK + DISK


@pytest.mark.parametrize("zeros", [1, 3, 5])
def test_F29_other_zeros_after_an_xz_stream_are_an_error(zeros: int) -> None:
    with pytest.raises(CompressionError, match="multiple of four"):
        decoded(XZ, lzma.compress(DISK) + bytes(zeros))


@pytest.mark.parametrize("unpack", [BZIP2, ZSTD], ids=["bzip2", "zstd"])
def test_F29_zeros_after_other_streams_are_garbage(unpack) -> None:
    packed = FORMS[unpack.name].pack(DISK) + bytes(512)

    with pytest.raises(CompressionError, match="other data follows"):
        decoded(unpack, packed)


def test_F29_a_bzip2_of_nothing_is_one_too() -> None:
    assert decoded(BZIP2, bz2.compress(b"") + bz2.compress(DISK)) == DISK
    assert decoded(BZIP2, bz2.compress(b"")) == b""


def test_F29_skippable_frames_of_zstd_are_skipped_wherever_they_are() -> None:
    skippable = b"\x5f\x2a\x4d\x18" + (300_000).to_bytes(4, "little") + bytes(300_000)

    assert decoded(ZSTD, archives.pzst(DISK, frames=3)) == DISK
    assert decoded(ZSTD, archives.zst(DISK) + skippable, 1_000) == DISK
    with pytest.raises(CompressionError, match="ends too early"):
        decoded(ZSTD, archives.zst(DISK) + skippable[:-1])


MIB = 1 << 20


def xz_with_window(size: int) -> bytes:
    lzma2 = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": size}]
    return lzma.compress(DISK, filters=lzma2)


@pytest.mark.parametrize(
    ("packed", "unpack"),
    [
        (xz_with_window(128 * MIB), XZ),
        (archives.zst(DISK, window_log=27), ZSTD),
    ],
    ids=["xz", "zstd --long=27"],
)
def test_F126_a_window_of_128_mib_is_allowed(packed, unpack) -> None:
    assert decoded(unpack, packed) == DISK


@pytest.mark.parametrize(
    ("packed", "unpack", "remedy"),
    [
        (xz_with_window(256 * MIB), XZ, "xz -9 or less"),
        (archives.zst(DISK, window_log=28), ZSTD, "zstd -19 and without --long"),
    ],
    ids=["xz", "zstd --long=28"],
)
def test_F30_F126_a_larger_window_is_refused_unless_it_is_allowed(
    packed, unpack, remedy
) -> None:
    with pytest.raises(CompressionError, match="larger than the 128 MiB") as refused:
        decoded(unpack, packed)

    assert remedy in refused.value.do
    assert "--max-window" in refused.value.do
    assert b"".join(unpack(Blocks(iter([packed])), 256 * MIB)) == DISK


@pytest.mark.parametrize("size", [64 * MIB, 128 * MIB, 96 * MIB, 4096])
def test_F126_the_window_of_an_xz_stands_in_its_head(size: int) -> None:
    lzma2 = {"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": size}
    plain, after_bcj = [lzma2], [{"id": lzma.FILTER_X86}, lzma2]

    for filters in (plain, after_bcj):
        stream = lzma.LZMACompressor(filters=filters)
        # Its header comes at once, without the memory for all of the window
        assert window_bytes("xz", (stream.compress(b"x") + stream.flush())) == size


@pytest.mark.parametrize("log", [10, 21, 27, 28])
def test_F126_the_window_of_a_zstd_stands_in_its_head(log: int) -> None:
    packed = archives.zst(DISK, window_log=log)

    assert window_bytes("zstd", packed[:512]) == 1 << log
    assert window_bytes("zstd", b"\x50\x2a\x4d\x18\4\0\0\0size" + packed) == 1 << log


@given(st.sampled_from(["xz", "zstd", "gzip"]), st.binary(max_size=40))
def test_F133_a_head_of_anything_tells_a_window_or_none(name, tail) -> None:
    head = b"".join(FORMS[name].unpack.magics[:1]) + tail

    assert window_bytes(name, head) >= 0


@pytest.mark.parametrize(
    ("bomb", "unpack"),
    [(archives.bz2_bomb, BZIP2), (archives.zst_bomb, ZSTD)],
    ids=["bzip2", "zstd"],
)
def test_F30_of_a_bomb_no_more_than_a_block_comes_at_a_time(bomb, unpack) -> None:
    packed = bomb()
    tracemalloc.start()

    start = list(itertools.islice(unpack(Blocks(in_blocks(packed))), 40))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert max(map(len, start)) <= BLOCK_BYTES
    assert most < 40 * BLOCK_BYTES + (16 << 20)


@gzips
def test_F29_a_gzip_header_with_name_comment_and_extra_field_is_read(gunzip) -> None:
    raw = zlib.compressobj(wbits=-15)
    body = raw.compress(DISK) + raw.flush()
    header = b"\x1f\x8b\x08\x1c" + bytes(6) + b"\x02\x00ab" + b"name\0" + b"comment\0"
    trailer = zlib.crc32(DISK).to_bytes(4, "little") + len(DISK).to_bytes(4, "little")

    assert decoded(gunzip, header + body + trailer) == DISK
