# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a project's images: read, judged, and in doubt read again."""

from __future__ import annotations

from dataclasses import dataclass, replace

from osc_imagetools.glance.api import GlanceError
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.members import accepted_members
from osc_imagetools.glance.namesakes import bearing
from osc_imagetools.glance.server_import import task_message
from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.finding import Check, Finding, Observed, Severity
from osc_imagetools.lifecycle.findings import findings, unknown_members
from osc_imagetools.lifecycle.generation import is_dead
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.replacement_findings import unknown
from osc_imagetools.operations import run as processes

LONGEST_CHAIN = 20
"""Replacements of replacements that are followed beyond what was listed."""

OF_A_MOMENT = frozenset({Check.TWO_VISIBLE, Check.NONE_VISIBLE, Check.TAG})
"""What another run's swap may look like while it lasts."""

OF_AN_IMPORT = frozenset({Check.DEAD_RUN, Check.STUCK, Check.FAILED_IMPORT})


@dataclass(frozen=True)
class Checked:
    """What was found, and in how much."""

    findings: tuple[Finding, ...]
    images: int
    families: int

    def count(self, severity: Severity) -> int:
        """How many findings there are of that severity."""
        return sum(finding.severity is severity for finding in self.findings)

    @property
    def worst(self) -> Severity | None:
        """The worst severity; `None` if nothing was found."""
        return next((each for each in [*Severity][::-1] if self.count(each)), None)


def check(images: Images, owner: str, standard: str | None = None) -> Checked:
    """Everything that is wrong with the images of project *owner*.

    Only GET requests are sent. Raises `GlanceError` if images can't be listed.
    """
    observed = _observed(images, owner, standard)
    found = findings(observed)
    moving = {each.family for each in found if each.check in OF_A_MOMENT}
    if moving:
        observed = _again(images, observed, moving)
        found = findings(observed)
    return Checked(
        tuple(_with_reason(images, observed, finding) for finding in found),
        sum(1 for _ in observed.own),
        len(observed.families),
    )


def _observed(images: Images, owner: str, standard: str | None) -> Observed:
    # Of other projects only what bears the tag: there may be very many.
    listed = [*images.whole(tag=properties.TAG), *images.whole(owner=owner)]
    now = images.now()

    def dead(image: Image) -> bool:
        return is_dead(image, host=processes.host(), lives=processes.lives, now=now)

    observed = Observed(owner, tuple(listed), now, dead, standard)
    names = {family.name for family in observed.families}
    observed = replace(observed, images=(*bearing(images, names), *observed.images))
    return _with_members(images, _with_replacements(images, observed))


def _with_replacements(images: Images, observed: Observed) -> Observed:
    asked: set[str] = set()
    for _ in range(LONGEST_CHAIN):
        wanted = unknown(observed) - asked
        if not wanted:
            break
        asked |= wanted
        found = tuple(filter(None, map(images.get, sorted(wanted))))
        observed = replace(observed, images=observed.images + found)
    return observed


def _with_members(images: Images, observed: Observed) -> Observed:
    while wanted := unknown_members(observed):
        read = {each: _accepted(images, observed.by_id[each]) for each in wanted}
        observed = replace(observed, members={**observed.members, **read})
    return observed


def _accepted(images: Images, image: Image) -> frozenset[str] | None:
    try:
        return accepted_members(images, image)
    except GlanceError as error:
        if error.status == 403:
            return None
        raise


def _again(images: Images, observed: Observed, families: set[str]) -> Observed:
    """The same, with these families as they are now: a swap takes but a moment."""
    newer: list[Image] = []
    for family in sorted(families):
        newer += images.of_family(observed.owner, family)
        newer += images.whole(name=f"eq:{family}", owner=observed.owner)
    kept = tuple(
        image
        for image in observed.images
        if image.owner != observed.owner or not families & {image.name, image.family}
    )
    return replace(observed, images=(*kept, *newer))


def _with_reason(images: Images, observed: Observed, finding: Finding) -> Finding:
    """The finding, with what Glance's own task says of an import that failed."""
    if finding.check not in OF_AN_IMPORT:
        return finding
    try:
        said = task_message(images, observed.by_id[finding.image])
    except GlanceError:
        return finding
    if not said:
        return finding
    return replace(finding, what=f"{finding.what}; its task says: {said!a:.300}")
