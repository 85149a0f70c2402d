# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of those who were told of a replacement that is about to be deleted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.deprecation.replacement import FAMILY_PREFIX
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.retention.item import Action, Item


def repointings(images: Collection[Image], going: Iterable[Image]) -> Iterator[Item]:
    """What names of *images*, all that are managed, one of *going* as its replacement.

    It gets what replaced that, or else the name of its family.
    """
    gone = {image.id: image for image in going}
    for image in images:
        wanted = image.text(properties.REPLACEMENT) if image.is_managed else None
        if wanted in gone and image.id not in gone:
            heir = _heir(image, gone[wanted], gone)
            why = _("its replacement %s is about to be deleted") % wanted
            change = Change(
                {properties.REPLACEMENT: heir},
                requires=frozenset({properties.REPLACEMENT}),
            )
            yield Item(Action.REPOINT, image, why, change=change, going=wanted)


def _heir(image: Image, wanted: Image, gone: Mapping[str, Image]) -> str:
    """What replaces *image*, of which *wanted* was to, once all of *gone* are deleted.

    Never itself, to which a circle leads back.
    """
    seen: set[str] = set()
    at = wanted
    while at.id not in seen:
        seen.add(at.id)
        following = at.text(properties.REPLACEMENT)
        if following and following not in {*gone, image.id}:
            return following
        at = gone.get(following or "", at)
    return f"{FAMILY_PREFIX}{wanted.family}"
