# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Peak resident memory of an import, and how little the image's size matters."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.imports import import_url
from tests.benchmarks.packings import GZIP, Packing, pack_repeated
from tests.benchmarks.row import Measure
from tests.benchmarks.sources import misbehaving
from tests.benchmarks.stage import MB, Stage
from tests.cloud.source.faults import Only, Rate

TIMES = 4
CONNECTIONS = 4

SLOW_FIRST = Only(Rate(4_000_000), last=CONNECTIONS)
"""So that more connections are opened; which then bring more than can be taken."""


@contextmanager
def large_against_small(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """MB for a .gz of an image four times as large; for that of the image itself."""
    with _four_fold(stage, GZIP) as large:
        small = stage.packed(GZIP)
        yield (
            lambda: import_url(stage, large).peak_bytes / MB,
            lambda: import_url(stage, small).peak_bytes / MB,
        )


@contextmanager
def over_connections(
    stage: Stage, packing: Packing
) -> Iterator[tuple[Measure, Measure]]:
    """The same of any packing, over four connections."""
    with _four_fold(stage, packing) as large:
        small = stage.packed(packing)
        yield lambda: _peak_mb(stage, large), lambda: _peak_mb(stage, small)


def _peak_mb(stage: Stage, file: Path) -> float:
    with misbehaving(stage, file, SLOW_FIRST):
        used = import_url(stage, file, "--connections", str(CONNECTIONS))
    return used.peak_bytes / MB


@contextmanager
def _four_fold(stage: Stage, packing: Packing) -> Iterator[Path]:
    """An image of four times the size, packed, as long as it is needed."""
    packed = stage.packed(packing)
    large = packed.with_name(f"{TIMES}x{packed.name}")
    stage.say(f"Making {large} …")
    try:
        pack_repeated(packing, stage.image, packed, TIMES, large)
        yield large
    finally:
        stage.remove(large)
