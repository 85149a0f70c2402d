# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which of an owner's images are meant, when they are described and not named."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import GONE, Image
from osc_imagetools.lifecycle.moments import Duration


@dataclass(frozen=True)
class Selectors:
    """What an image has to be; all of it."""

    family: str | None = None
    tags: tuple[str, ...] = ()
    older_than: Duration | None = None
    """By when Glance created it."""
    include_current: bool = False


def selected(
    images: Collection[Image], owner: str, selectors: Selectors, now: datetime
) -> list[Image]:
    """Those of *images* that are meant, oldest first.

    *images* hold every version of each family in it, or a current version would not be
    known as one: it is left out unless it was asked for.
    """
    mine = [image for image in images if image.owner == owner]
    found = [image for image in mine if _fits(image, selectors, now)]
    if not selectors.include_current:
        current = _current_ids(mine, owner)
        found = [image for image in found if image.id not in current]
    return sorted(found, key=lambda one: (one.generation, _created(one, now), one.id))


def _fits(image: Image, selectors: Selectors, now: datetime) -> bool:
    if image.status in GONE or not image.tags.issuperset(selectors.tags):
        return False
    if selectors.family not in (None, image.family if image.is_managed else None):
        return False
    if selectors.older_than is None:
        return True
    created = image.created_at
    return created is not None and created < selectors.older_than.before(now)


def _current_ids(images: Collection[Image], owner: str) -> set[str]:
    names = {image.family for image in images if image.is_managed}
    currents = (Family.of(owner, name or "", images).current for name in names)
    return {current.id for current in currents if current is not None}


def _created(image: Image, now: datetime) -> datetime:
    return image.created_at or now
