# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the demo's vendor offers: one image, packed twice, and its checksum list."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tests.cloud import archives
from tests.cloud.images import boot_sector, bootable_iso, qcow2

LIST = "SHA256SUMS"
DISK_BYTES = 1 << 20


@dataclass(frozen=True)
class Image:
    """A disk image that boots."""

    name: str
    file_name: str
    content: bytes
    about: str


@dataclass(frozen=True)
class Offer:
    """The files that lie in one folder of a web server."""

    image: Image
    files: dict[str, bytes]

    @property
    def tarball(self) -> str:
        return f"{self.image.name}.tar.gz"

    @property
    def zip(self) -> str:
        return f"{self.image.name}.zip"

    def write(self, folder: Path) -> None:
        """Write the files into the folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.files.items():
            (folder / name).write_bytes(content)


def image(*, packaged: bool) -> Image:
    """One from this machine's packages if wanted and there, else one of our own."""
    iso = bootable_iso() if packaged else None
    if iso:
        name = iso.path.stem
        about = f"{iso.path}, from this machine's packages"
        return Image(name, iso.path.name, iso.path.read_bytes(), about)
    disk = qcow2(boot_sector(), virtual_size=DISK_BYTES)
    about = "a qcow2 of our own, whose boot sector prints a line on the serial port"
    return Image("tiny", "tiny.qcow2", disk, about)


def offered(image: Image) -> Offer:
    """The image as a vendor offers it."""
    packed = {
        f"{image.name}.tar.gz": archives.gz(
            archives.tar(archives.regular(image.file_name, image.content))
        ),
        f"{image.name}.zip": archives.zipped((image.file_name, image.content)),
    }
    return Offer(image, {**packed, LIST: _list_of(packed)})


def tampered(image: Image) -> bytes:
    """The .tar.gz with another image in it: its last byte is not the vendor's."""
    content = image.content[:-1] + bytes([image.content[-1] ^ 1])
    return archives.gz(archives.tar(archives.regular(image.file_name, content)))


def _list_of(files: dict[str, bytes]) -> bytes:
    lines = [
        f"{hashlib.sha256(content).hexdigest()}  {name}\n"
        for name, content in files.items()
    ]
    return "".join(lines).encode()
