# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One member out of a tar that comes as a stream (F28, F32, F33)."""

from __future__ import annotations

import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.source.blocks import Blocks
from osc_imagetools.source.unpacking.archive_tar import (
    LONGEST_HEADER_BYTES,
    TarError,
    untar,
)
from osc_imagetools.source.unpacking.members import MemberChoice, MemberError
from tests.unit.source.builders import PLENTY, entry, in_blocks, said, tar_of

DISK = b"".join(b"sector %d" % number for number in range(50_000))
FORMATS = {
    "ustar": tarfile.USTAR_FORMAT,
    "gnu": tarfile.GNU_FORMAT,
    "pax": tarfile.PAX_FORMAT,
}


def taken(archive: bytes, pattern: str | None = None, size: int = 1 << 18) -> bytes:
    return b"".join(
        untar(Blocks(in_blocks(archive, size)), MemberChoice(pattern), PLENTY)
    )


def header(**fields) -> bytes:
    return entry(**fields).tobuf(tarfile.USTAR_FORMAT)


def checked(block: bytearray) -> bytes:
    """*block* as a header, with its checksum made right again."""
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
@given(content=st.binary(min_size=1, max_size=3_000), size=st.integers(1, 2_000))
def test_the_image_comes_out_of_a_tar_cut_into_any_blocks(form, content, size) -> None:
    archive = tar_of(("README", b"text"), ("disk.raw", content), form=form)

    assert taken(archive, size=size) == content


@pytest.mark.parametrize("name", ["disk.raw", f"{'long/' * 60}disk.raw", "bild-ü.raw"])
@pytest.mark.parametrize("form", FORMATS.values(), ids=FORMATS)
def test_names_of_any_length_are_read(form: int, name: str) -> None:
    if form == tarfile.USTAR_FORMAT and len(name) > 255:
        name = name[-250:]
    choice = MemberChoice()

    list(untar(Blocks(iter([tar_of((name, DISK), form=form)])), choice, PLENTY))

    assert choice.refuse_none().name == name


def test_a_v7_tar_without_magic_is_read() -> None:
    plain = bytearray(header(name="disk.raw", size=3, type=tarfile.AREGTYPE))
    plain[257:] = bytes(255)
    archive = checked(plain) + b"abc".ljust(512, b"\0") + bytes(1024)

    assert taken(archive) == b"abc"


def test_a_name_that_ends_in_a_slash_is_a_folder() -> None:
    folder = entry("images", pax_headers={"path": "images/"})

    assert taken(tar_of((folder, b""), ("disk.raw", DISK))) == DISK


def test_sizes_beyond_eight_gib_are_read_in_both_notations() -> None:
    huge = 9 << 30
    base_256 = entry("disk.raw", size=huge).tobuf(tarfile.GNU_FORMAT)
    pax = entry("disk.raw", size=huge).tobuf(tarfile.PAX_FORMAT)

    for start in (base_256, pax):
        choice = MemberChoice()
        next(untar(Blocks(iter([start + DISK])), choice, PLENTY))
        assert choice.refuse_none().size == huge


def test_F32_a_second_candidate_is_an_error_after_the_first_was_streamed() -> None:
    came = []
    blocks = untar(
        Blocks(iter([tar_of(("a", DISK), ("b", DISK))])), MemberChoice(), PLENTY
    )

    with pytest.raises(MemberError, match="a, b"):
        came.extend(blocks)

    assert b"".join(came) == DISK


def test_F32_the_named_member_is_taken_from_between_large_others() -> None:
    archive = tar_of(("a.raw", bytes(3_000_000)), ("b.raw", DISK), ("c.raw", DISK))

    assert taken(archive, "b.raw") == DISK


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (tarfile.SYMTYPE, "symbolic link"),
        (tarfile.LNKTYPE, "hard link"),
        (tarfile.CHRTYPE, "character device"),
        (tarfile.BLKTYPE, "block device"),
        (tarfile.FIFOTYPE, "FIFO"),
        (b"M", "file that begins in another volume"),
        (b"D", "member of type b'D'"),
    ],
)
def test_F33_what_is_no_plain_file_is_refused(kind: bytes, words: str) -> None:
    strange = entry("strange", kind, linkname="/etc/passwd")

    with pytest.raises(MemberError, match=words):
        taken(tar_of(("disk.raw", DISK), (strange, b"")))


def test_F122_a_volume_label_is_passed_over() -> None:
    label = entry("backup of March", b"V")

    assert taken(tar_of((label, b""), ("disk.raw", DISK))) == DISK


def test_F122_what_goes_on_in_another_volume_is_refused() -> None:
    archive = tar_of(("disk.raw", DISK))
    records = b"34 GNU.volume.filename=./disk.raw\n"
    start = header(name="x", type=tarfile.XGLTYPE, size=len(records))

    with pytest.raises(TarError, match="continues a file of another volume"):
        taken(start + records.ljust(512, b"\0") + archive)


