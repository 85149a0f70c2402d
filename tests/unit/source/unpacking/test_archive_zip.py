# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One member out of a zip, by way of a temporary file (F34)."""

from __future__ import annotations

import bz2
import errno
import io
import lzma
import stat
import struct
import tracemalloc
import zipfile

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from osc_imagetools.source.unpacking.archive_zip import ZipError, unzip
from osc_imagetools.source.unpacking.members import MemberChoice, MemberError
from tests.cloud import archives
from tests.unit.source.builders import said, zip_of

DISK = b"".join(b"sector %d" % number for number in range(50_000))


def taken(archive: bytes, pattern: str | None = None) -> bytes:
    return b"".join(unzip(io.BytesIO(archive), MemberChoice(pattern)))


def patched(archive: bytes, signature: bytes, offset: int, value: bytes) -> bytes:
    """*archive* with *value* at *offset* of the last record of that signature."""
    at = archive.rindex(signature) + offset
    return archive[:at] + value + archive[at + len(value) :]


LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_image_comes_out_whole(method: int) -> None:
    archive = zip_of(("README", b"text"), ("a/disk.raw", DISK), method=method)

    assert taken(archive) == DISK


def test_a_zip_from_windows_is_read() -> None:
    member = zipfile.ZipInfo("disk.raw")
    member.create_system = 0

    assert taken(zip_of((member, DISK))) == DISK


def test_F34_a_zip_written_as_a_stream_is_read() -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_):
            raise OSError(errno.ESPIPE, "a pipe")

        def tell(self):
            raise OSError(errno.ESPIPE, "a pipe")

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("disk.raw", DISK)

    assert taken(pipe.getvalue()) == DISK


def test_F34_zip64_is_read() -> None:
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("disk.raw", "w", force_zip64=True) as member,
    ):
        member.write(DISK)

    assert taken(file.getvalue()) == DISK


def test_F34_several_files_are_refused_all_at_once_or_one_is_named() -> None:
    archive = zip_of(*((f"{number}.raw", DISK) for number in range(3)))

    with pytest.raises(MemberError, match=r"0\.raw, 1\.raw, 2\.raw"):
        taken(archive)
    assert taken(archive, "1.*") == DISK


def test_F34_an_encrypted_member_is_refused() -> None:
    archive = zip_of(("disk.raw", DISK))
    archive = patched(archive, CENTRAL, 8, b"\1\0")

    with pytest.raises(ZipError, match=r"'disk\.raw' in the zip is encrypted"):
        taken(archive)


METHODS = {
    "bzip2": (12, bz2.compress),
    "lzma": (14, archives.lzma_of_zip),
    "zstd": (93, archives.zst),
    "xz": (95, lzma.compress),
}
methods = pytest.mark.parametrize(("method", "pack"), METHODS.values(), ids=METHODS)


@methods
def test_F126_a_member_that_is_packed_by_another_method_is_read(method, pack) -> None:
    archive = archives.zip_by(method, "disk.raw", DISK, pack(DISK))

    assert taken(archive) == DISK


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_F126_so_is_what_the_standard_library_packs(method: int) -> None:
    assert taken(zip_of(("disk.raw", DISK), method=method)) == DISK


@methods
def test_F28_F126_a_wrong_checksum_of_one_is_an_error(method, pack) -> None:
    archive = archives.zip_by(method, "disk.raw", DISK[:-1] + b"!", pack(DISK))

    with pytest.raises(ZipError, match="its CRC is wrong"):
        taken(archive)


@methods
def test_F30_F126_of_a_bomb_no_more_than_a_block_comes_at_a_time(method, pack) -> None:
    zeros = bytes(64 << 20)
    archive = archives.zip_by(method, "disk.raw", zeros, pack(zeros))
    tracemalloc.start()

    sizes = list(map(len, unzip(io.BytesIO(archive), MemberChoice())))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert (sum(sizes), max(sizes)) == (len(zeros), 1 << 18)
    assert most < 16 << 20


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (1, "Shrink"),
        (9, "Deflate64"),
        (98, "PPMd"),
        (99, "AES"),
        (77, "another method"),
    ],
)
def test_F126_a_method_that_cannot_be_unpacked_is_named(method: int, name: str) -> None:
    archive = archives.zip_by(method, "disk.raw", DISK, DISK[:99])

    with pytest.raises(ZipError, match=f"is packed with {name}.*method {method} of"):
        taken(archive)


@pytest.mark.parametrize(
    ("mode", "words"),
    [(stat.S_IFLNK, "symbolic link"), (stat.S_IFBLK, "block device")],
)
def test_F33_what_is_no_plain_file_is_refused(mode: int, words: str) -> None:
    link = zipfile.ZipInfo("strange")
    link.create_system = 3
    link.external_attr = (mode | 0o777) << 16

    with pytest.raises(MemberError, match=f"'strange' is a {words}"):
        taken(zip_of((link, "/etc/passwd"), ("disk.raw", DISK)))


DAMAGED = {
    "cut off": zip_of(("disk.raw", DISK))[:-30],
    "no directory": zip_of(("disk.raw", DISK))[:5_000],
    "bad CRC": patched(zip_of(("disk.raw", DISK)), CENTRAL, 16, b"\0\0\0\0"),
    "shorter than promised": patched(
        zip_of(("disk.raw", DISK)), CENTRAL, 24, struct.pack("<I", len(DISK) + 1)
    ),
    "longer than promised": patched(
        zip_of(("disk.raw", DISK)), CENTRAL, 24, struct.pack("<I", len(DISK) - 1)
    ),
    "another name in front": patched(zip_of(("disk.raw", DISK)), LOCAL, 30, b"D"),
    "directory elsewhere": patched(
        zip_of(("disk.raw", DISK)), END, 16, b"\xff\xff\xff\x0f"
    ),
    "damaged inside": zip_of(("disk.raw", DISK)).replace(
        zip_of(("disk.raw", DISK))[9_000:9_008], bytes(8)
    ),
    "empty file": b"",
}


@pytest.mark.parametrize("archive", DAMAGED.values(), ids=DAMAGED)
def test_F34_a_damaged_zip_is_an_error(archive: bytes) -> None:
    with pytest.raises(ZipError, match="can't be unpacked as zip"):
        taken(archive)


def test_F30_a_directory_is_not_read_beyond_its_bound() -> None:
    entries = 9 << 20
    archive = bytes(entries) + END + bytes(8)
    archive += struct.pack("<IIH", entries, 0, 0)

    with pytest.raises(ZipError, match="its directory is larger than 8388608 bytes"):
        taken(archive)


@methods
@given(damage=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=5))
def test_F133_any_damage_to_one_gives_bytes_or_a_reason(method, pack, damage) -> None:
    disk = b"disk" * 99
    archive = bytearray(archives.zip_by(method, "disk.raw", disk, pack(disk)))
    for position, byte in damage:
        archive[position % len(archive)] = byte

    assert said(taken, bytes(archive)).isprintable()


@example([(345, 0)])
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=5))
def test_F34_any_damage_gives_bytes_or_a_reason(damage) -> None:
    archive = bytearray(zip_of(("docs/", b""), ("disk.raw", b"disk" * 99)))
    for position, byte in damage:
        archive[position % len(archive)] = byte

    assert said(taken, bytes(archive)).isprintable()
