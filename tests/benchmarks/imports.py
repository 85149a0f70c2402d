# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image import-url`` against what people type instead."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks import by_hand
from tests.benchmarks.packings import GZIP, Packing
from tests.benchmarks.row import Measure
from tests.benchmarks.stage import Stage
from tests.benchmarks.usage import Usage, waited_for


def start_import(stage: Stage, file: Path, *options: str) -> subprocess.Popen[str]:
    """One verified import of the file, which has just begun."""
    url, listing = stage.published(file)
    command = ("image", "import-url", url, file.name, "--checksum-url", listing)
    return stage.account.start(*command, *options, stdout=subprocess.DEVNULL)


def import_url(stage: Stage, file: Path, *options: str) -> Usage:
    """What one verified import of the file used; its image is deleted again."""
    stage.published(file)
    started = time.perf_counter()
    used = waited_for(start_import(stage, file, *options), started)
    stage.delete_images()
    return used


def seconds_of_import(stage: Stage, file: Path, *options: str) -> Measure:
    """Imports the file; from the client's start to its end."""
    return lambda: import_url(stage, file, *options).seconds


@contextmanager
def plain_against_pipe(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """import-url of the image itself; curl into curl, which verify nothing."""
    yield seconds_of_import(stage, stage.image), by_hand.pipe(stage, stage.image)


@contextmanager
def packed_against_pipe(
    stage: Stage, packing: Packing
) -> Iterator[tuple[Measure, Measure]]:
    """import-url of the packed image; curl, its own tool and curl: none verifies."""
    packed = stage.packed(packing)
    if packing.seeks:
        against = by_hand.pipe_of_copy(stage, packed, packing)
    else:
        against = by_hand.pipe(stage, packed, packing.unpack)
    yield seconds_of_import(stage, packed), against


@contextmanager
def gzip_against_recipe(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """import-url of the .gz; what the stock client's users do."""
    packed = stage.packed(GZIP)
    steps = [*by_hand.fetch_and_verify(stage, packed), ["gunzip", packed.name]]
    yield (
        seconds_of_import(stage, packed),
        by_hand.recipe(stage, steps, stage.image.name),
    )
