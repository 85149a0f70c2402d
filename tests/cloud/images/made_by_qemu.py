# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Disks in the formats of other hypervisors, as QEMU writes them."""

import shutil
import subprocess
import tempfile
from pathlib import Path

QEMU_IMG = "qemu-img"
QEMU_NAMES = {"vhd": "vpc"}
BROKEN_BYTES = 4096


def can_convert() -> bool:
    """Whether this machine has QEMU's tools for images."""
    return all(shutil.which(name) for name in (QEMU_IMG, "qemu-nbd"))


def disk_as(
    disk_format: str,
    content: bytes,
    *,
    virtual_size: int | None = None,
    options: str = "",
) -> bytes:
    """``content``, which starts a disk of ``virtual_size`` bytes, in that format.

    ``disk_format`` is Glance's name for it; ``options`` are those of ``qemu-img
    convert -o``. Raises FileNotFoundError where QEMU's tools are missing.
    """
    with tempfile.TemporaryDirectory() as folder:
        raw, image = Path(folder, "disk.raw"), Path(folder, "disk")
        with raw.open("wb") as stream:
            stream.write(content)
            stream.truncate(virtual_size or len(content))
        command = [QEMU_IMG, "convert", "-q", "-f", "raw"]
        command += ["-O", QEMU_NAMES.get(disk_format, disk_format)]
        command += ["-o", options] if options else []
        subprocess.run([*command, str(raw), str(image)], check=True)
        return image.read_bytes()


def vhd_by(maker: bytes, content: bytes, subformat: str) -> bytes:
    """``content``, of a few MiB, as a VHD of another maker's, by its four letters.

    Its cylinders hold less than the disk has.
    """
    options = f"subformat={subformat},force_size=on"
    image = bytearray(disk_as("vhd", content, options=options))
    sectors = len(content) // 512
    cylinders, heads, sectors_per_track = sectors // 17 // 4, 4, 17
    for place in {0, len(image) - 512} if subformat == "dynamic" else {len(content)}:
        footer = image[place : place + 512]
        footer[28:32] = maker
        footer[56:60] = cylinders.to_bytes(2, "big") + bytes([heads, sectors_per_track])
        image[place : place + 512] = vhd_summed(bytes(footer))
    return bytes(image)


def vhd_summed(footer: bytes) -> bytes:
    """The same 512 bytes with the checksum that QEMU wants in them."""
    blank = footer[:64] + bytes(4) + footer[68:]
    return blank[:64] + (~sum(blank) & 0xFFFFFFFF).to_bytes(4, "big") + blank[68:]


def broken_vmdk(content: bytes) -> bytes:
    """``content`` as a compressed VMDK: sound, but for a part that can't be unpacked.

    It lies in its last third. No tool finds it without reading all of the disk.
    """
    image = bytearray(disk_as("vmdk", content, options="subformat=streamOptimized"))
    place = len(image) * 3 // 4
    image[place : place + BROKEN_BYTES] = b"\xff" * BROKEN_BYTES
    return bytes(image)
