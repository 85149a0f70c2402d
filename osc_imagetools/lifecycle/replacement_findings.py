# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether what an image names as its replacement can replace it, as things are now."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.finding import Check, Finding, Observed
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.replacement import Chain, Link, family_of, unfit
from osc_imagetools.lifecycle.state import derive


def unknown(observed: Observed) -> frozenset[str]:
    """The IDs that replacements lead to and that *observed* has no image of."""
    wanted = {
        image.text(properties.REPLACEMENT) or ""
        for image in observed.by_id.values()
        if image.is_managed
    }
    return frozenset(each for each in wanted - {*observed.by_id} if _is_id(each))


def findings(image: Image, observed: Observed) -> Iterator[Finding]:
    """What is wrong with the replacement of *image*, if it names one.

    Members of shared images are not compared: that would be a request an image.
    """
    reference = image.text(properties.REPLACEMENT)
    if reference is None or _is_for_later(image, reference):
        return
    chain, missing = _chain(reference, observed)
    check = Check.REPLACEMENT_MISSING
    if missing is not None:
        what = f"its replacement {missing!a:.80} is no image that can be seen"
    elif reason := unfit(chain, image, frozenset()):
        check, what = Check.REPLACEMENT_UNFIT, reason
    else:
        return
    do = f"Name another: openstack image deprecate --replacement <image> {image.id}"
    yield Finding(check, image.family or "", image.id, what, do)


def _is_for_later(image: Image, reference: str) -> bool:
    """Whether it means the next version of a family whose current one this still is."""
    is_on_its_way_out = derive(image).state.is_on_its_way_out
    return family_of(reference) == image.family and not is_on_its_way_out


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
