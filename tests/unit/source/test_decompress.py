# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""gzip and xz: whole or not at all (F28, F29)."""

from __future__ import annotations

import gzip
import lzma
import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.source.blocks import BLOCK_BYTES, Blocks
from osc_imagetools.source.decompress import (
    CompressionError,
    gunzip,
    unxz,
)
from tests.unit.source.builders import in_blocks

DISK = b"".join(b"sector %d" % number for number in range(40_000)) + bytes(2_000_000)
FORMS = {"gzip": (gzip.compress, gunzip), "xz": (lzma.compress, unxz)}
forms = pytest.mark.parametrize(("pack", "unpack"), FORMS.values(), ids=FORMS)


def decoded(unpack, packed: bytes, size: int = 1 << 18) -> bytes:
    return b"".join(unpack(Blocks(in_blocks(packed, size))))


@forms
@given(st.lists(st.binary(max_size=2_000), min_size=1), st.integers(1, 3_000))
def test_f29_any_members_cut_into_any_blocks_are_decoded_in_order(
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
def test_f28_a_stream_that_is_cut_off_is_an_error(pack, unpack, missing: int) -> None:
    packed = pack(DISK)[:-missing]

    with pytest.raises(CompressionError, match="ends too early"):
        decoded(unpack, packed)


@forms
def test_f28_a_second_member_that_is_cut_off_is_an_error(pack, unpack) -> None:
    packed = pack(DISK) + pack(DISK)[:-5]

    with pytest.raises(CompressionError, match="ends too early"):
        decoded(unpack, packed)


@forms
@given(position=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_f28_one_flipped_bit_is_an_error_or_changes_nothing(
    pack, unpack, position: float, bit: int
) -> None:
    packed = bytearray(pack(DISK[:20_000]))
    packed[int(position * len(packed))] ^= 1 << bit

    # gzip does not check all of its own header: the time, for example
    with suppress(CompressionError):
        assert decoded(unpack, bytes(packed)) == DISK[:20_000]


def test_f28_a_wrong_crc_is_an_error() -> None:
    packed = bytearray(gzip.compress(DISK))
    packed[-8] ^= 1

    with pytest.raises(CompressionError, match="incorrect data check"):
        decoded(gunzip, bytes(packed))


@forms
def test_f29_garbage_after_the_end_is_an_error(pack, unpack) -> None:
    packed = pack(DISK) + b"garbage"

    with pytest.raises(CompressionError, match="something else follows"):
        decoded(unpack, packed)


@pytest.mark.parametrize("zeros", [1, 4, 511, 600_000])
def test_f29_zeros_after_and_between_gzip_members_are_padding(zeros: int) -> None:
    packed = gzip.compress(DISK) + bytes(zeros)

    assert decoded(gunzip, packed + packed) == DISK + DISK


@pytest.mark.parametrize("zeros", [4, 600_000])
def test_f29_zeros_in_fours_after_and_between_xz_streams_are_padding(
    zeros: int,
) -> None:
    packed = lzma.compress(DISK) + bytes(zeros)

    assert decoded(unxz, packed + packed) == DISK + DISK


@pytest.mark.parametrize("zeros", [1, 3, 5])
def test_f29_other_zeros_after_an_xz_stream_are_an_error(zeros: int) -> None:
    with pytest.raises(CompressionError, match="multiple of four"):
        decoded(unxz, lzma.compress(DISK) + bytes(zeros))


def test_f30_the_dictionary_of_xz_9_is_allowed() -> None:
    assert decoded(unxz, lzma.compress(DISK, preset=9)) == DISK


def test_f30_a_larger_dictionary_is_refused_before_it_is_allocated() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 256 << 20}]
    packed = lzma.compress(b"disk", filters=filters)

    with pytest.raises(CompressionError, match="more than the 66 MiB of xz -9"):
        decoded(unxz, packed)


def test_f29_a_gzip_header_with_name_comment_and_extra_field_is_read() -> None:
    raw = zlib.compressobj(wbits=-15)
    body = raw.compress(DISK) + raw.flush()
    header = b"\x1f\x8b\x08\x1c" + bytes(6) + b"\x02\x00ab" + b"name\0" + b"comment\0"
    trailer = zlib.crc32(DISK).to_bytes(4, "little") + len(DISK).to_bytes(4, "little")

    assert decoded(gunzip, header + body + trailer) == DISK
