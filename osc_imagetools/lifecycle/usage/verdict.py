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

from osc_imagetools.i18n import _
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
        why = "; ".join(self.why)
        if self.verdict is Verdict.UNUSED:
            return ""
        if self.verdict is Verdict.UNKNOWN:
            return _("whether it is used is unknown: %s") % why
        return f"{self.verdict}: {why}"

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
    left_out = tuple(_("%s was not asked (--without)") % name for name in without)
    gaps = [str(gap) for each in told for gap in each.gaps if gap.concerns(image)]
    if image.disk_format in PARTS:
        gaps.append(_("which images boot with this kernel or ramdisk can't be seen"))
    gaps = list(dict.fromkeys(gaps))
    if used := _told(tally):
        return Usage(image, Verdict.USED, (used, *gaps, *left_out), tally)
    if gaps:
        return Usage(image, Verdict.UNKNOWN, (*gaps, *left_out), tally)
    return Usage(image, Verdict.UNUSED, (_nothing(told, without), *left_out), tally)


def _told(tally: Tally) -> str:
    """What uses the image, in words; empty where nothing does."""
    counted = [*_counted(tally)]
    if not counted:
        return ""
    *first, last = counted
    uses = last
    if first:
        uses = _("%(first)s and %(last)s") % {"first": ", ".join(first), "last": last}
    projects = len(tally.projects)
    if projects == 1:
        return _("%s of 1 project") % uses
    several = _("%(uses)s of %(count)d projects")
    return several % {"uses": uses, "count": projects} if projects else uses


def _counted(tally: Tally) -> Iterator[str]:
    words = _in_words()
    for kind in PROVING:
        if count := tally.counts[kind]:
            one, several = words[kind]
            yield one if count == 1 else several % count


def _in_words() -> dict[Kind, tuple[str, str]]:
    """What needs the image it was made from, as one of it and as several."""
    return {
        Kind.SERVER: (_("1 server"), _("%d servers")),
        Kind.VOLUME: (_("1 volume"), _("%d volumes")),
        Kind.SNAPSHOT: (_("1 snapshot"), _("%d snapshots")),
        Kind.CLUSTER_TEMPLATE: (_("1 cluster template"), _("%d cluster templates")),
        Kind.NODE: (_("1 bare metal node"), _("%d bare metal nodes")),
    }


def _nothing(told: Iterable[Told], without: Collection[str]) -> str:
    is_own = any(
        gap.reach is Reach.OTHER_PROJECTS for each in told for gap in each.gaps
    )
    texts = {
        (): (
            _("no server, volume or snapshot of any project was made from it"),
            _(
                "no server, volume or snapshot of this project, which alone may use "
                "it, was made from it"
            ),
        ),
        ("block-storage",): (
            _("no server of any project was made from it"),
            _("no server of this project, which alone may use it, was made from it"),
        ),
        ("compute",): (
            _("no volume or snapshot of any project was made from it"),
            _(
                "no volume or snapshot of this project, which alone may use it, was "
                "made from it"
            ),
        ),
    }
    left_out = tuple(sorted({"block-storage", "compute"}.intersection(without)))
    if left_out not in texts:
        return _("no service was asked that could tell of servers and volumes")
    return texts[left_out][is_own]