def test_F33_an_endless_long_name_is_refused_unread() -> None:
    read = 0

    def wire():
        nonlocal read
        yield header(name="x", type=tarfile.GNUTYPE_LONGNAME, size=1 << 32)
        while True:
            read += 1 << 18
            yield b"n" * (1 << 18)

    with pytest.raises(TarError, match=f"longer than {LONGEST_HEADER_BYTES} bytes"):
        list(untar(Blocks(wire()), MemberChoice(), PLENTY))
    assert read == 0


def test_F33_endless_headers_without_a_member_are_refused() -> None:
    record = header(name="x", type=tarfile.XHDTYPE, size=0)

    with pytest.raises(TarError, match="a header is longer"):
        taken(record * 5_000)


@pytest.mark.parametrize(
    "records",
    [
        *(b"nonsense", b"5 a=", b"99 a=b\n", b"0 a=b\n", b"6 ab\n\n", b"-6 a=b\n"),
        *(b"6 a=bc", b" 6 a=b\n", b"\xb2 a=b\n"),
    ],
)
def test_F33_records_that_cannot_be_read_are_refused(records: bytes) -> None:
    start = header(name="x", type=tarfile.XHDTYPE, size=len(records))

    with pytest.raises(TarError, match="extended header can't be read"):
        taken(start + records.ljust(512, b"\0") + tar_of(("disk.raw", DISK)))


@pytest.mark.parametrize("size", ["-1", "1e9", "", "9" * 30, "٣"])
def test_F33_a_size_that_is_none_is_refused(size: str) -> None:
    record = f" size={size}\n".encode()
    record = b"%d" % (len(record) + 2) + record
    start = header(name="x", type=tarfile.XHDTYPE, size=len(record))

    with pytest.raises(TarError, match=r"a size of|can't be read"):
        taken(start + record.ljust(512, b"\0") + tar_of(("disk.raw", DISK)))


def test_F33_a_negative_size_is_refused() -> None:
    start = bytearray(header(name="disk.raw"))
    start[124:136] = b"\xff" * 12

    with pytest.raises(TarError, match="a size of -1"):
        taken(checked(start) + DISK)


def test_F33_one_name_or_size_for_all_members_is_refused() -> None:
    records = b"13 path=disk\n"
    start = header(name="x", type=tarfile.XGLTYPE, size=len(records))

    with pytest.raises(TarError, match="global header"):
        taken(start + records.ljust(512, b"\0") + tar_of(("a", DISK)))


def test_a_harmless_global_header_is_skipped() -> None:
    records = b"%d comment=harmless\n" % 20
    start = header(name="x", type=tarfile.XGLTYPE, size=len(records))

    assert taken(start + records.ljust(512, b"\0") + tar_of(("a", DISK))) == DISK


ARCHIVE = tar_of(("disk.raw", DISK))
END = 512 + -(-len(DISK) // 512) * 512


@pytest.mark.parametrize(
    "kept", [100, 512, 513, 512 + len(DISK) - 1, 512 + len(DISK), END, END + 511]
)
def test_F28_a_tar_that_is_cut_off_is_an_error(kept: int) -> None:
    with pytest.raises(TarError, match="ends too early"):
        taken(ARCHIVE[:kept])


def test_F28_a_tar_that_is_cut_off_between_two_blocks_is_an_error() -> None:
    archive = tar_of(("disk.raw", bytes(5_120)))

    for kept in range(512, 512 + 5_120 + 1, 512):
        with pytest.raises(TarError, match="ends too early"):
            taken(archive[:kept])


@pytest.mark.parametrize("kept", [END + 512, END + 1024, len(ARCHIVE)])
def test_F28_any_padding_of_zeros_ends_a_tar(kept: int) -> None:
    assert taken(ARCHIVE[:kept]) == DISK
    assert taken(ARCHIVE[:kept] + bytes(1_000_000)) == DISK


def test_F28_garbage_after_the_end_is_an_error() -> None:
    with pytest.raises(TarError, match="other data follows"):
        taken(ARCHIVE + b"garbage")


def test_F28_a_damaged_header_is_an_error_and_not_the_end() -> None:
    second = bytearray(tar_of(("README", b"text")))
    second[0] ^= 1

    with pytest.raises(TarError, match="checksum"):
        taken(ARCHIVE[:END] + bytes(second))


@given(st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 255)), max_size=5))
def test_F33_any_damage_gives_bytes_or_a_reason(damage) -> None:
    archive = bytearray(tar_of(("docs/", b""), ("bild-ü.raw", b"disk" * 99)))
    for position, byte in damage:
        archive[position] = byte
    # A header that is wrong and says that it is right gets further
    for start in range(0, len(archive), 512):
        if any(archive[start : start + 512]):
            archive[start : start + 512] = checked(archive[start : start + 512])

    assert said(taken, bytes(archive)).isprintable()
