# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image import-url`` from sources that are slow, or drop their connections."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks import by_hand
from tests.benchmarks.imports import import_url, seconds_of_import
from tests.benchmarks.row import Measure
from tests.benchmarks.stage import SMALLEST_MIB, Stage
from tests.cloud.source.faults import Drop, Fault, Only, Rate

SLOW = Rate(20_000_000)
"""Bytes a second on each connection."""

FAST = Rate(100_000_000_000)
"""As fast as it goes; but not sent by the kernel, as the file is without any fault."""

DROPS = 3
ARIA2C = ("aria2c", "-x4", "-s4", "--quiet", "--no-conf", "--no-proxy=127.0.0.1")


@contextmanager
def misbehaving(stage: Stage, file: Path, *faults: Fault) -> Iterator[None]:
    """The source answers with these faults for the file, until the end."""
    stage.published(file)
    stage.source.misbehave(file.name, *faults)
    try:
        yield
    finally:
        stage.source.behave(file.name)


@contextmanager
def slow_against_pipe(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """import-url of half of the image's size; curl into curl."""
    image = _half(stage)
    with misbehaving(stage, image, SLOW):
        yield seconds_of_import(stage, image), by_hand.pipe(stage, image)


@contextmanager
def slow_against_aria2c(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """The same; aria2c with as many connections, then the stock client."""
    image = _half(stage)
    url, _ = stage.published(image)
    steps = [[*ARIA2C, "-o", image.name, url]]
    with misbehaving(stage, image, SLOW):
        yield (
            seconds_of_import(stage, image),
            by_hand.recipe(stage, steps, image.name),
        )


@contextmanager
def dropping_against_undisturbed(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """import-url from a source that drops it three times; that never does."""
    yield lambda: _dropped(stage), lambda: _undisturbed(stage)


def _half(stage: Stage) -> Path:
    return stage.image_of(max(SMALLEST_MIB, stage.mib // 2))


def _dropped(stage: Stage) -> float:
    image = stage.image
    quarter = image.stat().st_size // (DROPS + 1)
    drop = Only(Drop(quarter, each=True), last=DROPS)
    with misbehaving(stage, image, FAST, drop):
        before = len(stage.source.requests(image.name))
        seconds = import_url(stage, image).seconds
        answers = stage.source.requests(image.name)[before:]
    dropped = [each for each in answers if (each.ended, each.sent) == ("cut", quarter)]
    if len(dropped) != DROPS:
        raise RuntimeError(f"the source dropped {len(dropped)} connections: {answers}")
    return seconds


def _undisturbed(stage: Stage) -> float:
    with misbehaving(stage, stage.image, FAST):
        return import_url(stage, stage.image).seconds
