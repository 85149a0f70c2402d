# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Files in a tar without their holes (F122)."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.errors import OperatorError
from osc_imagetools.source.block_size import BLOCK_BYTES
from osc_imagetools.source.blocks import Blocks
from osc_imagetools.source.limits import RATIO_FREE_BYTES, TooLargeError
from osc_imagetools.source.unpacking.archive_tar import TarError, untar
from osc_imagetools.source.unpacking.members import MemberChoice
from osc_imagetools.source.unpacking.tar_sparse import MOST_STRETCHES
from osc_imagetools.source.unpacking.unpack import Limits
from tests.cloud import archives
from tests.cloud.archives import Sparse
from tests.unit.source.builders import entry, in_blocks, outcome, payload_of, tar_of

BLOCK = b"sector" * 683
MIB = 1 << 20
GIB = 1 << 30

FORMS = {
    "gnu": archives.gnu_sparse,
    **{
        f"pax {version}": lambda name, file, version=version: archives.pax_sparse(
            name, file, version
        )
        for version in archives.PAX_VERSIONS
    },
}
AT_ANY_RATIO = Limits(max_payload_bytes=1 << 40, ratio_applies=False)

forms = pytest.mark.parametrize("packed", FORMS.values(), ids=FORMS)


def disk(*blocks: bool) -> bytes:
    """A file with data where *blocks* are true; its last block is cut short."""
    return b"".join(BLOCK[:4096] if full else bytes(4096) for full in blocks)[:-100]


def taken(archive: bytes, size: int = 1 << 18) -> bytes:
    return b"".join(
        untar(Blocks(in_blocks(archive, size)), MemberChoice(), AT_ANY_RATIO)
    )


@forms
@given(blocks=st.lists(st.booleans(), min_size=1, max_size=300), size=st.integers(9))
def test_F122_holes_become_zeros_wherever_they_are(packed, blocks, size) -> None:
    content = disk(*blocks)

    archive = packed("images/disk.raw", archives.without_holes(content))

    assert taken(archive, size) == content


@forms
def test_F122_a_sparse_file_has_its_own_name_and_its_whole_size(packed) -> None:
    content = bytes(3 * MIB) + disk(True)
    choice = MemberChoice()

    blocks = list(
        untar(
            Blocks(in_blocks(packed("a/disk.raw", archives.without_holes(content)))),
            choice,
            AT_ANY_RATIO,
        )
    )

    assert (choice.refuse_none().name, choice.refuse_none().size) == (
        "a/disk.raw",
        len(content),
    )
    assert max(map(len, blocks)) == BLOCK_BYTES


@forms
def test_F122_a_sparse_file_that_is_not_wanted_is_passed_over(packed) -> None:
    beside = packed("notes.txt", archives.without_holes(disk(*[True, False] * 40)))
    archive = beside[:-1024] + packed("disk.raw", archives.without_holes(disk(True)))

    assert taken(archive) == disk(True)


def test_F122_a_sparse_file_beyond_eight_gib_is_read() -> None:
    huge = Sparse(9 * GIB, [(9 * GIB - 4, 4)], b"last")

    for packed in FORMS.values():
        blocks = untar(
            Blocks(in_blocks(packed("disk.raw", huge))), MemberChoice(), AT_ANY_RATIO
        )
        assert next(blocks) == bytes(BLOCK_BYTES)


DATA = b"d" * 10
WRONG = {
    "out of order": (Sparse(100, [(50, 5), (0, 5)], DATA), "out of order"),
    "overlapping": (Sparse(100, [(0, 6), (5, 4)], DATA), "overlaps"),
    "beyond the end": (Sparse(100, [(91, 10)], DATA), "beyond the end"),
    "far beyond": (Sparse(100, [(0, 10), (1 << 62, 0)], DATA), "beyond the end"),
    "too much data": (Sparse(100, [(0, 5)], DATA), "map is of 5 bytes, 10 are there"),
    "too little data": (Sparse(100, [(0, 20)], DATA), "is of 20 bytes, 10 are there"),
    "negative offset": (Sparse(100, [(-1, 10)], DATA), "'.*' in its|a size of '-1'"),
    "negative length": (Sparse(100, [(9, -1)], DATA), "'.*' in its|a size of '-1'"),
    "negative size": (Sparse(-5, [(0, 10)], DATA), "'.*' in its|a size of '-5'"),
    "no offset": (Sparse(1 << 63, [(0, 10)], DATA), "'.*' in its|a size of"),
    "huge size": (Sparse(1 << 87, [(0, 10)], DATA), "'.*' in its|a size of"),
}


@forms
@pytest.mark.parametrize(("file", "why"), WRONG.values(), ids=WRONG)
def test_F122_a_map_that_can_not_be_true_is_refused(packed, file, why) -> None:
    with pytest.raises(TarError, match=why):
        taken(packed("disk.raw", file))


@forms
def test_F122_a_sparse_file_that_is_cut_off_is_an_error(packed) -> None:
    archive = packed("disk.raw", archives.without_holes(disk(*[True, False] * 40)))

    for kept in range(512, len(archive) - 1024, 512):
        with pytest.raises(TarError, match="ends too early"):
            taken(archive[:kept])


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (
            b"GNU.sparse.minor=0",
            b"GNU.sparse.minor=1",
            "a form other than that of GNU tar",
        ),
        (b"GNU.sparse.realsize", b"GNU.sparse.fakesize", "a size of ''"),
        (b"2\n0\n", b"3\n0\n", "can't be read|a size of"),
        (b"2\n0\n", b"x\n0\n", "a size of 'x'"),
    ],
)
def test_F122_records_and_maps_that_make_no_sense_are_refused(old, new, why) -> None:
    archive = archives.pax_sparse("disk.raw", archives.without_holes(disk(True)))

    with pytest.raises(TarError, match=why):
        taken(archive.replace(old, new, 1))


