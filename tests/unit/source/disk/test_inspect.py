# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What an image is, and whether it is safe (F1, F25, F36 to F42)."""

from __future__ import annotations

import itertools
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.source.disk.inspect import (
    HEAD_BYTES,
    FormatError,
    Inspected,
    PageError,
    UnsafeImageError,
    refuse_page,
)
from osc_imagetools.source.disk.raw_disk import Evidence
from tests.cloud.images import iso, raw, stream_optimized_vmdk, vmdk, vmdk_descriptor
from tests.unit.source.builders import in_blocks, mbr, qcow2, said

MIB = 1 << 20
GIB = 1 << 30


def passed(image: bytes, disk_format: str | None = None, size: int = 4_096):
    """*image* after all checks; raises what they raise."""
    evidence = Evidence.WORD if disk_format else Evidence.LOOKS
    inspected = Inspected(
        in_blocks(image, size), disk_format=disk_format, evidence=evidence
    )
    came = []
    for block in inspected:
        inspected.check()
        came.append(block)
    inspected.finish()
    assert b"".join(came) == image
    assert inspected.size == len(image)
    return inspected


def vhd(disk_bytes: int = GIB, kind: int = 3) -> bytes:
    head = b"conectix".ljust(40, b"\0") + struct.pack(">QQII", disk_bytes, 0, 0, kind)
    return head.ljust(MIB, b"\0")


def vdi(disk_bytes: int = GIB, kind: int = 1) -> bytes:
    header = bytes(0x40) + struct.pack("<IIII", 0xBEDA107F, 0x10001, 0x190, kind)
    return (header.ljust(0x170, b"\0") + struct.pack("<Q", disk_bytes)).ljust(
        MIB, b"\0"
    )


def vhdx(disk_bytes: int = GIB) -> bytes:
    """A VHDX whose metadata stands at 2 MiB, as everybody writes it."""
    metadata_region = bytes.fromhex("06a27c8b90479a4bb8fe575f050f886e")
    disk_size_item = bytes.fromhex("2442a52f1bcd7648b2115dbed83bf4b8")
    image = bytearray(3 * MIB)
    image[:8] = b"vhdxfile"
    image[192 << 10 : (192 << 10) + 16] = struct.pack("<IIII", 0x69676572, 0, 1, 0)
    entry = metadata_region + struct.pack("<QII", 2 * MIB, MIB, 1)
    image[(192 << 10) + 16 : (192 << 10) + 48] = entry
    image[2 * MIB : 2 * MIB + 12] = struct.pack("<8sHH", b"metadata", 0, 1)
    item = disk_size_item + struct.pack("<III", 65_536, 8, 0)
    image[2 * MIB + 32 : 2 * MIB + 60] = item
    image[2 * MIB + 65_536 : 2 * MIB + 65_544] = struct.pack("<Q", disk_bytes)
    return bytes(image)


IMAGES = {
    # what it is: image, Glance's name, bytes of its disk, whether known at once
    "qcow2": (qcow2(), "qcow2", GIB, True),
    "qcow2 of version 2": (qcow2(version=2, header_bytes=0), "qcow2", GIB, True),
    "raw": (raw(4 * MIB), "raw", 4 * MIB, False),
    "MBR": (mbr() + bytes(MIB), "raw", MIB + 512, False),
    "FAT": (
        bytes(16) + b"\2" + bytes(4) + b"\xf8" + mbr(0)[22:] + bytes(MIB),
        "raw",
        MIB + 512,
        False,
    ),
    "ISO": (iso(), "iso", MIB, False),
    "bootable ISO": (mbr() + iso()[512:], "iso", MIB, False),
    "VMDK": (vmdk(), "vmdk", MIB, True),
    "VMDK, stream": (stream_optimized_vmdk(), "vmdk", MIB, True),
    "VHD": (vhd(), "vhd", GIB, True),
    "VHDX": (vhdx(), "vhdx", GIB, False),
    "VDI": (vdi(), "vdi", GIB, True),
}
images = pytest.mark.parametrize(
    ("image", "name", "disk_bytes", "at_once"), IMAGES.values(), ids=IMAGES
)


@images
@pytest.mark.parametrize("size", [512, 100_000, 1 << 18])
def test_F38_the_bytes_say_what_an_image_is_and_how_large(
    image, name, disk_bytes, at_once, size
) -> None:
    inspected = passed(image, size=size)

    assert inspected.disk_format == name
    assert inspected.virtual_size == disk_bytes
    assert inspected.warnings == []


@images
def test_the_format_is_known_with_the_first_block(
    image, name, disk_bytes, at_once
) -> None:
    inspected = Inspected(in_blocks(image, 1_000), disk_format=None)
    assert inspected.disk_format is None

    next(inspected)

    assert inspected.disk_format == name
    assert inspected.virtual_size == (disk_bytes if at_once else None)


def test_the_disk_of_a_vhdx_is_known_when_its_metadata_has_passed() -> None:
    inspected = Inspected(in_blocks(vhdx()), disk_format=None)

    while inspected.virtual_size is None:
        next(inspected)

    assert inspected.virtual_size == GIB
    assert inspected.size < 3 * MIB


