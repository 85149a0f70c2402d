# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What rows are measured on: a cloud, a user in it, and large images."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.images import filesystem_image
from tests.cloud.source.client import Source

Say = Callable[[str], None]

BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Stage:
    """A cloud, and a folder for what takes long to make and is kept."""

    start_cloud: Callable[[], Cloud]
    folder: Path
    mib: int
    """The size of the image, before it is compressed."""
    say: Say
    _published: dict[Path, tuple[str, str]] = field(default_factory=dict)

    @cached_property
    def cloud(self) -> Cloud:
        """Started when the first row needs it; raises CloudError."""
        return self.start_cloud()

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
        path = self.folder / f"{self.mib}M.qcow2"
        if not path.exists():
            self.say(f"Making {path}: a file system of {self.mib} MiB (a minute) …")
            half = path.with_suffix(".half")
            filesystem_image(half, self.mib << 20)
            half.replace(path)
        return path

    @cached_property
    def gzipped(self) -> Path:
        """The same, as gzip makes it; raises FileNotFoundError."""
        path = self.image.with_name(f"{self.image.name}.gz")
        if not path.exists():
            self.say(f"Compressing it into {path.name} (a minute) …")
            half = path.with_suffix(".half")
            with half.open("wb") as output:
                command = [tool("gzip"), "-c", str(self.image)]
                subprocess.run(command, stdout=output, check=True)
            half.replace(path)
        return path

    def published(self, file: Path) -> tuple[str, str]:
        """The URLs of the file and of its checksum list."""
        if file not in self._published:
            line = f"{_sha256(file)}  {file.name}\n"
            listing = self.source.put(f"{file.name}.SHA256SUMS", line.encode())
            self._published[file] = self.source.put(file.name, file), listing
        return self._published[file]

    def delete_images(self) -> None:
        """Delete what the account has: its project holds nothing else."""
        for shown in self.account.glance("GET", "/v2/images").json()["images"]:
            self.account.glance("DELETE", f"/v2/images/{shown['id']}")

    def new_record(self, disk_format: str) -> str:
        """The URL to which the data of a new image goes."""
        record = {"disk_format": disk_format, "container_format": "bare"}
        created = self.account.glance("POST", "/v2/images", json=record)
        created.raise_for_status()
        return f"{self.account.glance_url}/v2/images/{created.json()['id']}/file"


def tool(name: str) -> str:
    """Where a program is; FileNotFoundError says that it is not installed."""
    found = shutil.which(name)
    if found is None:
        raise FileNotFoundError(f"{name} is not installed")
    return found


def _sha256(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
