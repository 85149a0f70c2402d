# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Everything that is wrong with the images of a project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.checks import (
    families,
    images,
    replacements,
    standards,
    unmanaged,
    versions,
    visible,
)
from osc_imagetools.lifecycle.checks.finding import Finding, Observed
from osc_imagetools.lifecycle.checks.severity import Check, Severity
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import State, due

SAID_BY = frozenset(
    {
        *(Check.NONE_VISIBLE, Check.OTHER_NAME, Check.TWO_VISIBLE, Check.SAME_NAME),
        *(Check.DEAD_RUN, Check.STUCK),
    }
)
"""Who reads one of these of an image needs no word of its stored state as well."""


@dataclass(frozen=True)
class Checkup:
    """What was found, and in how much."""

    findings: tuple[Finding, ...]
    """Of each image by itself, as monitoring systems count them."""
    images: int
    families: int

    def count(self, severity: Severity) -> int:
        """How many findings there are of that severity."""
        return sum(finding.severity is severity for finding in self.findings)

    @property
    def has_commands(self) -> bool:
        """Whether there is something to run."""
        return any(finding.commands for finding in self.findings)

    @property
    def worst(self) -> Severity | None:
        """The worst severity; `None` if nothing was found."""
        return next((each for each in [*Severity][::-1] if self.count(each)), None)


def findings(observed: Observed) -> tuple[Finding, ...]:
    """All findings, errors first, then by family and by image.

    Raises `KeyError` for a standard that nobody knows.
    """
    return tuple(sorted(_needed(_all(observed)), key=_order))


def merged(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """*found* for people: one warning where several images have an equal one.

    Sixty adopted images are no reason for sixty lines a day. The order is that of
    `findings`.
    """
    in_order = sorted(found, key=lambda one: (_sameness(one), one.image))
    groups = (list(group) for _, group in groupby(in_order, key=_sameness))
    lines = (line for same in groups for line in _lines(same))
    return tuple(sorted(lines, key=_order))


def to_be_deleted(observed: Observed) -> tuple[Image, ...]:
    """The images that are due to be deleted, or that no policy keeps any more."""
    now = observed.now
    over = [one for each in observed.families for one in versions.past_keep(each, now)]
    dated = [one for one in observed.own if due(one, now) is State.DELETED]
    found = {image.id: image for image in (*over, *dated)}
    return tuple(image for image in found.values() if observed.covers(image.family))


def unknown_members(observed: Observed) -> frozenset[str]:
    """The IDs of shared images whose members decide, and were not read yet.

    Once those are, there may be more.
    """
    by_name = visible.unknown_members(observed)
    return by_name | replacements.unknown_members(observed)


def _all(observed: Observed) -> Iterator[Finding]:
    for family in observed.families:
        if not observed.covers(family.name):
            continue
        yield from families.findings(family, observed)
        for version in family.versions:
            yield from replacements.findings(version, observed)
    for image in observed.own:
        if observed.covers(image.family if image.is_managed else None):
            yield from images.findings(image, observed)
    yield from standards.generic_twice(observed)
    if observed.unmanaged:
        yield from unmanaged.findings(observed)


def _needed(found: Iterable[Finding]) -> Iterator[Finding]:
    listed = list(found)
    said = {one.image for one in listed if one.check in SAID_BY}
    for one in listed:
        if one.check is not Check.CONTRADICTION or one.image not in said:
            yield one


def _lines(same: list[Finding]) -> list[Finding]:
    is_one = len(same) == 1 or same[0].severity is not Severity.WARNING
    return same if is_one else [_together(same)]


def _sameness(finding: Finding) -> tuple[str, ...]:
    said = (finding.together,) if finding.together else (finding.what, finding.do)
    # Of a family as a whole each says what is its own.
    return finding.check, "" if finding.image else finding.family, *said


def _together(same: list[Finding]) -> Finding:
    first = same[0]
    families = {one.family for one in same}
    words = {"count": len(same), "what": first.together or first.what}
    what = _("%(count)d images, each: %(what)s") % words
    if first.together:
        what = _("%(count)d images %(what)s") % words
    commands = tuple(line for one in same for line in one.commands)
    if not commands:
        what += f" ({', '.join(sorted(one.image for one in same))})"
    return replace(
        first,
        family=families.pop() if len(families) == 1 else "",
        image="",
        what=what,
        commands=commands,
    )


def _order(finding: Finding) -> tuple[bool, bool, str, str, str, str]:
    is_error = finding.severity is Severity.ERROR
    place = (finding.family == "", finding.family, finding.check, finding.image)
    return (not is_error, *place, finding.what)
