# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What bytes are by their marks: disks, images of other programs, and no images.

What a mark proves is how unlikely it is by chance: eight bytes a lot, two of them next
to nothing. The tables are ordered by that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from osc_imagetools.i18n import _

SECTOR_BYTES = 512


class Mark(NamedTuple):
    """Bytes at a place that say what the whole is."""

    name: str
    offset: int
    magic: bytes

    def is_in(self, head: bytes) -> bool:
        """Whether *head* has it."""
        return head.startswith(self.magic, self.offset)


def _marks(name: str, magic: bytes, *offsets: int) -> tuple[Mark, ...]:
    return tuple(Mark(name, offset, magic) for offset in offsets or (0,))


_CLOOP = b"#!/bin/sh\n#V2.0 Format\nmodprobe cloop file="

OTHER_IMAGES = (
    *_marks("qcow", b"QFI\xfb\0\0\0\1"),
    *_marks("qed", b"QED\0"),
    *_marks("parallels", b"WithoutFreeSpace"),
    *_marks("parallels", b"WithouFreSpacExt"),
    *_marks("bochs", b"Bochs Virtual HD Image"),
    *_marks("cloop", _CLOOP),
    *_marks("vmdk", b"COWD"),
)
"""Formats of images that Glance has no name for, by the names that QEMU has."""

CUT_OFF = (
    *_marks("qcow2", b"QFI\xfb"),
    *_marks("vmdk", b"KDMV"),
    *_marks("vhd", b"conectix"),
    *_marks("vhdx", b"vhdxfile"),
    *_marks("vdi", b"\x7f\x10\xda\xbe", 0x40),
    *_marks("luks", b"LUKS\xba\xbe"),
)
"""What ends within its first sector, the inspectors of oslo take for raw."""

LINUX = "a Linux kernel"

_FOREIGN = (
    *_marks("lzop", b"\x89LZO\0\r\n\x1a\n"),
    *_marks("a Debian package", b"!<arch>\ndebian-binary"),
    *_marks("an ar archive", b"!<arch>\n"),
    *_marks("a cpio archive", b"070701"),
    *_marks("a cpio archive", b"070702"),
    *_marks("a cpio archive", b"070707"),
    *_marks("a WIM archive", b"MSWIM\0\0\0"),
    *_marks("an RPM package", b"\xed\xab\xee\xdb"),
    *_marks("a xar archive", b"xar!"),
    *_marks("a CAB archive", b"MSCF\0\0\0\0"),
    *_marks("lz4 of the old format", b"\x02\x21\x4c\x18"),
    *_marks("a program (ELF)", b"\x7fELF"),
    *_marks(LINUX, b"HdrS", 0x202),
    *_marks(LINUX, b"ARM\x64", 0x38),
    *_marks("a U-Boot image", b"\x27\x05\x19\x56"),
    *_marks("a device tree", b"\xd0\x0d\xfe\xed"),
    *_marks("a PDF", b"%PDF-"),
    *_marks("a PNG picture", b"\x89PNG\r\n\x1a\n"),
    *_marks("a SQLite database", b"SQLite format 3\0"),
    *_marks("a Java class or a program for macOS", b"\xca\xfe\xba\xbe"),
    *_marks("a stream of Android's sparse images", b"\x3a\xff\x26\xed"),
    *_marks("a Ceph export", b"rbd image v2\n"),
    *_marks("a Ceph export", b"rbd diff v"),
)
"""What `unpacking.magic` knows never comes as far as this."""

_WEAKLY_FOREIGN = (
    *_marks("compress (.Z)", b"\x1f\x9d"),
    *_marks("pack (.z)", b"\x1f\x1e"),
    *_marks("an old cpio archive", b"\xc7\x71"),
    *_marks("an old cpio archive", b"\x71\xc7"),
    *_marks("a program for Windows, perhaps a self-extracting archive", b"MZ"),
    *_marks("zlib", b"\x78\x01"),
    *_marks("zlib", b"\x78\x5e"),
    *_marks("zlib", b"\x78\x9c"),
    *_marks("zlib", b"\x78\xda"),
    *_marks("a JPEG picture", b"\xff\xd8\xff"),
)
_LZMA = re.compile(rb"\x5d\0\0[\0-\xff]{2}(?:\xff{8}|[\0-\xff]{5}\0{3})", re.DOTALL)
"""The usual properties, size of the dictionary, size of the content or -1."""

BOOT_SECTOR = Mark("a boot sector", 510, b"\x55\xaa")

_PAGES_BYTES = (4_096, 8_192, 16_384, 65_536)
_UFS = (b"\x54\x19\x01\0", b"\0\x01\x19\x54", b"\x19\x01\x54\x19", b"\x19\x54\x01\x19")

