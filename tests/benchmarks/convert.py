# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image import-url --convert raw``: how long it takes, and how much disk."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks import by_hand
from tests.benchmarks.disk import DiskWatch
from tests.benchmarks.imports import import_url, start_import
from tests.benchmarks.row import Measure
from tests.benchmarks.stage import MB, Stage, tool
from tests.benchmarks.usage import waited_for

TIMES = 4
"""How much larger the disk is than what is in use of it."""

RAW = "disk.raw"


@contextmanager
def raw_against_recipe(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """import-url to raw; curl, sha256sum, qemu-img and the stock client."""
    image = _image(stage)
    convert = ["qemu-img", "convert", "-f", "qcow2", "-O", "raw", image.name, RAW]
    steps = [*by_hand.fetch_and_verify(stage, image), convert]
    yield lambda: _seconds(stage, image), by_hand.recipe(stage, steps, RAW, "raw")


@contextmanager
def disk_against_download(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """Temporary disk of import-url to raw at its most; the download, in MB."""
    image = _image(stage)
    yield (
        lambda: _peak_disk_bytes(stage, image) / MB,
        lambda: image.stat().st_size / MB,
    )


def _image(stage: Stage) -> Path:
    """A qcow2 that uses a part of its disk; raises FileNotFoundError."""
    image, disk_mib = stage.image, TIMES * stage.mib
    qemu_img = tool("qemu-img")

    def make(path: Path) -> None:
        shutil.copyfile(image, path)
        command = [qemu_img, "resize", "-q", "-f", "qcow2", str(path), f"{disk_mib}M"]
        subprocess.run(command, check=True)

    name = f"{stage.mib}M-of-{disk_mib}M.qcow2"
    return stage.kept(name, f"{image.name} with a larger disk", make)


def _seconds(stage: Stage, image: Path) -> float:
    with tempfile.TemporaryDirectory(dir=stage.folder) as folder:
        return import_url(stage, image, *_to_raw(folder)).seconds


def _peak_disk_bytes(stage: Stage, image: Path) -> int:
    with tempfile.TemporaryDirectory(dir=stage.folder) as folder:
        started = time.perf_counter()
        client = start_import(stage, image, *_to_raw(folder))
        with DiskWatch(Path(folder), client.pid) as watch:
            waited_for(client, started)
    stage.delete_images()
    return watch.peak_bytes


def _to_raw(folder: str) -> tuple[str, ...]:
    return "--convert", "raw", "--tmpdir", folder
