# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the candidate of a family is promoted now: once it was tried long enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from osc_imagetools.catalog.definitions import CandidateDefinition
from osc_imagetools.catalog.family_plan import FamilyAction
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.policy import policy_holder
from osc_imagetools.lifecycle.model.state import State, derive
from osc_imagetools.lifecycle.rotation.fingerprint import fingerprints
from osc_imagetools.lifecycle.rotation.skip import is_rolled_back


@dataclass(frozen=True)
class PlannedPromotion:
    """What is done with the candidate, and why."""

    action: FamilyAction
    reason: str
    label: str | None = None
    """Of the version that is current then."""
    image: Image | None = None
    """The one that is promoted; ``None`` if none is."""


def promotion(
    wanted: CandidateDefinition, family: Family, theirs: Family, now: datetime
) -> PlannedPromotion:
    """What *family* does with its candidate, the current version of *theirs*."""
    last = family.latest
    label = last.version if last else None
    image = theirs.current
    if image is None:
        why = f"'{wanted.name}' has no current version to promote"
        return PlannedPromotion(FamilyAction.UNCHANGED, why, label)
    if why := _not_wanted(image, family) or _waits(wanted, image, now):
        return PlannedPromotion(FamilyAction.UNCHANGED, why, label)
    since = image.moment(properties.PUBLISHED_AT)
    why = f"it is current as '{wanted.name}' since {since:%Y-%m-%d}"
    free = family.free_label(image.version or "")
    return PlannedPromotion(FamilyAction.ROTATE, why, free, image)


def _not_wanted(image: Image, family: Family) -> str:
    which = f"version {image.version} of '{image.family}'"
    if derive(image).state is not State.ACTIVE:
        return f"{which} is {derive(image).state}"
    last = family.latest
    known = fingerprints(image)
    if last is not None and not known.isdisjoint(fingerprints(last)):
        return f"{which} has the same bytes as version {last.version}"
    if is_rolled_back(policy_holder(family), known):
        return f"{which} has bytes that were rolled back"
    return ""


def _waits(wanted: CandidateDefinition, image: Image, now: datetime) -> str:
    which = f"version {image.version} of '{wanted.name}'"
    if wanted.promote_after is None:
        return f"{which} waits to be promoted by hand: 'promote_after' is not set"
    since = image.moment(properties.PUBLISHED_AT)
    if since is None:
        return f"{which} does not tell since when it is current"
    due = wanted.promote_after.after(since)
    return "" if due <= now else f"{which} is promoted from {due:%Y-%m-%d %H:%M} UTC on"


def promoted(name: str, families: Iterable[Family]) -> tuple[Image, ...]:
    """What the family of that *name* has made, and others have by now."""
    return tuple(
        version
        for family in families
        for version in family.versions
        if version.text(properties.PROMOTED_FROM) == name and family.name != name
    )