DISKS = (
    *_marks("a GUID partition table", b"EFI PART", 512, 4_096),
    *_marks("a partition map", b"PM\0\0", 512),
    *_marks("a disk label", b"WEV\x82", 0, 64, 512),
    *_marks("a disk label", b"RDSK"),
    *_marks("a disk label", b"\x0b\xe5\xa9\x41"),
    *_marks("a DASD volume label", b"\xe5\xd6\xd3\xf1", 4, 1_024, 4_096, 8_192),
    *_marks("UDF", b"NSR02\1", 34_817, 36_865, 38_913),
    *_marks("UDF", b"NSR03\1", 34_817, 36_865, 38_913),
    *_marks("XFS", b"XFSB"),
    *_marks("btrfs", b"_BHRfS_M", 65_600),
    *_marks("bcachefs", bytes.fromhex("c68573f64e1a45ca8265f57f48ba6d81"), 4_120),
    *_marks("F2FS", b"\x10\x20\xf5\xf2", 1_024),
    *_marks("EROFS", b"\xe2\xe1\xf5\xe0", 1_024),
    *_marks("SquashFS", b"hsqs"),
    *_marks("cramfs", b"\x45\x3d\xcd\x28"),
    *_marks("romfs", b"-rom1fs-"),
    *_marks("JFS", b"JFS1", 32_768),
    *_marks("ReiserFS", b"ReIsErFs", 8_244, 65_588),
    *_marks("ReiserFS", b"ReIsEr2Fs", 65_588),
    *_marks("ReiserFS", b"ReIsEr3Fs", 65_588),
    *_marks("Reiser4", b"ReIsEr4", 65_536),
    *_marks("OCFS2", b"OCFSV2", 1_024, 2_048, 4_096, 8_192),
    *_marks("GFS2", b"\x01\x16\x19\x70", 65_536),
    *_marks("NTFS", b"NTFS    ", 3),
    *_marks("exFAT", b"EXFAT   ", 3),
    *_marks("FAT", b"FAT12   ", 54),
    *_marks("FAT", b"FAT16   ", 54),
    *_marks("FAT", b"FAT32   ", 82),
    *_marks("APFS", b"NXSB", 32),
    *_marks("HFS+", b"H+\0\4", 1_024),
    *_marks("HFS+", b"HX\0\5", 1_024),
    *(mark for magic in _UFS for mark in _marks("UFS", magic, 9_564, 66_908)),
    *_marks("LVM", b"LABELONE", 0, 512, 1_024, 1_536),
    *_marks("ReFS", b"ReFS\0\0\0\0", 3),
    *_marks("BitLocker", b"-FVE-FS-", 3),
    *_marks("Stratis", b"!Stra0tis\x86\xff\x02^\x41rh", 516),
    *_marks("MD RAID", b"\xfc\x4e\x2b\xa9", 0, 4_096),
    *_marks("dm-verity", b"verity\0\0"),
    *_marks("dm-integrity", b"integrt\0"),
    *(
        mark
        for page in _PAGES_BYTES
        for magic in (b"SWAPSPACE2", b"SWAP-SPACE")
        for mark in _marks("swap", magic, page - 10)
    ),
    *(
        mark
        for magic in (b"\x0c\xb1\xba\0\0\0\0\0", b"\0\0\0\0\0\xba\xb1\x0c")
        for mark in _marks("ZFS", magic, *range(128 << 10, 256 << 10, 1 << 10))
    ),
    *_marks("ext2, ext3 or ext4", b"\x53\xef", 1_080),
    *_marks("NILFS2", b"\x34\x34", 1_030),
    *_marks("a disk label", b"\xda\xbe", 508),
    BOOT_SECTOR,
)
"""What a raw image may have within its first 256 KiB that only a disk has."""

_DESCRIPTOR = re.compile(rb"[\s\0]*#[ \t]*disk[ \t]*descriptorfile", re.IGNORECASE)
_DESCRIPTOR_OF_QEMU = re.compile(rb"(?:#[^\n]*\n| *\r?\n)*version=[123]\r?\n")
"""QEMU looks for no more than that: comments and blank lines may stand before it."""

_LONGEST_SAID_CHARACTERS = 40
_LFS = b"version https://git-lfs"


def padded(head: bytes) -> bytes:
    """*head* as QEMU reads it: of what ends within a sector, the rest is zeros."""
    return head.ljust(SECTOR_BYTES, b"\0")


def first(marks: Sequence[Mark], head: bytes) -> str | None:
    """The name of the first of *marks* that *head* has."""
    return next((mark.name for mark in marks if mark.is_in(head)), None)


def is_vmdk_descriptor(head: bytes) -> bool:
    """Whether VMware or QEMU would take it for the text of which a VMDK consists."""
    text = _DESCRIPTOR.match(head) or _DESCRIPTOR_OF_QEMU.match(head.lstrip(b"\0"))
    return text is not None


def disk(head: bytes) -> str | None:
    """What makes the first 256 KiB of an image look like a disk, if anything does."""
    return first(DISKS, head)


def foreign(head: bytes) -> str | None:
    """What bytes are that are no disk, unless no table knows them."""
    if name := first(_FOREIGN, head):
        return name
    if disk(head):
        return None
    name = first(_WEAKLY_FOREIGN, head)
    return name or ("lzma" if _LZMA.match(head) else None)


def text(head: bytes) -> str | None:
    """What a text is, with its beginning; ``None`` for what is no text.

    *head* may be cut off in the middle of a character. NULs may follow the text.
    """
    said = head.rstrip(b"\0")
    if not said or disk(head):
        return None
    try:
        words = said.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(said) - error.start > 3 or len(said) < len(head) or not error.start:
            return None
        words = said[: error.start].decode()
    if not all(char.isprintable() or char.isspace() for char in words):
        return None
    if said.startswith(_LFS):
        return _("a Git LFS pointer instead of a file")
    return _("text: '%s'") % _shortened(words)


def _shortened(words: str) -> str:
    return " ".join(_up_to(words.split(), _LONGEST_SAID_CHARACTERS)) or "blank"


def _up_to(words: Sequence[str], most: int) -> Iterator[str]:
    for word in words:
        yield word[:most]
        most -= len(word) + 1
        if most <= 0:
            return
