# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The private images that were made of servers: they share the faults of the first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable

from osc_imagetools.lifecycle.model.image import GONE, Image
from osc_imagetools.lifecycle.usage.uses import How, Kind, Tallies, Tally, Use
from osc_imagetools.lifecycle.usage.verdict import Told

PARENT = "base_image_ref"
"""Where Nova writes from which image the server of a snapshot was started."""

NAME = "image"


def descendants(
    images: Iterable[Image], ancestors: Collection[str], *, each: bool
) -> Told:
    """Those of *images* that were made, over any number of servers, from *ancestors*.

    They don't need these any more. *each* keeps every one, and not only their number.
    """
    children: dict[str, dict[str, Image]] = defaultdict(dict)
    for image in images:
        parent = image.text(PARENT)
        if parent and parent != image.id and image.status not in GONE:
            children[parent][image.id] = image
    tallies: Tallies = {}
    for ancestor in ancestors:
        for image in _below(ancestor, children).values():
            tallies.setdefault(ancestor, Tally()).add(_use(image), keep=each)
    return Told(NAME, tallies)


def _below(ancestor: str, children: dict[str, dict[str, Image]]) -> dict[str, Image]:
    found: dict[str, Image] = {}
    # Anybody can write the property, and so a circle.
    open_ends = [ancestor]
    while open_ends:
        for image_id, image in children.get(open_ends.pop(), {}).items():
            if image_id not in found and image_id != ancestor:
                found[image_id] = image
                open_ends.append(image_id)
    return found


def _use(image: Image) -> Use:
    return Use(
        Kind.IMAGE,
        image.id,
        How.DESCENDANT,
        name=image.name or None,
        project=image.owner,
        user=image.text("user_id"),
        status=image.status,
        launched_at=image.created_at,
    )
