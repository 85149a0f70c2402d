# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""From the bytes of a source to the bytes of the image in it."""

from __future__ import annotations

import bz2
import gc
import gzip
import itertools
import lzma
import os
import tracemalloc
import zipfile
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.errors import OperatorError
from osc_imagetools.source.block_size import BLOCK_BYTES
from osc_imagetools.source.limits import LARGEST_RATIO, RATIO_FREE_BYTES, TooLargeError
from osc_imagetools.source.unpacking.decompress import CompressionError
from osc_imagetools.source.unpacking.members import MemberError
from osc_imagetools.source.unpacking.unpack import LayerError, Limits, open_payload
from tests.cloud import archives
from tests.unit.source.builders import (
    PLENTY,
    content_of,
    entry,
    in_blocks,
    outcome,
    payload_of,
    qcow2,
    tar_of,
    unpacked,
    zip_of,
)

MIB = 1 << 20
DISK = qcow2() + b"".join(b"sector %d" % number for number in range(50_000))
TAR = tar_of(("README", b"text"), ("disk.raw", DISK))
ZIP = zip_of(("README", b"text"), ("disk.raw", DISK))
WIRES = {
    "plain": (DISK, (), None),
    "gzip": (gzip.compress(DISK), ("gzip",), None),
    "gzip, twice": (gzip.compress(DISK[:9]) + gzip.compress(DISK[9:]), ("gzip",), None),
    "bzip2": (bz2.compress(DISK), ("bzip2",), None),
    "xz": (lzma.compress(DISK), ("xz",), None),
    "zstd": (archives.zst(DISK), ("zstd",), None),
    "pzstd": (archives.pzst(DISK), ("zstd",), None),
    "tar": (TAR, ("tar",), "disk.raw"),
    "tar.gz": (gzip.compress(TAR), ("gzip", "tar"), "disk.raw"),
    "tar.bz2": (bz2.compress(TAR), ("bzip2", "tar"), "disk.raw"),
    "tar.xz": (lzma.compress(TAR), ("xz", "tar"), "disk.raw"),
    "tar.zst": (archives.zst(TAR), ("zstd", "tar"), "disk.raw"),
    "zip": (ZIP, ("zip",), "disk.raw"),
}
wires = pytest.mark.parametrize(("wire", "layers", "member"), WIRES.values(), ids=WIRES)


@wires
def test_layers_are_known_at_once_and_the_payload_is_whole(
    wire, layers, member
) -> None:
    payload = payload_of(wire, file_name="")

    assert payload.layers == layers
    assert payload.must_spool is (layers == ("zip",))
    assert b"".join(content_of(payload)) == DISK
    assert payload.member == member
    assert payload.warnings == []


@wires
@pytest.mark.parametrize("size", [7, 511, 512, 4096, 10_000_000])
def test_how_the_wire_is_cut_changes_nothing(wire, layers, member, size) -> None:
    blocks = content_of(payload_of(wire, size))

    assert b"".join(blocks) == DISK
    assert all(0 < len(block) <= BLOCK_BYTES for block in blocks)


@wires
def test_a_wire_that_begins_byte_by_byte_is_recognised(wire, layers, member) -> None:
    blocks = itertools.chain(in_blocks(wire[:2_000], 1), [wire[2_000:]])
    payload = open_payload(blocks, limit=PLENTY)

    assert payload.layers == layers
    assert b"".join(content_of(payload)) == DISK


@given(
    st.sampled_from(sorted(WIRES)),
    st.lists(st.integers(0, len(DISK)), max_size=20),
)
def test_any_split_of_the_wire_gives_the_same_payload(name, cuts) -> None:
    wire, _, _ = WIRES[name]
    edges = [0, *sorted(cuts), len(wire)]
    blocks = (wire[start:end] for start, end in itertools.pairwise(edges))

    payload = open_payload(blocks, limit=PLENTY)

    assert b"".join(content_of(payload)) == DISK


