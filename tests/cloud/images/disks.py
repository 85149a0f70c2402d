# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images without a container format: what a disk holds, byte by byte."""

import random
import struct

SECTOR_BYTES = 512
PARTITION_TABLE_OFFSET = 446

# Real mode, loaded at 0000:7c00. The firmware leaves COM1 ready to send.
TEXT_OFFSET = 0x30
PRINT_AND_HALT = bytes.fromhex(
    "fa"  #            cli
    "31c0"  #          xor ax, ax
    "8ed8"  #          mov ds, ax
    "be307c"  #        mov si, 0x7c00 + TEXT_OFFSET
    "ac"  #      next: lodsb
    "84c0"  #          test al, al
    "7411"  #          jz halt
    "88c4"  #          mov ah, al
    "bafd03"  #        mov dx, COM1 line status
    "ec"  #      busy: in al, dx
    "a820"  #          test al, ready to send
    "74fb"  #          jz busy
    "88e0"  #          mov al, ah
    "b2f8"  #          mov dl, low byte of COM1
    "ee"  #            out dx, al
    "ebea"  #          jmp next
    "f4"  #      halt: hlt
    "ebfd"  #          jmp halt
)


def raw(size: int, seed: int = 0) -> bytes:
    """A disk of ``size`` bytes that don't compress, the same for the same seed.

    One with a partition table, since what doesn't look like a disk isn't taken for
    one. Of fewer than 512 bytes there is no more than noise.
    """
    content = random.Random(seed).randbytes(size)
    if size < SECTOR_BYTES:
        return content
    table = _partition_table(max(1, size // SECTOR_BYTES - 1))
    return content[:PARTITION_TABLE_OFFSET] + table + content[SECTOR_BYTES:]


def boot_sector(message: str = "A tiny image runs.") -> bytes:
    """A disk of 512 bytes that says a line on the first serial port and halts.

    Its one partition, the rest of a disk of 1 MiB, makes it a proper MBR for the
    inspectors of Glance. ``message`` is ASCII, of at most 395 characters.
    """
    text = message.encode("ascii") + b"\r\n\0"
    code = PRINT_AND_HALT.ljust(TEXT_OFFSET, b"\0") + text
    if len(code) > PARTITION_TABLE_OFFSET:
        raise ValueError(f"{message!r} is too long for a boot sector")
    return code.ljust(PARTITION_TABLE_OFFSET, b"\0") + _partition_table(sectors=2047)


def _partition_table(sectors: int) -> bytes:
    """The end of a boot sector: one partition, all of the disk but that sector."""
    chs = b"\0\x02\0"
    linux, first_sector = 0x83, 1
    partition = struct.pack("<B3sB3sII", 0x80, chs, linux, chs, first_sector, sectors)
    return partition.ljust(4 * len(partition), b"\0") + b"\x55\xaa"


def luks_header(payload: bytes = bytes(SECTOR_BYTES)) -> bytes:
    """A LUKS (version 1) disk: its header without keys, then ``payload``."""
    payload_sector, key_bytes, iterations = 4096, 32, 1000
    header = struct.pack(
        ">6sH32s32s32sII20s32sI40s",
        b"LUKS\xba\xbe",
        1,
        b"aes",
        b"xts-plain64",
        b"sha256",
        payload_sector,
        key_bytes,
        bytes(20),
        bytes(32),
        iterations,
        b"2f7c0000-0000-4000-8000-000000000000",
    )
    disabled_key = struct.pack(">II32sII", 0x0000DEAD, 0, bytes(32), 8, 4000)
    header += 8 * disabled_key
    return header.ljust(payload_sector * SECTOR_BYTES, b"\0") + payload


def iso(size: int = 1 << 20) -> bytes:
    """An ISO 9660 file system of ``size`` bytes, empty but for its descriptor."""
    return (bytes(32_768) + b"\1CD001\1").ljust(size, b"\0")
