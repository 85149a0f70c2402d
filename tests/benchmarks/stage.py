# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What rows are measured on: a cloud, a user in it, and large images."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from tests.benchmarks.packings import Packing, pack
from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.images import filesystem_image
from tests.cloud.source.client import Source

Say = Callable[[str], None]

MB = 1_000_000
BLOCK_BYTES = 1 << 20
SMALLEST_MIB = 64
"""Of an image: a smaller file system is another kind."""


@dataclass(frozen=True)
class Stage:
    """A cloud, and a folder for what takes long to make and is kept."""

    start_cloud: Callable[[str], Cloud]
    """Of a variant, by its name."""
    folder: Path
    mib: int
    """The size of the image, before it is compressed."""
    say: Say
    variant: str = "plain"
    _published: dict[Path, tuple[str, str]] = field(default_factory=dict)

    @cached_property
    def cloud(self) -> Cloud:
        """Started when the first row needs it; raises CloudError."""
        return self.start_cloud(self.variant)

    def on(self, variant: str) -> Stage:
        """The same on a cloud of another variant."""
        return replace(self, variant=variant, _published={})

    @cached_property
    def account(self) -> Account:
        """An ordinary user in a project of their own."""
        return self.cloud.account()

    @cached_property
    def source(self) -> Source:
        """The source server, with a folder of this run's own."""
        return self.cloud.source.folder()

    @cached_property
    def image(self) -> Path:
        """A qcow2 full of this machine's files; raises FileNotFoundError."""
        return self.image_of(self.mib)

    def image_of(self, mib: int) -> Path:
        """The same of another size; raises FileNotFoundError."""
        what = f"a file system of {mib} MiB (a minute)"
        return self.kept(
            f"{mib}M.qcow2", what, lambda path: filesystem_image(path, mib << 20)
        )

    def packed(self, packing: Packing) -> Path:
        """The image, packed; raises FileNotFoundError."""
        image = self.image
        for name in packing.tools:
            tool(name)
        return self.kept(
            f"{image.name}.{packing.ending}",
            f"{image.name}, packed (minutes)",
            lambda path: pack(packing, image, path),
        )

    def kept(self, name: str, what: str, make: Callable[[Path], None]) -> Path:
        """A file of the folder; ``make`` is called with its path if there is none."""
        path = self.folder / name
        if not path.exists():
            self.say(f"Making {path}: {what} …")
            half = self.folder / f"{name}.half"
            make(half)
            half.replace(path)
        return path

    def published(self, file: Path) -> tuple[str, str]:
        """The URLs of the file and of its checksum list."""
        if file not in self._published:
            line = f"{sha256(file)}  {file.name}\n"
            listing = self.source.put(f"{file.name}.SHA256SUMS", line.encode())
            self._published[file] = self.source.put(file.name, file), listing
        return self._published[file]

    def delete_images(self) -> None:
        """Delete what the account has: its project holds nothing else."""
        for shown in self.account.glance("GET", "/v2/images").json()["images"]:
            self.account.glance("DELETE", f"/v2/images/{shown['id']}")

    def remove(self, file: Path) -> None:
        """Remove a file of the folder, and forget what was published of it."""
        file.unlink(missing_ok=True)
        self._published.pop(file, None)

    def new_record(self, disk_format: str) -> str:
        """The ID of a new image without data."""
        record = {"disk_format": disk_format, "container_format": "bare"}
        created = self.account.glance("POST", "/v2/images", json=record)
        created.raise_for_status()
        return str(created.json()["id"])

    def upload_url(self, image_id: str) -> str:
        """Where the data of an image goes."""
        return f"{self.account.glance_url}/v2/images/{image_id}/file"


def tool(name: str) -> str:
    """Where a program is; FileNotFoundError says that it is not installed."""
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is not installed")
    return found


def sha256(file: Path) -> str:
    """The file's digest, in hex."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
