# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether what a qcow2 points at lies inside of it (F116)."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.source.disk.errors import FormatError
from osc_imagetools.source.disk.qcow2_tables import Qcow2Tables
from tests.cloud.images import qcow2, raw
from tests.unit.source.builders import in_blocks

KIB = 1 << 10
CLUSTER = 4 * KIB
IMAGE = qcow2(bytes(40 * KIB) + raw(700 * KIB), cluster_bits=12)
L1_AT, L2_AT, CONTENT_AT = (number * CLUSTER for number in (1, 2, 3))
COMPRESSED = 1 << 62


def judged(image: bytes, size: int = 256 * KIB) -> None:
    """Raise `FormatError` if the tables of *image* point beyond its end."""
    tables = Qcow2Tables(image[: 256 * KIB])
    for block in in_blocks(image, size):
        tables.see(block)
    tables.finish(len(image))


def entry(image: bytes, place: int, value: int) -> bytes:
    """*image* with another entry in one of its tables."""
    return image[:place] + struct.pack(">Q", value) + image[place + 8 :]


@given(st.integers(1, 300 * KIB))
def test_F116_a_whole_one_is_fine_however_it_comes(size: int) -> None:
    judged(IMAGE, size)


@given(st.integers(CONTENT_AT, len(IMAGE) - CLUSTER), st.integers(999, 300 * KIB))
def test_F116_one_that_is_cut_is_refused_however_it_comes(
    length: int, size: int
) -> None:
    with pytest.raises(FormatError, match=f"and it has {length} bytes"):
        judged(IMAGE[:length], size)


BEYOND = len(IMAGE) // CLUSTER * CLUSTER + CLUSTER
TABLES = {
    "level 1 table": (entry(IMAGE, 40, BEYOND), "level 1 table ends at byte"),
    "refcount table": (entry(IMAGE, 48, BEYOND), "refcount table ends at byte"),
    "snapshots": (
        IMAGE[:60] + struct.pack(">IQ", 1, len(IMAGE) - 39) + IMAGE[72:],
        "table of snapshots ends at byte",
    ),
    "level 2 table": (entry(IMAGE, L1_AT, BEYOND), "was cut off"),
    "content": (entry(IMAGE, L2_AT + 8, BEYOND), "was cut off"),
    "compressed content": (
        entry(IMAGE, L2_AT + 8, COMPRESSED | 15 << 58 | len(IMAGE) - 512),
        "was cut off",
    ),
    "refcounts": (entry(IMAGE, len(IMAGE) - 2 * CLUSTER, BEYOND), "was cut off"),
}


@pytest.mark.parametrize(("image", "why"), TABLES.values(), ids=TABLES)
@pytest.mark.parametrize("size", [1_000, 256 * KIB])
def test_F116_a_table_that_points_beyond_the_end_is_named(
    image: bytes, why: str, size: int
) -> None:
    with pytest.raises(FormatError, match=why):
        judged(image, size)


class Counted(Qcow2Tables):
    """How many clusters of tables are read."""

    count = 0

    def _read(self, table: bytes, kind: str) -> None:
        self.count += 1
        super()._read(table, kind)


@pytest.mark.parametrize("apart", [0, 512], ids=["one", "overlapping"])
def test_F133_a_table_is_read_once_however_often_it_is_pointed_at(apart: int) -> None:
    places = range(L2_AT, L2_AT + CLUSTER // 8 * apart, apart) if apart else [L2_AT]
    pointers = struct.pack(">512Q", *[*places, *[places[0]] * (512 - len(places))])
    image = IMAGE[:36] + struct.pack(">I", 512) + IMAGE[40:L1_AT] + pointers
    image += IMAGE[L2_AT:]
    tables, sound = Counted(image), Counted(IMAGE)

    for seen, whole in ((tables, image), (sound, IMAGE)):
        for block in in_blocks(whole, 256 * KIB):
            seen.see(block)

    # Where they overlap, those that begin with a cluster
    assert tables.count <= sound.count + apart // 8


@pytest.mark.parametrize("kept", [entry(IMAGE, L2_AT + 8, 1), IMAGE + bytes(9)])
def test_zeros_and_what_follows_are_no_fault(kept: bytes) -> None:
    judged(kept)


def test_the_last_cluster_may_be_written_in_part() -> None:
    image = entry(IMAGE, L2_AT + 8, len(IMAGE) - CLUSTER + 512)

    judged(image)


@pytest.mark.parametrize(
    ("place", "value", "why"),
    [
        (20, 8, "clusters are of 2^8 bytes"),
        (20, 22, "clusters are of 2^22 bytes"),
        (36, 0, "level 1 table of 0 entries is too small"),
        (36, 1 << 31, "level 1 table has 2147483648 entries"),
        (56, 0, "refcount table has 0 bytes"),
        (56, 1 << 31, "refcount table has 8796093022208 bytes"),
    ],
)
def test_F133_absurd_numbers_are_refused_at_the_head(
    place: int, value: int, why: str
) -> None:
    head = IMAGE[:place] + struct.pack(">I", value) + IMAGE[place + 4 :]

    with pytest.raises(FormatError) as refused:
        Qcow2Tables(head[:512])

    assert why in str(refused.value)
