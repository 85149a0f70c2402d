# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether what an image names as its replacement can replace it, as things are now."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.checks.finding import Finding, Observed
from osc_imagetools.lifecycle.checks.severity import Check
from osc_imagetools.lifecycle.checks.visible import wanted
from osc_imagetools.lifecycle.deprecation.replacement import (
    Chain,
    Link,
    family_of,
    members_decide,
    unfit,
)
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.remedy import Commands, command, option
from osc_imagetools.lifecycle.model.state import derive


def unknown(observed: Observed) -> frozenset[str]:
    """The IDs that replacements lead to and that *observed* has no image of."""
    named = {
        image.text(properties.REPLACEMENT) or ""
        for image in observed.by_id.values()
        if image.is_managed
    }
    return frozenset(each for each in named - {*observed.by_id} if _is_id(each))


def unknown_members(observed: Observed) -> frozenset[str]:
    """The IDs of shared images whose members decide, and were not read yet.

    First those of what is replaced; where nobody has accepted that, its replacement's
    don't matter.
    """
    versions = [one for family in observed.families for one in family.versions]
    asked = (_members_to_read(version, observed) for version in versions)
    return frozenset(filter(None, asked)) - observed.members.keys()


def findings(image: Image, observed: Observed) -> Iterator[Finding]:
    """What is wrong with the replacement of *image*, if it names one.

    Members of shared images are compared as far as *observed* knows them.
    """
    reference = _reference(image)
    if reference is None:
        return
    chain, missing = _chain(reference, observed)
    check = Check.REPLACEMENT_MISSING
    do, commands = _another(image, observed)
    if _is_said(missing, image, observed):
        return
    if missing is not None:
        what = _("its replacement %.80r is not an image that you can see") % missing
    elif _is_over(chain, image, observed):
        return
    elif reason := unfit(chain, image, frozenset()):
        check, what = Check.REPLACEMENT_UNFIT, reason
    elif reason := _unseen(chain, image, observed):
        check, what = Check.REPLACEMENT_UNFIT, reason
        accepted = command("set", "--accept", chain.end.image.id)
        do = _("Ask them to accept it (they run: %s), or name another") % accepted
        commands = ()
    else:
        return
    yield Finding(check, image.family or "", image.id, what, do, commands)


def _is_said(missing: str | None, image: Image, observed: Observed) -> bool:
    """Whether its own family is missing because none of its versions is visible."""
    family = observed.family(image.family or "")
    is_its_own = family_of(missing or "") == image.family
    return is_its_own and family is not None and wanted(family) is not None


def _is_over(chain: Chain, image: Image, observed: Observed) -> bool:
    """Whether *image* is of a family that somebody has ended: nothing replaces it."""
    end = chain.end.image
    family = observed.family(image.family or "")
    if family is None or family.current or end.family != image.family:
        return False
    is_out = derive(end).state.is_on_its_way_out and not chain.is_cycle
    return is_out and wanted(family) is None


def _another(image: Image, observed: Observed) -> tuple[str, Commands]:
    """What replaces *image* better: its family's current version, or nothing."""
    family = observed.family(image.family or "")
    current = family.current if family else None
    if current and current.id != image.id:
        chain = Chain((Link(current.id, current),))
        if unfit(chain, image, frozenset()) is None:
            said = observed.ours(
                "lifecycle set", *option("replacement", current.id), image.id
            )
            return _("Name another, such as the current version"), (said,)
    taken_away = observed.ours("lifecycle unset", "--replacement", image.id)
    return _("Name another, or remove it"), (taken_away,)


def _reference(image: Image) -> str | None:
    """What it says replaces it, unless that is the next version of its own family.

    So it may say as long as it is that family's current one.
    """
    reference = image.text(properties.REPLACEMENT)
    if reference is None or derive(image).state.is_on_its_way_out:
        return reference
    return None if family_of(reference) == image.family else reference


def _members_to_read(image: Image, observed: Observed) -> str | None:
    """The ID of the image whose members tell more of the replacement of *image*."""
    reference = _reference(image)
    if reference is None:
        return None
    chain, missing = _chain(reference, observed)
    if missing is not None or not _is_comparable(chain, image, observed):
        return None
    return chain.end.image.id if observed.members.get(image.id) else image.id


def _is_comparable(chain: Chain, image: Image, observed: Observed) -> bool:
    # Of an image that another project shares one sees no member but oneself.
    is_ours = chain.end.image.owner == observed.owner
    return is_ours and members_decide(chain, image)


def _unseen(chain: Chain, image: Image, observed: Observed) -> str | None:
    """Why members who have accepted *image* don't see what replaces it."""
    needed = observed.members.get(image.id)
    accepted = observed.members.get(chain.end.image.id)
    if not needed or accepted is None or not _is_comparable(chain, image, observed):
        return None
    return unfit(replace(chain, accepted_members=accepted), image, needed)


def _chain(reference: str, observed: Observed) -> tuple[Chain, str | None]:
    """The images that *reference* leads to; and what it leads to that isn't there."""
    links: list[Link] = []
    following: str | None = reference
    while following is not None and not Chain(tuple(links)).is_cycle:
        image = _resolved(following, observed)
        if image is None:
            return Chain(tuple(links)), following
        links.append(Link(following, image))
        following = links[-1].next
    # Whoever is shown an image that another project shares may use it.
    is_shared = links[-1].image.visibility == "shared"
    seen_by = frozenset({observed.owner} if is_shared else ())
    return Chain(tuple(links), accepted_members=seen_by), None


def _resolved(reference: str, observed: Observed) -> Image | None:
    name = family_of(reference)
    if name is None:
        return observed.by_id.get(reference)
    for family in (*observed.families, *observed.other_families):
        if family.name == name and family.current:
            return family.current
    return None


def _is_id(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
