# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The figure of the way of the bytes: what each station of it found in a real image.

    python -m tests.demo.bytes_picture

The source is in memory and Glance is left out; what is between them is the real code.
"""

from __future__ import annotations

import gzip
import hashlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from osc_imagetools.printable import size_of
from osc_imagetools.source.checksums import Checksum
from osc_imagetools.source.limits import Limits
from osc_imagetools.source.opened import Source
from osc_imagetools.source.packing import Packing
from osc_imagetools.source.pipeline import Arrived, Expected, Pipeline
from osc_imagetools.source.tail import TAIL_BYTES
from tests.cloud.images import qcow2, raw
from tests.demo.drawing import box, drawing, text, written

PICTURE = Path(__file__).parents[2] / "doc" / "source" / "images" / "bytes.svg"
WIDTH, HEIGHT = 720.0, 250.0
STATION, GAP, TOP, TALL = 108.0, 10.0, 50.0, 110.0
OURS, THEIRS = "#d8e6ec", "#e9e9e9"
BLOCK = 1 << 18


@dataclass(frozen=True)
class Journey:
    """What is known of an image that has gone all the way."""

    layers: tuple[str, ...]
    disk_format: str
    arrived: Arrived
    sent_before: int
    """Bytes that were sent on before all was verified."""


def journey() -> Journey:
    """Of a qcow2 that is compressed with gzip, as its vendor publishes it."""
    image = qcow2(raw(8 << 20, seed=1), virtual_size=2 << 30)
    served = gzip.compress(image, 6, mtime=0)
    published = Checksum("sha256", hashlib.sha256(served).hexdigest())
    blocks = (served[at : at + BLOCK] for at in range(0, len(served), BLOCK))
    source = Source(
        "https://vendor.example/disk.qcow2.gz",
        "disk.qcow2.gz",
        len(served),
        _read=lambda: next(blocks, b""),
    )
    with closing(
        Pipeline(source, Expected(Packing(Limits(1 << 30)), published))
    ) as pipeline:
        pipeline.begin()
        sent = sum(len(block) for block in pipeline.blocks())
        disk_format = str(pipeline.disk_format)
        arrived = pipeline.arrived
    assert sent == arrived.size
    return Journey(pipeline.layers, disk_format, arrived, sent - TAIL_BYTES)


def stations(run: Journey) -> list[tuple[str, str, list[str]]]:
    """The name of each, its color, and what it found."""
    arrived = run.arrived
    # Its value depends on who has compressed the image: zlib's versions differ.
    [served] = arrived.wire_digests
    [(algorithm, sent)] = arrived.payload_digests.items()
    return [
        ("source", THEIRS, [f"{size_of(arrived.wire_size)} served"]),
        ("digest", OURS, ["as served:", served, "as published"]),
        ("unpack", OURS, [", ".join(run.layers), size_of(arrived.size)]),
        ("digest", OURS, ["of the image:", f"{algorithm} {sent[:4]}…"]),
        ("inspect", OURS, [run.disk_format, f"{size_of(arrived.virtual_size)} disk"]),
        ("Glance", THEIRS, ["hidden, active", "its digest read", "back: the same"]),
    ]


def picture() -> str:
    """The figure, as SVG."""
    run = journey()
    svg = drawing(WIDTH, HEIGHT, "The way of the bytes of one image into Glance")
    text(svg, 10, 28, "The bytes go through once, in memory:")
    places = [10 + at * (STATION + GAP) for at in range(6)]
    for x, (name, color, found) in zip(places, stations(run), strict=True):
        box(svg, x, TOP, STATION, TALL, color)
        text(svg, x + STATION / 2, TOP + 24, name, "middle")
        for row, words in enumerate(found):
            text(svg, x + STATION / 2, TOP + 52 + 20 * row, words, "middle")
    for x in places[1:]:
        text(svg, x - GAP / 2, TOP + 26, ">", "middle")
    line = TOP + TALL + 20
    whole = places[-1] + STATION - 10
    held = whole * TAIL_BYTES / run.arrived.size
    box(svg, 10, line, whole - held, 16, "#1f6f8b")
    box(svg, 10 + whole - held, line, held, 16, "#e0a030")
    text(svg, 10, line + 36, f"sent as it comes: {size_of(run.sent_before)}")
    words = f"held until all of it is verified: {size_of(TAIL_BYTES)}"
    text(svg, 10 + whole, line + 36, words, "end")
    return written(svg)


if __name__ == "__main__":
    PICTURE.write_text(picture())
