# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The figure of a swap in the documentation: the requests of a rotation that was run.

    python -m tests.demo.swap_picture

The real command runs against the model of Glance: each request stands at its moment,
and the bars show which version others can find.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from tests.demo.drawing import box, drawing, text, written
from tests.simulation.schedule import Part, made
from tests.simulation.simulate import quietly, simulated

PICTURE = Path(__file__).parents[2] / "doc" / "source" / "images" / "swap.svg"
SEED = 1
LEFT, WIDTH, HEIGHT = 150.0, 720.0, 300.0
OLD_Y, NEW_Y, WRITES_Y, READS_Y = 70.0, 120.0, 190.0, 240.0

WORDS = {
    "POST": "record",
    "PUT": "bytes",
    "lifecycle_verified": "staged",
    "lifecycle_replacement": "announced",
    "lifecycle_published_at": "shown",
    "os_hidden": "hidden",
    "lifecycle_id": "settled",
}
"""What a writing request does, by its method or by what it sets first of these."""


@dataclass(frozen=True)
class Moment:
    """A request of the run."""

    at: float
    method: str
    image: str
    sets: tuple[str, ...]

    @property
    def word(self) -> str:
        """What it does; empty for what only reads, or reserves a number."""
        if self.method == "PATCH":
            return next((word for name, word in WORDS.items() if name in self.sets), "")
        return WORDS.get(self.method, "")


def moments() -> list[Moment]:
    """The requests of one rotation, of a new version for a family of one."""
    part = Part("rotate-1", "rotate-staged", 1, 0.0)
    schedule = made(SEED)
    alone = type(schedule)(
        **{
            **vars(schedule),
            "family": "one",
            "visibility": "public",
            "parts": (part,),
            "clocks": (),
        }
    )
    outcome = quietly(lambda: simulated(alone, keeps=True))
    assert outcome.world is not None
    found: list[Moment] = []
    for now, call in outcome.world.history:
        request = call.request
        if call.sender.name != "rotate-1":
            break
        body = request.body if isinstance(request.body, list) else []
        sets = tuple(one["path"][1:] for one in body if isinstance(one, dict))
        found.append(Moment(now, request.method, request.path, sets))
    return found


def picture() -> str:
    """The figure, as SVG."""
    run = moments()
    begin, end = run[0].at, run[-1].at
    shown = next(one.at for one in run if one.word == "shown")
    hidden = next(one.at for one in run if one.word == "hidden")

    def x(moment: float) -> float:
        return round(LEFT + (moment - begin) / (end - begin) * (WIDTH - LEFT - 20), 1)

    title = "The requests of a rotation, and which version others find meanwhile"
    svg = drawing(WIDTH, HEIGHT, title)
    box(svg, x(shown), 40, x(hidden) - x(shown), 105, "#fff3cd")
    text(svg, (x(shown) + x(hidden)) / 2, 32, "both", "middle")
    for y, name, first, last, color in (
        (OLD_Y, "old version", begin, hidden, "#8fa3bf"),
        (NEW_Y, "new version", shown, end, "#1f6f8b"),
    ):
        text(svg, 10, y + 5, f"{name}, found")
        box(svg, x(first), y - 8, x(last) - x(first), 16, color)
    text(svg, 10, WRITES_Y + 5, "requests that write")
    text(svg, 10, READS_Y + 5, "requests that read")
    above = True
    for one in run:
        reads = one.method in ("GET", "HEAD")
        y = READS_Y if reads else WRITES_Y
        ElementTree.SubElement(
            svg, "circle", cx=f"{x(one.at)}", cy=f"{y}", r="4", fill="#555"
        )
        if one.word and not reads:
            text(svg, x(one.at), y - 10 if above else y + 22, one.word, "middle")
            above = not above
    span = round((end - begin) * 1000)
    text(svg, LEFT, HEIGHT - 12, f"{span} ms, as long as the model of Glance takes")
    return written(svg)


if __name__ == "__main__":
    PICTURE.write_text(picture())
