# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""QEMU's own probe, and ours: what isn't raw for QEMU is never stored as raw."""

from __future__ import annotations

from collections.abc import Iterator

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.errors import OperatorError
from osc_imagetools.source.disk.inspect import Inspected
from osc_imagetools.source.disk.raw_disk import Evidence
from tests.unit.source.builders import in_blocks
from tests.unit.source.disk.recipes import (
    BY_HAND,
    BY_QEMU,
    DISK,
    MIB,
    QEMU_IMG,
    faults,
    made,
    probed,
)

NO_FORMAT = "refused"
LENGTHS = (1, 3, 4, 8, 9, 48, 64, 72, 84, 104, 511, 512, 513, 4_096, 65_536)
BEFORE = (b" ", b"\n", b"\r\n", b" \n", b"\0", b"# x\n", bytes(512))
AFTER = (b"\0", b"\n", bytes(512), DISK[:65_536])

needs_qemu = pytest.mark.skipif(QEMU_IMG is None, reason="no qemu-img")


def ours(image: bytes, evidence: Evidence = Evidence.NONE) -> str:
    """What the image would be stored as, by nothing but its bytes; or ``refused``."""
    inspected = Inspected(in_blocks(image), disk_format=None, evidence=evidence)
    try:
        for _ in inspected:
            inspected.check()
        inspected.finish()
    except OperatorError as error:
        is_whole = error.what and error.why and error.do and str(error).isprintable()
        return NO_FORMAT if is_whole else f"{NO_FORMAT}, and not said: {error}"
    return str(inspected.disk_format)


