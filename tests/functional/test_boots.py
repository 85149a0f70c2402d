# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""An image that really boots, before and after its way through Glance."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cloud import archives
from tests.cloud.accounts import Account
from tests.cloud.archives import regular, tar, zipped
from tests.cloud.images import boot_sector, bootable_iso, boots, can_boot
from tests.cloud.source.client import Source
from tests.functional.outcomes import digest_of, import_url, imported

HELLO = "A tiny image runs."


class Bootable(NamedTuple):
    """What is in the archive, and what it says when it runs."""

    content: bytes
    disk_format: str
    says: str


def bootable() -> Bootable:
    """Debian's own medium if this machine has one, else a boot sector of ours."""
    iso = bootable_iso()
    if iso:
        return Bootable(iso.path.read_bytes(), "iso", iso.says)
    return Bootable(boot_sector(HELLO), "raw", HELLO)


def tar_gz(content: bytes) -> bytes:
    """As ``tar czf`` makes it, with the list of checksums that vendors add."""
    sums = f"{digest_of(content)[7:]}  disk.img\n".encode()
    return archives.gz(tar(regular("SHA256SUMS", sums), regular("disk.img", content)))


def zip_of(content: bytes) -> bytes:
    """As ``zip`` makes it."""
    return zipped(("disk.img", content), ("README.txt", b"Boot it.\n"))


@pytest.mark.skipif(not can_boot(), reason="it takes QEMU to start an image")
@pytest.mark.parametrize(
    ("name", "pack"), [("disk.tar.gz", tar_gz), ("disk.zip", zip_of)]
)
def test_bootable_image_out_of_an_archive_still_boots_when_it_comes_from_glance(
    member: Account, source: Source, tmp_path: Path, name: str, pack: Callable
) -> None:
    original = bootable()
    archive = pack(original.content)
    url = source.put(name, archive)
    sums = source.put("SHA256SUMS", f"{digest_of(archive)[7:]}  {name}\n".encode())

    outcome = import_url(member, url, "--checksum-url", sums)

    image = imported(member, outcome, original.content)
    assert image["disk_format"] == original.disk_format
    download = tmp_path / "downloaded"
    download.write_bytes(member.glance("GET", image["file"]).content)
    boots(download, original.disk_format, expect=original.says)
