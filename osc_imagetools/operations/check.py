# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with a project's images: read, judged, and in doubt read again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from osc_imagetools.glance.api import GlanceError
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.members import accepted_members
from osc_imagetools.glance.namesakes import having_names
from osc_imagetools.glance.server_import import task_message
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.checks import (
    GENERIC,
    PURPOSE,
    Check,
    Checkup,
    Finding,
    Observed,
    findings,
    to_be_deleted,
    unknown,
    unknown_members,
)
from osc_imagetools.lifecycle.inventory import Scope
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.dead_run import is_dead
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.standards import ONE_GENERIC
from osc_imagetools.lifecycle.usage.verdict import Needs
from osc_imagetools.operations.missing import missing_family

LONGEST_CHAIN = 20
"""Replacements of replacements that are followed beyond what was listed."""

OF_A_MOMENT = frozenset({Check.TWO_VISIBLE, Check.NONE_VISIBLE, Check.TAG})
"""What another run's swap may look like while it lasts."""

OF_AN_IMPORT = frozenset({Check.DEAD_RUN, Check.STUCK, Check.FAILED_IMPORT})


@dataclass(frozen=True)
class Order:
    """What to look at."""

    project: Project
    """The one whose images are checked."""
    families: frozenset[str] = frozenset()
    """Only these; empty: all of them, and what is in none."""
    standard: str | None = None
    """What current versions have to meet as well."""
    unmanaged: bool = False
    """Whether to look at images that belong to no family, too."""
    needs: Needs | None = None
    """Asks who needs what is to be deleted; ``None``: nobody is asked."""


def check(images: Images, order: Order) -> Checkup:
    """Everything that is wrong with the images of a project, as far as *order* says.

    Only GET requests are sent. Raises `GlanceError` if images can't be listed, and
    `OperatorError` where a family isn't there.
    """
    return examined(images, order)[1]


def examined(images: Images, order: Order) -> tuple[Observed, Checkup]:
    """What `check` answers, and what was read for it."""
    observed = _observed(images, order)
    _require(images, observed)
    if order.needs:
        needed = order.needs(to_be_deleted(observed))
        observed = replace(observed, needs=needed)
    found = findings(observed)
    moving = {each.family for each in found if each.check in OF_A_MOMENT}
    if moving:
        observed = _again(images, observed, moving)
        found = findings(observed)
    return observed, Checkup(
        tuple(_with_reason(images, observed, finding) for finding in found),
        sum(1 for image in observed.own if observed.covers(image.family)),
        sum(1 for family in observed.families if observed.covers(family.name)),
    )


def _require(images: Images, observed: Observed) -> None:
    """Raise `OperatorError` for a family that isn't there."""
    missing = observed.only - {family.name for family in observed.families}
    for name in sorted(missing):
        raise missing_family(images, Scope.of(observed.project), name)


def _observed(images: Images, order: Order) -> Observed:
    # Of other projects only what has the tag: there may be very many.
    tagged = images.list_all(tag=properties.TAG)
    listed = (
        *tagged,
        *images.list_all(owner=order.project.id),
        *_generic(images, order),
    )
    now, machine = images.now(), images.machine

    def dead(image: Image) -> bool:
        return is_dead(image, host=machine.host(), lives=machine.lives, now=now)

    observed = Observed(
        order.project.id,
        listed,
        now,
        dead,
        standard=order.standard,
        is_elsewhere=order.project.is_elsewhere,
        only=order.families,
        unmanaged=order.unmanaged,
    )
    names = {family.name for family in observed.families}
    observed = replace(
        observed, images=(*having_names(images, names), *observed.images)
    )
    return _with_members(images, _with_replacements(images, observed))


def _generic(images: Images, order: Order) -> Iterator[Image]:
    """What everybody finds as generic, where a standard wants no two of a kind."""
    if order.standard in ONE_GENERIC:
        yield from images.matching(
            visibility="public",
            **{PURPOSE: GENERIC},
        )


def _with_replacements(images: Images, observed: Observed) -> Observed:
    asked: set[str] = set()
    for _turn in range(LONGEST_CHAIN):
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
        newer += images.list_all(name=f"eq:{family}", owner=observed.owner)
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
    what = _("%(what)s; its task says: %(said).300r")
    return replace(finding, what=what % {"what": finding.what, "said": said})
