# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Disks in the formats of other hypervisors, as QEMU writes them."""

import shutil
import subprocess
import tempfile
from pathlib import Path

QEMU_IMG = "qemu-img"
QEMU_NAMES = {"vhd": "vpc"}


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
