# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What images come packed in, and the tools of each."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

COPY_BYTES = 1 << 20


@dataclass(frozen=True)
class Packing:
    """How a file is packed, and unpacked in a pipe."""

    ending: str
    """Of the name of what is packed so, without its dot."""
    pack: tuple[str, ...]
    """A command that packs the file which it is given to its standard output."""
    unpack: tuple[str, ...]
    """A command that unpacks its standard input to its standard output."""
    joins: bool = True
    """Whether several, one behind the other, unpack to what was in all of them."""
    seeks: bool = False
    """Whether ``unpack`` has to be given a file instead."""

    @property
    def tools(self) -> set[str]:
        """The programs that it takes."""
        return {self.pack[0], self.unpack[0]}


GZIP = Packing("gz", ("gzip", "-c"), ("gzip", "-dc"))

# Packed fast, since unpacking is what is measured; but with the largest windows that
# an import takes (64 MiB): they are what costs memory. -T2 makes several blocks, which
# xz 5.6 and newer unpack side by side.
XZ = Packing("xz", ("xz", "-c", "-T2", "--lzma2=preset=1,dict=64MiB"), ("xz", "-dc"))
ZSTD = Packing("zst", ("zstd", "-q", "-c", "-3", "--long=26"), ("zstd", "-dc"))
BZIP2 = Packing("bz2", ("bzip2", "-c"), ("bzip2", "-dc"))
ZIP = Packing(
    "zip", ("zip", "-q", "-1", "-j", "-"), ("unzip", "-p"), joins=False, seeks=True
)
TAR_GZIP = Packing(
    "tar.gz", ("tar", "-c", "-I", "gzip -1"), ("tar", "-xzO"), joins=False
)

PACKINGS = (GZIP, XZ, ZSTD, BZIP2, ZIP, TAR_GZIP)


def pack(packing: Packing, file: Path, target: Path) -> None:
    """Write the file to ``target``, packed; raises CalledProcessError."""
    with target.open("wb") as output:
        # In its folder: archives keep the name that they are given.
        command = [*packing.pack, file.name]
        subprocess.run(command, cwd=file.parent, stdout=output, check=True)


def pack_repeated(
    packing: Packing, file: Path, packed: Path, times: int, target: Path
) -> None:
    """Write the file ``times`` over to ``target``, packed as one.

    ``packed`` is the file once; it saves the time where several of it are as good.
    """
    if packing.joins:
        with target.open("wb") as output:
            _copy_repeatedly(packed, times, output)
        return
    with tempfile.NamedTemporaryFile(dir=target.parent, suffix=file.suffix) as whole:
        _copy_repeatedly(file, times, whole)
        whole.flush()
        pack(packing, Path(whole.name), target)


def _copy_repeatedly(file: Path, times: int, output: IO[bytes]) -> None:
    for _ in range(times):
        with file.open("rb") as content:
            shutil.copyfileobj(content, output, COPY_BYTES)