@given(st.sampled_from(sorted(IMAGES)), st.lists(st.integers(0, 3 * MIB), max_size=9))
def test_how_an_image_is_cut_changes_nothing(kind, cuts) -> None:
    image, name, disk_bytes, _ = IMAGES[kind]
    edges = [0, *sorted(cuts), len(image)]
    blocks = (image[a:b] for a, b in itertools.pairwise(edges))
    inspected = Inspected(blocks, disk_format=None)

    came = b"".join(inspected)
    inspected.finish()

    assert came == image
    assert (inspected.disk_format, inspected.virtual_size) == (name, disk_bytes)


def test_no_block_is_larger_than_256_kib() -> None:
    inspected = Inspected(iter([bytes(MIB), b"", bytes(3)]), disk_format=None)

    sizes = [len(block) for block in inspected]

    assert sizes == [HEAD_BYTES] * 4 + [3]


UNSAFE = {
    "backing file": (qcow2(backing_file=512), "backing file"),
    "backing file, version 2": (qcow2(version=2, backing_file=512), "backing file"),
    "data file": (qcow2(features=1 << 2), "external data file"),
    "extended L2": (qcow2(features=1 << 4), "can't be checked"),
    "unknown feature": (qcow2(features=1 << 60), "can't be checked"),
    "qcow4": (qcow2(version=4), "Unsupported qcow2 version"),
    "qcow2, AES": (qcow2(version=2, cipher=1), r"encrypted \(AES\)"),
    "qcow2, LUKS": (qcow2(cipher=2), r"encrypted \(LUKS\)"),
    "qcow2, cipher 9": (qcow2(cipher=9), r"encrypted \(method 9\)"),
    "short header": (qcow2(header_bytes=72), "72 bytes long"),
    "odd header": (qcow2(header_bytes=109), "109 bytes long"),
    "header beyond its cluster": (qcow2(header_bytes=65_544), "65544 bytes long"),
    "LUKS": (b"LUKS\xba\xbe\0\1" + bytes(MIB), "encrypted"),
    "LUKS 2": (b"LUKS\xba\xbe\0\2" + bytes(MIB), "encrypted"),
    "VHD, differencing": (vhd(kind=4), "it has a parent"),
    "VDI, differencing": (vdi(kind=4), "the changes to another image"),
    "VMDK, flat": (vmdk("monolithicFlat"), "only streamOptimized"),
    "VMDK, path": (vmdk(extent='RW 1 FLAT "/etc/passwd" 0'), "without paths"),
    "VMDK, parent": (vmdk(parent="/etc/passwd"), "it has a parent"),
    "VMDK, parent in a corner": (
        vmdk(extent='RW 1 SPARSE "x"\n#' + "x" * 512, parent="x", descriptor_sectors=1),
        "it has a parent",
    ),
    "VMDK of extents": (vmdk(sectors=0), "files that its descriptor names"),
    "VMDK, no type": (vmdk('" x="'), "only streamOptimized"),
    "VMDK descriptor": (
        vmdk_descriptor("monolithicFlat", ('RW 1 FLAT "passwd" 0',)),
        "names other files",
    ),
    "VMDK descriptor, sparse": (
        vmdk_descriptor("monolithicSparse", ('RW 1 SPARSE "passwd"',)),
        "names other files",
    ),
}


@pytest.mark.parametrize(("image", "why"), UNSAFE.values(), ids=UNSAFE)
def test_F36_f37_an_unsafe_image_is_refused_at_its_first_block(image, why) -> None:
    inspected = Inspected(in_blocks(image, 1_000), disk_format=None)
    next(inspected)

    with pytest.raises(UnsafeImageError, match=why):
        inspected.check()
    with pytest.raises(UnsafeImageError, match=why):
        inspected.finish()


def test_F37_a_footer_that_contradicts_the_header_is_refused_at_the_end() -> None:
    inspected = Inspected(in_blocks(stream_optimized_vmdk(2)), disk_format=None)
    for _ in inspected:
        inspected.check()

    with pytest.raises(UnsafeImageError, match="footer contradicts"):
        inspected.finish()


SEVERAL = {
    "qcow2 and ISO": qcow2()[:32_768] + iso()[32_768:],
    "qcow2 and MBR": qcow2()[:446] + mbr()[446:] + bytes(MIB),
    "VHD and ISO": vhd()[:32_768] + iso()[32_768:],
    "ISO, MBR and VDI": vdi()[:446] + mbr()[446:] + iso()[512:],
}


@pytest.mark.parametrize("image", SEVERAL.values(), ids=SEVERAL)
def test_F38_several_formats_at_once_are_refused(image) -> None:
    with pytest.raises(FormatError, match="has more than one format"):
        passed(image)


def boot_sector(partitions: bytes = b"\x0e" * 64, behind: bytes = b"") -> bytes:
    return bytes(446) + partitions + b"\x55\xaa" + behind.ljust(MIB, b"\1")


KERNEL = boot_sector(mbr()[446:510], b"\xeb\x66HdrS")
"""What stands where the partitions would looks like some."""


