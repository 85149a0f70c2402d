# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a family's next version takes over from its current one.

The table of `lifecycle.model.properties` decides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.min_disk import min_disk_gib


def carried_properties(image: Image) -> dict[str, str]:
    """The properties that the next version takes over from *image*."""
    return {
        name: value
        for name, value in image.fields.items()
        if isinstance(value, str) and properties.is_carried_over(name)
    }


def carried_min_disk(image: Image) -> int:
    """GiB: what a person has set, and 0 where it is what the image's own disk needs.

    The next version's disk may need less. Where Glance doesn't know what it needs, it
    goes on.
    """
    needed = own_min_disk(image)
    return image.min_disk if needed is None or image.min_disk > needed else 0


def own_min_disk(image: Image) -> int | None:
    """GiB, at least 1, that the disk in *image* needs; ``None`` if nobody knows."""
    size = image.virtual_size
    if size is None and image.disk_format == "raw":
        size = image.size
    return None if size is None else min_disk_gib(size)


def carried_tags(image: Image) -> frozenset[str]:
    """Its tags but ours, which every version gets by itself."""
    return image.tags - {properties.TAG}


def without_outdated(
    carried: Mapping[str, str], told: Mapping[str, str], told_anew: Mapping[str, str]
) -> dict[str, str]:
    """Those *carried*, but for what the new version's URL tells anew by its name.

    Of what the old one's URL has *told*, not of what somebody gave: an ``os_version``
    follows its source.
    """
    return {
        name: text
        for name, text in carried.items()
        if name not in told_anew or told.get(name) != text
    }


def followed(
    then: Mapping[str, str],
    now: Mapping[str, str],
    image: Image,
    kept: Collection[str] = (),
) -> Change:
    """What *image*, which took over what stood *then*, takes over of what stands *now*.

    Where it has a value of its own, that stays; and so do those *kept*.
    """
    moved = [
        name
        for name in then.keys() | now.keys()
        if name not in kept and image.text(name) == then.get(name) != now.get(name)
    ]
    return Change(
        set={name: now[name] for name in sorted(moved) if name in now},
        remove=frozenset(name for name in moved if name not in now),
    )
