# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the candidate of a family is promoted now: once it was tried long enough."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from osc_imagetools.catalog.definitions import CandidateDefinition
from osc_imagetools.catalog.family_plan import FamilyAction
from osc_imagetools.i18n import _
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
        why = _("'%s' has no current version to promote") % wanted.name
        return PlannedPromotion(FamilyAction.UNCHANGED, why, label)
    if why := _not_wanted(image, family) or _waits(wanted, image, now):
        return PlannedPromotion(FamilyAction.UNCHANGED, why, label)
    since = image.moment(properties.PUBLISHED_AT)
    why = _("it is current as '%(name)s' since %(since)s") % {
        "name": wanted.name,
        "since": f"{since:%Y-%m-%d}",
    }
    free = family.free_label(image.version or "")
    return PlannedPromotion(FamilyAction.ROTATE, why, free, image)


def _not_wanted(image: Image, family: Family) -> str:
    named = {"version": image.version, "family": image.family}
    state = derive(image).state
    if state is not State.ACTIVE:
        why = _("version %(version)s of '%(family)s' is %(state)s")
        return why % {**named, "state": state}
    last = family.latest
    known = fingerprints(image)
    if last is not None and not known.isdisjoint(fingerprints(last)):
        why = _(
            "version %(version)s of '%(family)s' has the same bytes as version %(last)s"
        )
        return why % {**named, "last": last.version}
    if is_rolled_back(policy_holder(family), known):
        why = _("version %(version)s of '%(family)s' has bytes that were rolled back")
        return why % named
    return ""


def _waits(wanted: CandidateDefinition, image: Image, now: datetime) -> str:
    named = {"version": image.version, "family": wanted.name}
    if wanted.promote_after is None:
        why = _(
            "version %(version)s of '%(family)s' waits to be promoted by hand: "
            "'promote_after' is not set"
        )
        return why % named
    since = image.moment(properties.PUBLISHED_AT)
    if since is None:
        why = _(
            "version %(version)s of '%(family)s' does not tell since when it is current"
        )
        return why % named
    due = wanted.promote_after.after(since)
    if due <= now:
        return ""
    why = _("version %(version)s of '%(family)s' is promoted from %(due)s UTC on")
    return why % {**named, "due": f"{due:%Y-%m-%d %H:%M}"}


def promoted(name: str, families: Iterable[Family]) -> tuple[Image, ...]:
    """What the family of that *name* has made, and others have by now."""
    return tuple(
        version
        for family in families
        for version in family.versions
        if version.text(properties.PROMOTED_FROM) == name and family.name != name
    )
