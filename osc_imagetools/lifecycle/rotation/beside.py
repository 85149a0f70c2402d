# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which of several visible versions goes, and which stays for who finds no other."""

from __future__ import annotations

from collections.abc import Iterator

from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import is_leaving, is_meant_for
from osc_imagetools.lifecycle.model.image import VISIBILITIES, Image


def replaced(family: Family, survivor: Image) -> Iterator[tuple[Image, Image]]:
    """The versions that others find in vain, lowest first, each with what they find.

    That is *survivor*; or the newest of those that are for more than that is.
    """
    staying, in_vain = [survivor], list[tuple[Image, Image]]()
    for image in reversed(family.offered):
        if image.id == survivor.id:
            continue
        newer = next((one for one in staying if not is_for_more(image, one)), None)
        if newer is None:
            staying.append(image)
        else:
            in_vain.append((image, newer))
    return reversed(in_vain)


def kept_beside(family: Family, survivor: Image) -> list[Image]:
    """The versions that stay though a swap has announced them: it may go on late."""
    in_vain = {image.id for image, _ in replaced(family, survivor)}
    return [
        image
        for image in family.offered
        if image.id not in {survivor.id, *in_vain} and is_leaving(image)
    ]


def is_for_more(image: Image, survivor: Image) -> bool:
    """Whether others would find nothing without *image*, and no swap means that.

    Somebody has made the newer one private, and shows the older one.
    """
    return is_found_wider(image, survivor) and not is_meant_for(image, survivor)


def is_found_wider(image: Image, other: Image) -> bool:
    """Whether a lookup by name finds *image* in more projects than *other*."""
    wider, than = image.visibility, other.visibility
    return VISIBILITIES.index(wider) > VISIBILITIES.index(than)
