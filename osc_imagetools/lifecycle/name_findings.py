# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What users who look a family's name up find: one image, or two, or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.finding import Check, Finding, Observed
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.replacement import family_of
from osc_imagetools.lifecycle.state import State, derive


def unknown_members(observed: Observed) -> frozenset[str]:
    """The IDs of other projects' shared images that may be found by a family's name.

    They are found by the projects that have accepted them: not read yet.
    """
    names = {family.name for family in observed.families}
    return frozenset(
        image.id
        for image in observed.by_id.values()
        if image.owner != observed.owner
        and image.visibility == "shared"
        and image.name in names
        and not image.hidden
        and image.id not in observed.members
    )


def findings(family: Family, observed: Observed) -> Iterator[Finding]:
    """Whether a lookup of the family's name finds two images, or none that boots."""
    found = sorted(
        (
            image
            for image in observed.by_id.values()
            if image.name == family.name
            and not image.hidden
            and _is_looked_up(image, observed)
        ),
        key=lambda image: image.id,
    )
    own = [image for image in found if image.owner == observed.owner]
    current = family.current
    if own and len(found) > 1:
        yield Finding(
            Check.TWO_VISIBLE,
            family.name,
            current.id if current else "",
            f"{len(found)} visible images bear its name: "
            f"{', '.join(_told(image, observed) for image in found)}",
            _one_left(own, current),
        )
    if current is None and (last := _wanted(family)):
        yield Finding(
            Check.NONE_VISIBLE,
            family.name,
            last.id,
            f"no visible, active image bears its name; this is {_why_not(last)}",
            "If it is good, offer it: openstack image set --activate --unhidden "
            f"{last.id}",
        )


def _is_looked_up(image: Image, observed: Observed) -> bool:
    """Whether users of the project find it by its name.

    Names of other projects' community images do not resolve.
    """
    if image.owner == observed.owner or image.visibility == "public":
        return True
    accepted = observed.members.get(image.id) or frozenset()
    return image.visibility == "shared" and observed.owner in accepted


def _told(image: Image, observed: Observed) -> str:
    is_ours = image.owner == observed.owner
    return image.id if is_ours else f"{image.id} of project {image.owner}"


def _one_left(own: Sequence[Image], current: Image | None) -> str:
    """What to do so that only one is visible."""
    rest = [image.id for image in own if current is None or image.id != current.id]
    if len(own) > 1:
        return f"Hide all but one: openstack image set --hidden {rest[0]}"
    return "One of the projects has to rename or hide its own."


def _why_not(version: Image) -> str:
    reasons = {
        version.status: version.status != "active",
        "hidden": version.hidden,
        f"called {version.name!a:.60}": version.name != version.family,
    }
    return " and ".join(reason for reason, holds in reasons.items() if holds)


def _wanted(family: Family) -> Image | None:
    """The version that ought to be visible; ``None`` if none ought to.

    None was offered yet; or the newest that was has been deprecated on purpose, and
    not for the sake of a version that is still to come.
    """
    offered = [version for version in family.versions if not _is_new(version)]
    if not offered:
        return None
    last = offered[-1]
    if last.text(properties.STATE) not in (State.DEPRECATED, State.OBSOLETE):
        return last
    reference = last.text(properties.REPLACEMENT) or ""
    successors = {version.id for version in family.versions if _is_new(version)}
    leads_on = reference in successors or family_of(reference) == family.name
    return last if leads_on else None


def _is_new(version: Image) -> bool:
    return (
        derive(version).state in (State.IMPORTING, State.STAGED)
        and properties.PUBLISHED_AT not in version.fields
    )
