# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images that openstack-image-manager looks after, as versions of our families."""

from __future__ import annotations

from collections.abc import Iterable

from osc_imagetools.catalog.definitions import FamilyDefinition
from osc_imagetools.lifecycle.adoption import Wish
from osc_imagetools.lifecycle.model.image import Image

_NAME, _LABEL = "image_name", "internal_version"
"""Properties in which it notes the name of a definition, and the version of it."""


def adoptable(
    definition: FamilyDefinition, tagged: Iterable[Image]
) -> tuple[Image, ...]:
    """Of the images with its tag those that are versions of *definition*.

    By the names that it gives them. What is in a family of ours already is none.
    """
    names = {version.image_name for version in definition.versions}
    return tuple(
        image
        for image in tagged
        if not image.is_managed
        and (
            image.name in names | {definition.name}
            or image.text(_NAME) == definition.name
        )
    )


def wishes(definition: FamilyDefinition, images: Iterable[Image]) -> tuple[Wish, ...]:
    """What each of *images* is to be: its label is the version that was noted on it."""
    return tuple(
        Wish(image.id, definition.name, image.text(_LABEL) or None) for image in images
    )
