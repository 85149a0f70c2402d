# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How much room a process takes in a folder, with files that have no name too."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

LOOK_SECONDS = 0.02
ALLOCATED_BYTES = 512
"""What ``st_blocks`` counts in (stat(2))."""


def used_bytes(folder: Path, pid: int) -> int:
    """What all files in the folder take up, and those there that the process has open.

    A file without a name is found by its descriptor, which is still said to lie in
    the folder (proc(5)). Nothing is counted for a process that is gone.
    """
    sizes: dict[tuple[int, int], int] = {}
    for path in _files(folder, pid):
        with suppress(OSError):
            found = path.stat()
            if stat.S_ISREG(found.st_mode):
                sizes[found.st_dev, found.st_ino] = _taken_up(found)
    return sum(sizes.values())


class DiskWatch:
    """Looks how much a process takes up, again and again, while it is entered."""

    def __init__(self, folder: Path, pid: int) -> None:
        self.peak_bytes = 0
        self._folder, self._pid = folder.resolve(), pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> DiskWatch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._ended.wait(LOOK_SECONDS):
            now = used_bytes(self._folder, self._pid)
            self.peak_bytes = max(self.peak_bytes, now)


def _files(folder: Path, pid: int) -> Iterator[Path]:
    yield from folder.rglob("*")
    descriptors = Path(f"/proc/{pid}/fd")
    with suppress(OSError):
        for descriptor in descriptors.iterdir():
            with suppress(OSError):
                if Path(os.readlink(descriptor)).is_relative_to(folder):
                    yield descriptor


def _taken_up(found: os.stat_result) -> int:
    """Without what is sparse, or what a file system keeps ready behind its end."""
    return min(found.st_blocks * ALLOCATED_BYTES, found.st_size)
