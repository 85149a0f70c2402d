# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the tools that pack images make of one, and a recipe of each for everywhere.

The recipes run always, a tool only where it is installed.
"""

from __future__ import annotations

import lzma
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cloud import archives
from tests.unit.source.builders import entry, outcome, payload_of, tar_of, zip_of

BLOCK = 1 << 12
DISK = b"".join(
    b"sector%d" % number * 500 + bytes(number % 3 * 9 * BLOCK) for number in range(60)
)
"""With holes, and without an end at a block's."""

SPARSE = archives.without_holes(DISK)


class Tool(NamedTuple):
    """A command that packs ``disk.raw`` into ``packed``, and what that gives."""

    command: str
    recipe: Callable[[], bytes]
    layers: tuple[str, ...]
    refused: str = ""
    """The words with which it is, if it is."""


def tar_in(form: int, *before: tuple[tarfile.TarInfo, bytes]) -> Callable[[], bytes]:
    return lambda: tar_of(*before, ("disk.raw", DISK), form=form)


def sparse_gnu() -> bytes:
    return archives.gnu_sparse("disk.raw", SPARSE)


def sparse_pax(version: str) -> Callable[[], bytes]:
    return lambda: archives.pax_sparse("disk.raw", SPARSE, version)


def v7() -> bytes:
    header = bytearray(entry("disk.raw", size=len(DISK)).tobuf(tarfile.USTAR_FORMAT))
    header[257:] = bytes(255)
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + DISK + bytes(-len(DISK) % 512 + 1_024)


def zip_in(method: int, pack: Callable[[bytes], bytes]) -> Callable[[], bytes]:
    return lambda: archives.zip_by(method, "disk.raw", DISK, pack(DISK))


def packed(pack: Callable[..., bytes], **how: int) -> Callable[[], bytes]:
    return lambda: pack(DISK, **how)


def not_read(content: bytes) -> bytes:
    """Of what is never unpacked, any bytes do."""
    return content[:999]


GNU, USTAR, PAX = tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT, tarfile.PAX_FORMAT
TAR, ZIP = ("tar",), ("zip",)
LABEL = (entry("March", b"V"), b"")

