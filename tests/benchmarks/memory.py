# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Peak resident memory of an import, and how little the image's size matters."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.imports import import_url
from tests.benchmarks.row import Measure
from tests.benchmarks.stage import Stage

TIMES = 4


@contextmanager
def large_against_small(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """Bytes for an image four times as large; bytes for the image itself."""
    large = stage.gzipped.with_name(f"{TIMES}x{stage.gzipped.name}")
    with large.open("wb") as output:
        # Members of one gzip: what they unpack to is one image of four times the size.
        for _ in range(TIMES):
            with stage.gzipped.open("rb") as member:
                shutil.copyfileobj(member, output, 1 << 20)
    try:
        yield (
            lambda: import_url(stage, large).peak_bytes / MB,
            lambda: import_url(stage, stage.gzipped).peak_bytes / MB,
        )
    finally:
        large.unlink()


MB = 1_000_000
