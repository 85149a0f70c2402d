# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Archives that no tool writes: whatever they say, an operator gets a reason (F133)."""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
import tarfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.errors import OperatorError
from osc_imagetools.source.unpacking.unpack import Limits
from tests.cloud import archives
from tests.unit.source.builders import entry, outcome, tar_of, zip_of

DISK = b"".join(b"sector %d" % number for number in range(300))
LIMIT = Limits(max_payload_bytes=1 << 20)
NUMBER_BYTES = 12
FIELDS = {"mode": 100, "uid": 108, "gid": 116, "size": 124, "mtime": 136, "major": 329}
NUMBERS = {
    "-1": b"\xff" * 12,
    "-2 to the power of 87": b"\xff" + b"\x80" + bytes(10),
    "2 to the power of 87": b"\x80\x80" + bytes(10),
    "2 to the power of 63": b"\x80\0\0\0\x80" + bytes(7),
    "year 9999999": b"\x80" + bytes(4) + (10**14).to_bytes(7, "big"),
    "digits of others": "٣".encode() * 6,
    "underscores": b"1_0_0_0_0_0\0",
    "a minus": b"-0000000001\0",
}


def checked(block: bytes) -> bytes:
    """*block* as a header, with its checksum made right again."""
    spaces = block[:148] + b" " * 8 + block[156:]
    return block[:148] + b"%06o\0 " % sum(spaces) + block[156:]


@pytest.mark.parametrize("at", FIELDS.values(), ids=FIELDS)
@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_F133_a_number_of_a_tar_that_can_not_be_is_refused_or_unused(
    at: int, number: bytes
) -> None:
    archive = tar_of(("disk.raw", DISK), form=tarfile.GNU_FORMAT)
    width = 8 if at < FIELDS["size"] or at == FIELDS["major"] else NUMBER_BYTES
    header = archive[:at] + number[:width] + archive[at + width : 512]

    came = outcome(checked(header) + archive[512:], limit=LIMIT)

    if at == FIELDS["size"]:
        assert is_whole_reason(came)
    else:
        assert came == DISK or is_whole_reason(came)


@pytest.mark.parametrize("key", ["size", "mtime", "uid", "GNU.sparse.realsize"])
@pytest.mark.parametrize("number", ["9" * 5_000, "-1", "1e9", "0x10", "٣", "", "nan"])
def test_F133_a_number_in_a_record_that_is_none_is_refused_or_unused(
    key: str, number: str
) -> None:
    said = {key: number}
    if key.startswith("GNU"):
        said |= {"GNU.sparse.major": "1", "GNU.sparse.minor": "0"}
    member = entry("disk.raw", pax_headers=said)

    came = outcome(tar_of((member, DISK)), limit=LIMIT)

    assert (
        is_whole_reason(came)
        if key in ("size", "GNU.sparse.realsize")
        else (came == DISK)
    )


def test_F133_names_that_are_not_utf_8_are_shown_escaped() -> None:
    tar = tar_of(*((entry(f"{name}\udcff.raw"), DISK) for name in "ab"))
    zipped = zip_of(("ä.raw", DISK), ("b.raw", DISK)).replace("ä".encode(), b"\xff\xff")

    for archive in (tar, zipped):
        came = outcome(archive, limit=LIMIT)
        assert is_whole_reason(came)


ZIP64 = archives.zipped(("disk.raw", DISK), zip64=True)
HUGE = (0, 1, 0x7FFFFFFF, 0xFFFFFFFF, (1 << 63) - 1, 1 << 63, (1 << 64) - 1)


def zip64_of(size: int, packed: int, offset: int) -> bytes:
    """A zip whose directory has all of that in the field of zip64."""
    name = b"disk.raw"
    field = struct.pack("<HHQQQ", 1, 24, size, packed, offset)
    in_field = 0xFFFFFFFF
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 45, 0, 0, 0, 33, 0, 4, 4, 8, 0)
    central = struct.pack(
        "<4s6H3I5H2I",
        *(b"PK\1\2", 45, 45, 0, 0, 0, 33, 0, in_field, in_field),
        *(len(name), len(field), 0, 0, 0, 0, in_field),
    )
    front = local + name + b"disk"
    directory = central + name + field
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(directory), len(front), 0)
    return front + directory + end


@pytest.mark.parametrize("size", HUGE)
@pytest.mark.parametrize("packed", HUGE)
@pytest.mark.parametrize("offset", HUGE)
def test_F133_sizes_and_places_of_zip64_that_can_not_be_are_refused(
    size: int, packed: int, offset: int
) -> None:
    assert is_whole_reason(outcome(zip64_of(size, packed, offset), limit=LIMIT))


def is_whole_reason(came: bytes | OperatorError) -> bool:
    """Whether it says what did not work, why, and what to do."""
    assert isinstance(came, OperatorError), came
    assert str(came).isprintable()
    return bool(came.what and came.why and came.do)


TAR = tar_of(("docs/", b""), ("disk.raw", DISK))
SOUND: dict[str, Callable[[], bytes]] = {
    "tar": lambda: TAR,
    "sparse tar": lambda: archives.gnu_sparse("disk", archives.without_holes(DISK)),
    "sparse pax": lambda: archives.pax_sparse("disk", archives.without_holes(DISK)),
    "zip": lambda: zip_of(("docs/", b""), ("disk.raw", DISK)),
    "zip64": lambda: ZIP64,
    "zip of lzma": lambda: archives.zip_by(
        14, "disk.raw", DISK, archives.lzma_of_zip(DISK)
    ),
    "zip of zstd": lambda: archives.zip_by(93, "disk.raw", DISK, archives.zst(DISK)),
    "gzip": lambda: gzip.compress(TAR),
    "bzip2": lambda: bz2.compress(TAR),
    "xz": lambda: lzma.compress(TAR),
    "zstd": lambda: archives.pzst(TAR),
}
ODD = st.sampled_from(
    [b"\0", b"\xff" * 8, b"\x80" + bytes(11), b"9" * 30, b"PK\1\2", b"\0" * 512]
)
PIECES = st.one_of(st.binary(max_size=40), ODD)
CHANGES = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 600), PIECES), min_size=1, max_size=5
)


@pytest.mark.parametrize("sound", SOUND.values(), ids=SOUND)
@given(changes=CHANGES)
def test_F133_whatever_was_changed_in_an_archive_there_are_bytes_or_a_reason(
    sound: Callable[[], bytes], changes: list[tuple[float, int, bytes]]
) -> None:
    archive = sound()
    for where, cut, put in changes:
        at = int(where * len(archive))
        archive = archive[:at] + put + archive[at + cut :]

    came = outcome(archive, limit=LIMIT)

    assert isinstance(came, bytes) or str(came).isprintable()