@pytest.mark.parametrize("declared", ["aki", "ari"])
@pytest.mark.parametrize("image", [KERNEL, boot_sector()], ids=["kernel", "other"])
def test_F40_a_kernel_with_a_boot_sector_is_one_and_what_glance_does_is_said(
    image, declared
) -> None:
    inspected = passed(image, declared)

    assert inspected.disk_format == declared
    [warning] = inspected.warnings
    assert "unless the cloud's require_image_format_match is disabled" in warning
    assert warning.endswith(f"with --container-format {declared}")


@pytest.mark.parametrize(
    ("image", "declared", "name"),
    [
        (boot_sector(behind=b"EFI PART"), "aki", "raw with a partition table"),
        (KERNEL, "ami", "raw with a partition table"),
        (qcow2(), "raw", "qcow2"),
        (bytes(MIB), "qcow2", "raw"),
        (mbr() + bytes(MIB), "vhd", "raw with a partition table"),
        (mbr() + bytes(MIB), "aki", "raw with a partition table"),
        (iso(), "raw", "iso"),
        (iso(), "qcow2", "iso"),
        (vmdk(), "qcow2", "vmdk"),
        (qcow2(), "ari", "qcow2"),
        (bytes(MIB), "\x1b[2J", "raw"),
    ],
)
def test_F39_a_declared_format_that_the_bytes_contradict_is_refused(
    image, declared, name
) -> None:
    with pytest.raises(FormatError) as refused:
        passed(image, declared)

    assert str(refused.value).isprintable()
    assert refused.value.why == f"its bytes are {name}"


@pytest.mark.parametrize(
    ("image", "declared"),
    [
        (qcow2(), "qcow2"),
        (bytes(MIB), "raw"),
        (b"\1", "raw"),
        (mbr() + bytes(MIB), "raw"),
        (mbr() + bytes(MIB), "gpt"),
        (mbr() + iso()[512:], "iso"),
        (bytes(MIB), "aki"),
        (bytes(MIB), "ari"),
        (bytes(MIB), "ploop"),
    ],
)
def test_F40_a_declared_format_that_fits_is_taken(image, declared) -> None:
    assert passed(image, declared).disk_format == declared


def test_F36_an_unsafe_image_stays_unsafe_whatever_it_is_declared_to_be() -> None:
    with pytest.raises(UnsafeImageError, match="backing file"):
        passed(qcow2(backing_file=512), "raw")


def test_F41_a_partition_table_that_glance_may_refuse_earns_a_warning() -> None:
    (warning,) = passed(mbr(partition_type=0) + bytes(MIB)).warnings

    assert "no partitions defined" in warning
    assert "gpt_safety_checks_nonfatal" in warning


def test_an_image_that_was_not_read_to_its_end_is_not_passed() -> None:
    inspected = Inspected(in_blocks(stream_optimized_vmdk()), disk_format=None)
    next(inspected)

    with pytest.raises(FormatError, match="not read completely"):
        inspected.finish()


def test_F25_an_empty_image_is_refused() -> None:
    with pytest.raises(FormatError, match="The image is empty"):
        passed(b"")


@pytest.mark.parametrize(
    "image",
    [
        qcow2()[:511],
        qcow2()[:4],
        b"QED\0",
        b"vhdxfile",
        qcow2(disk_bytes=0),
        qcow2(disk_bytes=2**63),
        vhd(0),
        vhdx()[: 2 * MIB],
        b"text " * 200 + b"\xff" * 1_000,
    ],
)
def test_F36_a_damaged_image_is_refused(image) -> None:
    with pytest.raises((FormatError, UnsafeImageError)):
        passed(image)


@given(
    st.sampled_from(sorted(IMAGES)),
    st.lists(st.tuples(st.integers(0, 1_023), st.integers(0, 255)), max_size=9),
)
def test_F36_any_damage_gives_an_image_or_a_reason(kind, damage) -> None:
    image = bytearray(IMAGES[kind][0])
    for position, byte in damage:
        image[position % len(image)] = byte

    assert said(passed, bytes(image), size=1 << 18).isprintable()


@pytest.mark.parametrize(
    "page",
    [
        *(b"<!DOCTYPE html><title>Sign in</title>", b"<HTML>", b"\n\t <html lang=en>"),
        *(b'<?xml version="1.0"?><Error>', b'{"error": "gone"}', b'{ "a": 1}'),
        *(b"\xef\xbb\xbf<!doctype html>",),
    ],
)
def test_F1_a_page_is_refused_with_its_type_and_its_beginning(page) -> None:
    with pytest.raises(PageError) as refused:
        refuse_page(page + b"\x1b[2J\n" * 99, "text/html; charset=utf-8")

    assert "'text/html; charset=utf-8'" in str(refused.value)
    assert page.strip()[-6:].decode() in refused.value.why
    assert str(refused.value).isprintable()


@pytest.mark.parametrize("first", [b"", b"\0" * 99, qcow2(), b"{x", b"# Disk <html"])
def test_F1_what_is_no_page_passes(first) -> None:
    refuse_page(first, "text/html")