TOOLS = [
    Tool("tar --format=v7 -cf packed disk.raw", v7, TAR),
    Tool("tar --format=ustar -cf packed disk.raw", tar_in(USTAR), TAR),
    Tool("tar --format=oldgnu -cf packed disk.raw", tar_in(GNU), TAR),
    Tool("tar --format=gnu -cf packed disk.raw", tar_in(GNU), TAR),
    Tool("tar --format=posix -cf packed disk.raw", tar_in(PAX), TAR),
    Tool("tar --format=gnu --label March -cf packed disk.raw", tar_in(GNU, LABEL), TAR),
    Tool(
        "tar --format=posix --label March -Scf packed disk.raw", sparse_pax("1.0"), TAR
    ),
    Tool("tar --format=oldgnu -Scf packed disk.raw", sparse_gnu, TAR),
    Tool("tar --format=gnu -Scf packed disk.raw", sparse_gnu, TAR),
    *(
        Tool(
            f"tar --format=posix --sparse-version={version} -Scf packed disk.raw",
            sparse_pax(version),
            TAR,
        )
        for version in archives.PAX_VERSIONS
    ),
    Tool(
        "tar --format=oldgnu -Sczf packed disk.raw",
        lambda: archives.gz(sparse_gnu()),
        ("gzip", "tar"),
    ),
    Tool(
        "tar -SJcf packed disk.raw",
        lambda: archives.xz(sparse_gnu()),
        ("xz", "tar"),
    ),
    Tool(
        "tar -S --zstd -cf packed disk.raw",
        lambda: archives.zst(sparse_gnu()),
        ("zstd", "tar"),
    ),
    Tool("bsdtar -cf packed disk.raw", sparse_pax("1.0"), TAR),
    Tool("bsdtar --format gnutar -cf packed disk.raw", tar_in(GNU), TAR),
    Tool("bsdtar --format zip -cf packed disk.raw", lambda: STREAMED, ZIP),
    Tool("busybox tar -cf packed disk.raw", tar_in(USTAR), TAR),
    Tool("zip -q packed.zip disk.raw && mv packed.zip packed", lambda: DEFLATED, ZIP),
    Tool("zip -q - disk.raw > packed", lambda: STREAMED, ZIP),
    Tool(
        "zip -q -Z bzip2 packed.zip disk.raw && mv packed.zip packed",
        zip_in(12, archives.bz2),
        ZIP,
    ),
    Tool("7zz a -tzip -mm=Copy packed disk.raw", lambda: STORED, ZIP),
    Tool("7zz a -tzip -mm=Deflate packed disk.raw", lambda: DEFLATED, ZIP),
    Tool("7zz a -tzip -mm=BZip2 packed disk.raw", zip_in(12, archives.bz2), ZIP),
    Tool("7zz a -tzip -mm=LZMA packed disk.raw", zip_in(14, archives.lzma_of_zip), ZIP),
    Tool("7zz a -tzip -mm=XZ packed disk.raw", zip_in(95, lzma.compress), ZIP),
    Tool(
        "7zz a -tzip -mm=Deflate64 packed disk.raw",
        zip_in(9, not_read),
        (),
        "Deflate64",
    ),
    Tool("7zz a -tzip -mm=PPMd packed disk.raw", zip_in(98, not_read), (), "PPMd"),
    Tool(
        "7zz a -t7z packed disk.raw", lambda: b"7z\xbc\xaf\x27\x1c" + DISK, (), "as 7z"
    ),
    Tool("pigz -k disk.raw && mv disk.raw.gz packed", packed(archives.gz), ("gzip",)),
    Tool(
        "pbzip2 -k -b1 disk.raw && mv disk.raw.bz2 packed",
        packed(archives.bz2, streams=2),
        ("bzip2",),
    ),
    Tool(
        "lbzip2 -k disk.raw && mv disk.raw.bz2 packed", packed(archives.bz2), ("bzip2",)
    ),
    Tool("pixz -k disk.raw packed", packed(archives.xz), ("xz",)),
    Tool(
        "xz -k -T2 --block-size=64KiB disk.raw && mv disk.raw.xz packed",
        packed(archives.xz, streams=2),
        ("xz",),
    ),
    Tool("pzstd -q disk.raw -o packed", packed(archives.pzst), ("zstd",)),
    Tool(
        "zstd -q --long=27 disk.raw -o packed",
        packed(archives.zst, window_log=27),
        ("zstd",),
    ),
    Tool("zstd -q -T2 disk.raw -o packed", packed(archives.zst), ("zstd",)),
    Tool(
        "plzip -k disk.raw && mv disk.raw.lz packed",
        lambda: b"LZIP\x01" + DISK,
        (),
        "as lzip",
    ),
]

DEFLATED = zip_of(("disk.raw", DISK))
STORED = zip_of(("disk.raw", DISK), method=zipfile.ZIP_STORED)
STREAMED = archives.zipped(("disk.raw", DISK), streamed=True)

tools = pytest.mark.parametrize("tool", TOOLS, ids=[tool.command for tool in TOOLS])


def gives(wire: bytes, tool: Tool) -> None:
    """Assert what an import would make of *wire*."""
    came = outcome(wire)
    if tool.refused:
        assert tool.refused in str(came)
    else:
        assert came == DISK
        assert payload_of(wire).layers == tool.layers


@tools
def test_F122_F126_the_recipe_of_a_tool_gives_the_disk(tool: Tool) -> None:
    gives(tool.recipe(), tool)


@tools
def test_F122_F126_a_tool_that_is_here_gives_the_disk(
    tool: Tool, tmp_path: Path
) -> None:
    program = tool.command.split()[0]
    if shutil.which(program) is None:
        pytest.skip(f"{program} isn't installed")
    with open(tmp_path / "disk.raw", "wb") as disk:
        for at in range(0, len(DISK), BLOCK):
            block = DISK[at : at + BLOCK]
            disk.write(block) if any(block) else disk.seek(len(block), 1)
        disk.truncate(len(DISK))

    made = subprocess.run(
        tool.command, shell=True, cwd=tmp_path, capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"this {program} can't: {made.stderr[-200:]!r}")

    [result] = tmp_path.glob("packed*")
    gives(result.read_bytes(), tool)