def test_F122_a_map_without_line_ends_is_not_read_to_its_end() -> None:
    sound = archives.pax_sparse("disk.raw", archives.without_holes(disk(True)))
    read = 0

    def wire():
        nonlocal read
        yield sound[: 3 * 512]
        while True:
            read += 1
            yield b"1" * 512

    with pytest.raises(TarError, match="its sparse map can't be read"):
        list(untar(Blocks(wire()), MemberChoice(), AT_ANY_RATIO))
    assert read <= 3


def test_F122_a_map_of_version_0_0_with_half_an_entry_is_refused() -> None:
    file = archives.without_holes(disk(True))
    archive = archives.pax_sparse("disk.raw", file, "0.0")

    with pytest.raises(TarError, match="within an entry"):
        taken(archive.replace(b"GNU.sparse.numbytes", b"GNU.sparse.numbites", 1))


def test_F122_star_s_sparse_files_are_refused_though_nothing_is_damaged() -> None:
    by_star = entry("disk.raw", pax_headers={"SCHILY.realsize": "100"})

    with pytest.raises(TarError, match="a form other than that of GNU tar") as refused:
        taken(tar_of((by_star, DATA)))
    assert "manually" in refused.value.do


ENTRIES = [(2 * number, 0) for number in range(MOST_STRETCHES + 1)]


def test_F122_a_map_of_too_many_entries_in_binary_is_refused() -> None:
    with pytest.raises(TarError, match=f"more than {MOST_STRETCHES} entries"):
        taken(archives.gnu_sparse("disk.raw", Sparse(GIB, ENTRIES, b"")))


def test_F122_a_map_of_too_many_entries_is_refused_in_little_memory() -> None:
    archive = archives.pax_sparse("disk.raw", Sparse(GIB, ENTRIES, b""))
    blocks = untar(Blocks(in_blocks(archive)), MemberChoice(), AT_ANY_RATIO)
    tracemalloc.start()

    with pytest.raises(TarError, match=f"more than {MOST_STRETCHES} entries"):
        next(blocks)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 16 * MIB


@pytest.mark.parametrize("form", ["pax 0.0", "pax 0.1"])
def test_F122_a_map_that_is_longer_than_any_header_is_refused_unread(form) -> None:
    stretches = [(1 << 50, 0)] * 60_000
    archive = FORMS[form]("disk.raw", Sparse(GIB, stretches, b""))

    with pytest.raises(TarError, match="a header is longer"):
        taken(archive)


@forms
def test_F122_the_limit_of_size_counts_the_holes(packed) -> None:
    content = disk(True, *[False] * 300, True)
    archive = packed("disk.raw", archives.without_holes(content))

    exactly = Limits(max_payload_bytes=len(content))
    too_small = Limits(max_payload_bytes=len(content) - 1)

    assert outcome(archive, limit=exactly) == content
    assert isinstance(outcome(archive, limit=too_small), TooLargeError)


@forms
def test_F30_F122_a_file_of_next_to_nothing_but_holes_is_refused_unread(packed) -> None:
    archive = packed("disk.raw", Sparse(1 << 50, [(0, 10)], DATA))

    refused = outcome(archives.gz(archive))

    assert isinstance(refused, TooLargeError)
    assert refused.what == "The source looks like a decompression bomb"
    assert f"10 bytes unpack to {1 << 50}" in refused.why


@forms
@pytest.mark.parametrize("pack", [bytes, archives.gz], ids=["plain", "gz"])
def test_F122_a_long_hole_before_most_of_the_data_is_no_bomb(packed, pack) -> None:
    most = 2 * RATIO_FREE_BYTES
    holed = Sparse(most, [(MIB, 10), (most - MIB, MIB)], DATA + bytes(MIB))
    payload = payload_of(pack(packed("disk.raw", holed)))

    assert sum(map(len, payload.blocks())) == most


def test_F122_a_size_that_the_operator_gave_replaces_the_ratio() -> None:
    file = Sparse(300 * MIB, [(0, 10)], DATA)
    limit = Limits(max_payload_bytes=300 * MIB, ratio_applies=False)
    payload = payload_of(archives.pax_sparse("disk.raw", file), limit=limit)

    assert sum(map(len, payload.blocks())) == 300 * MIB


@forms
@given(
    damage=st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 255)), max_size=6)
)
def test_F133_any_damage_to_a_sparse_file_gives_bytes_or_a_reason(
    packed, damage
) -> None:
    file = archives.without_holes(disk(*[True, False] * 9))
    archive = bytearray(packed("disk.raw", file))
    for position, byte in damage:
        archive[position] = byte
    for start in (0, 1024):
        block = archive[start : start + 512]
        block[148:156] = b" " * 8
        archive[start + 148 : start + 156] = b"%06o\0 " % sum(block)

    limit = Limits(max_payload_bytes=MIB)

    assert isinstance(outcome(bytes(archive), limit=limit), bytes | OperatorError)


def test_F31_what_is_packed_in_a_sparse_file_is_refused_as_in_any_other() -> None:
    content = archives.gz(disk(True)) + bytes(9_000)

    refused = outcome(archives.gnu_sparse("disk.gz", archives.without_holes(content)))

    assert isinstance(refused, OperatorError)
    assert refused.why == "'disk.gz' in the archive is gzip"