@wires
def test_the_wire_is_read_to_its_end_but_not_before_it_is_wanted(
    wire, layers, member
) -> None:
    blocks = list(in_blocks(wire, 1_000))
    read = 0

    def counted():
        nonlocal read
        for block in blocks:
            read += 1
            yield block

    payload = open_payload(counted(), limit=PLENTY)
    first = read
    content_of(payload)

    # xz hands out nothing before its first chunk of 64 KiB is complete, bzip2
    # nothing before its first block of 900 kB
    assert first < len(blocks) or {"xz", "bzip2"} & set(layers)
    assert read == len(blocks)


@wires
def test_F28_a_wire_that_is_cut_off_is_an_error_if_that_can_be_seen(
    wire, layers, member
) -> None:
    for missing in (1, 10, len(wire) // 2):
        came = outcome(wire[:-missing])

        # Of zeros after a tar's end, some are enough
        padding = layers[-1:] == ("tar",) and layers[0] == "tar" and missing < 1_024
        assert isinstance(came, OperatorError) or layers == () or padding


@pytest.mark.parametrize(
    ("file_name", "wire", "warning"),
    [
        ("disk.qcow2", gzip.compress(DISK), "are gzip;"),
        ("disk.qcow2.gz", DISK, "suggests gzip, but the bytes are an image"),
        ("disk.tar.gz", lzma.compress(TAR), "suggests gzip around tar"),
        ("disk.tgz", gzip.compress(DISK), "are gzip;"),
        ("disk.img.xz", gzip.compress(DISK), "suggests xz"),
        ("disk.zip", TAR, "suggests zip, but the bytes are tar"),
        ("disk.raw.zst", bz2.compress(DISK), "suggests zstd, but the bytes are bzip2"),
        ("disk.tar.bz2", archives.zst(TAR), "suggests bzip2 around tar"),
        ("DISK.QCOW2", ZIP, "are zip"),
    ],
)
def test_F27_the_bytes_count_and_a_name_that_promises_else_earns_a_warning(
    file_name, wire, warning
) -> None:
    payload = payload_of(wire, file_name=file_name)

    (said,) = payload.warnings
    assert warning in said
    assert unpacked(wire, file_name=file_name) == DISK


@pytest.mark.parametrize(
    ("file_name", "wire"),
    [
        ("disk.qcow2", DISK),
        ("disk.tar.gz", gzip.compress(TAR)),
        ("disk.txz", lzma.compress(TAR)),
        ("disk.img.gz", gzip.compress(DISK)),
        ("disk.raw.zst", archives.zst(DISK)),
        ("disk.tbz2", bz2.compress(TAR)),
        ("download", gzip.compress(DISK)),
        ("disk-24.04", ZIP),
        ("", TAR),
    ],
)
def test_F27_a_name_that_keeps_its_promise_earns_no_warning(file_name, wire) -> None:
    assert payload_of(wire, file_name=file_name).warnings == []


@pytest.mark.parametrize(
    ("name", "wire"),
    [
        ("7z", b"7z\xbc\xaf\x27\x1c" + DISK),
        ("lz4", b"\x04\x22\x4d\x18" + DISK),
        ("lzip", gzip.compress(b"LZIP\x01" + DISK)),
    ],
)
def test_F27_what_cannot_be_unpacked_is_named_and_not_taken_for_raw(name, wire) -> None:
    with pytest.raises(LayerError, match=f"packed as {name}"):
        payload_of(wire)


@pytest.mark.parametrize(
    ("wire", "why"),
    [
        (gzip.compress(gzip.compress(DISK)), "gzip around gzip"),
        (lzma.compress(gzip.compress(TAR)), "xz around gzip"),
        (archives.zst(bz2.compress(DISK)), "zstd around bzip2"),
        (gzip.compress(ZIP), "gzip around zip"),
        (tar_of(("disk.gz", gzip.compress(DISK))), "'disk.gz' in the archive is gzip"),
        (gzip.compress(tar_of(("a", TAR))), "'a' in the archive is tar"),
        (zip_of(("disk.zip", ZIP)), "'disk.zip' in the archive is zip"),
        (tar_of(("x", bz2.compress(DISK))), "'x' in the archive is bzip2"),
    ],
)
def test_F31_more_than_one_compression_and_one_container_is_refused(wire, why) -> None:
    refused = outcome(wire)

    assert isinstance(refused, LayerError)
    assert refused.why == why


@pytest.mark.parametrize(
    ("wire", "name"),
    [(gzip.compress(TAR), "gzip"), (bz2.compress(DISK), "bzip2")],
    ids=["tar.gz", "bz2"],
)
def test_F126_bytes_behind_the_end_are_told_or_refused_at_the_end(wire, name) -> None:
    payload = payload_of(wire + b"# appended by a vendor\n")

    assert b"".join(content_of(payload)) == DISK

    (said,) = payload.rest(is_published=True)
    assert said.startswith(f"23 bytes after the end of the {name} were ignored")
    with pytest.raises(CompressionError, match="other data follows"):
        payload.rest(is_published=False)


def test_F126_of_a_file_that_ends_where_it_should_nothing_is_said() -> None:
    payload = payload_of(gzip.compress(DISK))
    content_of(payload)

    assert payload.rest(is_published=False) == ()


def test_F126_a_large_window_is_said() -> None:
    (said,) = payload_of(archives.zst(DISK, window_log=27)).warnings

    assert "takes 128 MiB of memory" in said
    assert payload_of(archives.zst(DISK, window_log=26)).warnings == []


@wires
def test_F26_a_payload_of_exactly_the_limit_passes_and_one_byte_more_does_not(
    wire, layers, member
) -> None:
    exactly = Limits(max_payload_bytes=len(DISK))
    too_small = Limits(max_payload_bytes=len(DISK) - 1)

    assert outcome(wire, limit=exactly) == DISK
    assert isinstance(outcome(wire, limit=too_small), TooLargeError)


def test_F26_a_zip_that_is_larger_than_its_payload_may_be_so() -> None:
    wire = zip_of(
        ("README", bytes(5_000)), ("disk.raw", DISK), method=zipfile.ZIP_STORED
    )

    assert outcome(wire, limit=Limits(max_payload_bytes=len(DISK))) == DISK


def test_F26_an_endless_source_is_given_up_at_the_limit() -> None:
    endless = itertools.repeat(b"\1" * 65_536)
    payload = open_payload(endless, limit=Limits(max_payload_bytes=10 * MIB))

    with pytest.raises(TooLargeError, match="more than 10485760 bytes"):
        for _ in payload.blocks():
            pass


def test_F26_an_endless_zip_is_given_up_at_the_limit(tmp_path) -> None:
    endless = itertools.chain([ZIP], itertools.repeat(b"\1" * 65_536))
    payload = open_payload(endless, limit=Limits(max_payload_bytes=10 * MIB))

    with pytest.raises(TooLargeError):
        payload.spool(str(tmp_path))

    assert list(tmp_path.iterdir()) == []


def test_F26_what_is_endless_and_unpacks_to_nothing_is_given_up_too() -> None:
    nothing = b"\x50\x2a\x4d\x18" + (1 << 16).to_bytes(4, "little") + bytes(1 << 16)
    limit = Limits(max_payload_bytes=10 * MIB)

    with pytest.raises(TooLargeError, match="more than 78807040 bytes"):
        open_payload(itertools.repeat(nothing), limit=limit)


@wires
def test_what_is_not_to_be_unpacked_stays_as_it_is_served(wire, layers, member) -> None:
    payload = payload_of(wire, unpack=False, file_name="disk.img")

    assert payload.layers == ()
    assert payload.stored_packed == (layers[0] if layers else None)
    assert payload.warnings == []
    assert not payload.must_spool
    assert b"".join(content_of(payload)) == wire


def test_F26_what_is_not_unpacked_has_its_limit_too() -> None:
    limit = Limits(max_payload_bytes=len(ZIP) - 1)

    assert isinstance(outcome(ZIP, unpack=False, limit=limit), TooLargeError)


ZEROS = bytes(16 * MIB)
ZEROS_IN_XZ = lzma.compress(ZEROS, preset=0)
ZEROS_IN_GZIP = gzip.compress(ZEROS, 9)


def test_F30_a_bomb_is_given_up_soon_and_in_little_memory() -> None:
    payload = open_payload(itertools.repeat(ZEROS_IN_XZ), limit=PLENTY)
    sizes = []
    tracemalloc.start()

    with pytest.raises(TooLargeError, match="looks like a decompression bomb"):
        sizes.extend(map(len, payload.blocks()))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert sum(sizes) == RATIO_FREE_BYTES
    assert most < 16 * MIB


def test_F30_a_bomb_beside_the_image_is_given_up_too() -> None:
    companion = entry("notes.txt", size=len(ZEROS) * 17).tobuf()
    wire = lzma.compress(companion) + ZEROS_IN_XZ * 17 + lzma.compress(TAR)

    assert isinstance(outcome(wire), TooLargeError)


def test_F30_zeros_as_dense_as_gzip_can_pack_them_pass() -> None:
    wire = ZEROS_IN_GZIP * 17

    size = sum(map(len, payload_of(wire, 16_384).blocks()))

    assert size == len(ZEROS) * 17
    assert 1_000 < size / len(wire) < LARGEST_RATIO


def test_F30_a_size_that_the_operator_gave_replaces_the_ratio() -> None:
    limit = Limits(max_payload_bytes=len(ZEROS) * 17, ratio_applies=False)

    size = sum(map(len, payload_of(ZEROS_IN_XZ * 17, limit=limit).blocks()))

    assert size == len(ZEROS) * 17


def test_F32_the_candidates_of_a_zip_are_refused_when_it_is_spooled() -> None:
    with (
        closing(payload_of(zip_of(("a.raw", DISK), ("b.raw", DISK)))) as payload,
        pytest.raises(MemberError, match=r"a\.raw, b\.raw"),
    ):
        payload.spool()


def test_F32_a_member_is_chosen_by_a_glob() -> None:
    for archive in (tar_of, zip_of):
        wire = archive(("a.raw", b"other"), ("images/b.raw", DISK))

        assert unpacked(wire, member="b.*") == DISK


def test_the_member_of_a_zip_is_known_once_it_is_spooled() -> None:
    with closing(payload_of(ZIP)) as payload:
        assert payload.member is None

        payload.spool()

        assert payload.member == "disk.raw"
        assert not payload.must_spool


def test_a_zip_has_no_blocks_before_it_is_spooled() -> None:
    with pytest.raises(RuntimeError, match=r"before spool\(\)"):
        payload_of(ZIP).blocks()


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="no /proc here")
@pytest.mark.parametrize("closed", [True, False], ids=["closed", "forgotten"])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_the_copy_of_a_zip_goes_away(tmp_path, closed: bool) -> None:
    gc.collect()
    before = open_files()
    payload = payload_of(ZIP)
    payload.spool(str(tmp_path))
    next(payload.blocks())
    assert open_files() == before + 1

    if closed:
        payload.close()
    else:
        del payload
        gc.collect()

    assert open_files() == before
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_a_payload_of_nothing() -> None:
    assert unpacked(b"") == b""
    assert unpacked(gzip.compress(b"")) == b""


def test_a_tar_of_v7_is_recognised_by_the_checksum_of_its_header() -> None:
    header = bytearray(entry("disk.raw", size=len(DISK)).tobuf())
    header[257:] = bytes(255)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    wire = bytes(header) + DISK + bytes(-len(DISK) % 512 + 1_024)

    assert payload_of(wire).layers == ("tar",)
    assert unpacked(wire) == DISK


def test_zeros_are_no_tar() -> None:
    assert unpacked(bytes(10_240)) == bytes(10_240)
