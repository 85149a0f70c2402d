# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The verdict on an image: unused, used, or unknown.

1. What was seen using it makes it *used*, whatever else isn't known.
2. Else whatever isn't known makes it *unknown*, with each reason.
3. Only what was looked for everywhere, and not found, is *unused*.

When something was last started from an image proves nothing: Nova forgets.
"""

from __future__ import annotations

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from enum import Enum

from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.usage.gaps import Gap, Reach
from osc_imagetools.lifecycle.usage.uses import Kind, Tallies, Tally, Use


class Verdict(str, Enum):
    """Whether an image can be spared."""

    UNUSED = "unused"
    USED = "used"
    UNKNOWN = "unknown"

    def __str__(self) -> str:
        return self.value


Needs = Callable[[Collection[Image]], Mapping[str, str]]
"""Asks the services about images: by ID why somebody may need each, as `Usage.need`."""

PROVING = (
    *(Kind.SERVER, Kind.VOLUME, Kind.SNAPSHOT),
    *(Kind.CLUSTER_TEMPLATE, Kind.NODE),
)
"""What needs the image it was made from. (A descendant doesn't.)"""


PARTS = ("aki", "ari")
"""Formats of images that others boot with: their servers don't name these."""


@dataclass(frozen=True)
class Told:
    """What one service told of the images that it was asked about."""

    service: str
    tallies: Tallies = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()


@dataclass(frozen=True)
class Usage:
    """What is known of the use of one image."""

    image: Image
    verdict: Verdict
    why: tuple[str, ...]
    """Each reason, in words; never empty."""
    tally: Tally

    @property
    def uses(self) -> Sequence[Use]:
        """Each thing that was made from it, where they were asked for."""
        return self.tally.uses

    @property
    def need(self) -> str:
        """Why somebody may need the image, in words; empty where it is unused."""
        if self.verdict is Verdict.UNUSED:
            return ""
        return f"{self.verdict}: {'; '.join(self.why)}"

    def count(self, kind: Kind) -> int:
        """How many of a *kind* use it."""
        return self.tally.counts[kind]


def judge(image: Image, told: Iterable[Told], *, without: Sequence[str] = ()) -> Usage:
    """The verdict on *image* from what all services have *told*.

    *without* names the services that were not asked, since somebody said that the cloud
    has none, or that they don't count.
    """
    told = tuple(told)
    tally = Tally()
    for each in told:
        if image.id in each.tallies:
            tally.update(each.tallies[image.id])
    left_out = tuple(f"{service} was not asked (--without)" for service in without)
    gaps = [str(gap) for each in told for gap in each.gaps if gap.concerns(image)]
    if image.disk_format in PARTS:
        gaps.append("which images boot with this kernel or ramdisk can't be seen")
    gaps = list(dict.fromkeys(gaps))
    if used := _told(tally):
        return Usage(image, Verdict.USED, (used, *gaps, *left_out), tally)
    if gaps:
        return Usage(image, Verdict.UNKNOWN, (*gaps, *left_out), tally)
    return Usage(image, Verdict.UNUSED, (_nothing(told), *left_out), tally)


def _told(tally: Tally) -> str:
    """What uses the image, in words; empty where nothing does."""
    counted = [*_counted(tally)]
    if not counted:
        return ""
    *first, last = counted
    words = f"{', '.join(first)} and {last}" if first else last
    projects = len(tally.projects)
    return f"{words} of {_number(projects, 'project')}" if projects else words


def _counted(tally: Tally) -> Iterator[str]:
    for kind in PROVING:
        if count := tally.counts[kind]:
            yield _number(count, str(kind))


def _number(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _nothing(told: Iterable[Told]) -> str:
    is_own = any(
        gap.reach is Reach.OTHER_PROJECTS for each in told for gap in each.gaps
    )
    whose = "this project, which alone may use it," if is_own else "any project"
    return f"no server, volume or snapshot of {whose} was made from it"