def variants(image: bytes) -> Iterator[bytes]:
    """The image whole, cut short, and with something before and after it."""
    yield image
    yield from (image[:length] for length in LENGTHS if length < len(image))
    yield from (image[: len(image) // 2], image[:-1])
    yield from (before + image for before in BEFORE)
    yield from (image + after for after in AFTER)


@pytest.mark.parametrize("name", BY_HAND)
def test_F111_what_was_made_by_hand_is_raw_only_if_it_is(name: str) -> None:
    wanted = "iso" if name == "raw, ISO" else "raw"

    seen = ours(BY_HAND[name])

    assert (seen == wanted) == name.startswith("raw"), seen


@needs_qemu
@pytest.mark.parametrize("name", BY_HAND)
def test_F111_what_was_made_by_hand_is_for_qemu_what_its_recipe_says(name: str) -> None:
    seen = probed(BY_HAND[name])

    assert seen in (name.partition(",")[0], "broken"), seen


@needs_qemu
@pytest.mark.parametrize("name", BY_HAND)
def test_F111_cut_or_padded_it_is_raw_only_if_it_is_for_qemu(name: str) -> None:
    for image in variants(BY_HAND[name]):
        if ours(image) == "raw":
            assert probed(image) == "raw", image[:80]


@needs_qemu
@pytest.mark.parametrize(("disk_format", "options"), BY_QEMU)
def test_F111_what_qemu_writes_is_raw_only_if_it_is_for_qemu(
    disk_format: str, options: str
) -> None:
    for image in variants(made(disk_format, options)):
        if ours(image) == "raw":
            assert probed(image) == "raw", image[:80]
            assert b"conectix" not in image[-512:]


ACCEPTED = {
    "vpc": "vhd",
    **{name: name for name in ("qcow2", "vdi", "vhdx", "vmdk")},
}
REFUSED_OPTIONS = ("extended_l2", "Flat", "twoGb", "subformat=fixed,")


@needs_qemu
@pytest.mark.parametrize(("disk_format", "options"), BY_QEMU)
@pytest.mark.parametrize(
    "size",
    [
        pytest.param(MIB, id="1M"),
        pytest.param(65 * MIB, id="65M", marks=pytest.mark.long),
    ],
)
def test_what_qemu_writes_is_taken_for_what_it_is_or_refused(
    disk_format: str, options: str, size: int
) -> None:
    image = made(disk_format, options, DISK.ljust(size, b"\0"))

    seen = ours(image, Evidence.LOOKS)

    is_fixed = (disk_format, options[:15]) == ("vpc", "subformat=fixed")
    is_refused = is_fixed or any(one in options for one in REFUSED_OPTIONS)
    wanted = NO_FORMAT if is_refused else ACCEPTED.get(disk_format, NO_FORMAT)
    assert seen == wanted


def changed(image: bytes, changes: list[tuple[int, int]]) -> bytes:
    """*image* with some bytes of its head changed."""
    fresh = bytearray(image)
    for place, byte in changes:
        fresh[place % min(len(fresh), 1_024)] = byte
    return bytes(fresh)


def fuzzed(examples: int) -> hypothesis.settings:
    return hypothesis.settings(deadline=None, max_examples=examples)


CHANGES = st.lists(st.tuples(st.integers(0, 1_023), st.integers(0, 255)), max_size=4)
INSERTED = st.text(" \t\r\n\0#xversion=123", max_size=12)


@needs_qemu
@given(st.sampled_from(sorted(BY_HAND)), CHANGES, INSERTED, st.integers(0, 2_048))
@fuzzed(150)
def test_F111_with_bytes_changed_it_is_raw_only_if_it_is_for_qemu(
    name: str, changes: list[tuple[int, int]], before: str, length: int
) -> None:
    image = before.encode() + changed(BY_HAND[name], changes)[: length or None]

    if ours(image) == "raw":
        assert probed(image) == "raw", image[:80]


@pytest.mark.long
@needs_qemu
@given(st.sampled_from(sorted(BY_HAND)), CHANGES, INSERTED, st.integers(0, 2_048))
@fuzzed(20_000)
def test_F111_however_long_it_is_tried(
    name: str, changes: list[tuple[int, int]], before: str, length: int
) -> None:
    image = before.encode() + changed(BY_HAND[name], changes)[: length or None]

    if ours(image) == "raw":
        assert probed(image) == "raw", image[:80]


NUMBERS = st.sampled_from(
    [b"9" * 5_000, b"-1", b"1e999", b"0x" + b"f" * 99, "٣".encode(), b"\xff", b'"']
)


@given(st.sampled_from(["RW 2048 SPARSE", "version=1", "createType", "CID="]), NUMBERS)
def test_F133_a_vmdk_with_absurd_numbers_gives_an_image_or_a_reason(
    before: str, number: bytes
) -> None:
    image = BY_HAND["vmdk"].replace(before.encode(), before.encode() + number)

    assert ours(image) in ("vmdk", NO_FORMAT)


WIDE = st.sampled_from([0, 1, (1 << 31) - 1, 1 << 31, (1 << 63) - 1, (1 << 64) - 1])


@given(st.sampled_from(sorted(BY_HAND)), st.integers(0, 127), WIDE)
def test_F133_absurd_numbers_in_a_header_give_an_image_or_a_reason(
    name: str, place: int, number: int
) -> None:
    image = bytearray(BY_HAND[name])
    image[place * 4 : place * 4 + 8] = number.to_bytes(8, "big")

    assert "not said" not in ours(bytes(image))


QCOW2S = {
    "plain": ("", ()),
    "version 2": ("compat=v2", ()),
    "small clusters": ("cluster_size=512", ()),
    "large clusters": ("cluster_size=2M", ()),
    "compressed": ("", ("-c",)),
    "compressed by zstd": ("compression_type=zstd", ("-c",)),
    "room made beforehand": ("preallocation=metadata", ()),
}


@needs_qemu
@pytest.mark.parametrize(("options", "more"), QCOW2S.values(), ids=QCOW2S)
def test_F116_a_qcow2_that_is_cut_where_qemu_misses_something_is_refused(
    options: str, more: tuple[str, ...]
) -> None:
    disk = DISK + bytes(MIB) + DISK
    image = made("qcow2", options, disk, *more)
    assert ours(image) == "qcow2"

    cut = [image[: len(image) * part // 12] for part in range(1, 12)]

    for one in [image[:-512], image[: -(2 << 20)] or image[:-1], *cut]:
        if faults(one):
            assert ours(one) == NO_FORMAT, len(one)
