# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A large image with a real file system in it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

FILES = Path("/usr/lib")
# A file system keeps some of its room for itself, and each file some for its end.
FILLED = 0.9
IDENTITY = "2f7c0000-0000-4000-8000-000000000000"


def filesystem_image(path: Path, size: int) -> None:
    """Make ``path`` a qcow2 full of this machine's files, of about ``size`` bytes.

    ``size`` is 64 MiB or more, the file system ext4. Needs ``mkfs.ext4`` and
    ``qemu-img`` (FileNotFoundError names the one that is missing) and, for a while,
    three times the room beside ``path``.
    """
    mkfs, qemu_img = _tool("mkfs.ext4"), _tool("qemu-img")
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        files, disk = Path(folder, "files"), Path(folder, "disk.raw")
        files.mkdir()
        _copy_files(files, int(size * FILLED))
        with disk.open("wb") as stream:
            stream.truncate(size)
        # The profile for small disks would spend a tenth on inodes alone.
        profile = ["-T", "default", "-m", "0", "-U", IDENTITY]
        # Of 128 MiB, an eighth would be the journal.
        profile += ["-J", "size=4"]
        _run(mkfs, "-q", *profile, "-d", str(files), str(disk))
        _run(qemu_img, "convert", "-f", "raw", "-O", "qcow2", str(disk), str(path))


def _copy_files(folder: Path, size: int) -> None:
    """Copy ``size`` bytes, from the start again where files are few."""
    files = enumerate(_files_for_ever())
    while size > 0:
        number, file = next(files)
        copy = folder / f"{number}-{file.name}"
        shutil.copyfile(file, copy)
        if copy.stat().st_size > size:
            os.truncate(copy, size)
        size -= copy.stat().st_size


def _files_for_ever() -> Iterator[Path]:
    found = FILES.rglob("*.so*")
    files = sorted(file for file in found if file.is_file() and not file.is_symlink())
    if not files:
        raise FileNotFoundError(f"no libraries in {FILES}")
    while True:
        yield from files


def _tool(name: str) -> str:
    # Administrators' tools are not on everybody's search path.
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found is None:
        raise FileNotFoundError(f"{name} is not installed")
    return found


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
