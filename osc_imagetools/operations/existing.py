# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""An image that was built elsewhere and lies in Glance already, as the next version."""

from __future__ import annotations

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle.enlistment import Enlistment
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.generation import Run
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.operations.candidate import refuse_below_standard
from osc_imagetools.operations.resolve import own_image
from osc_imagetools.operations.signals import signals_wait
from osc_imagetools.operations.succession import Succession
from osc_imagetools.operations.ticket import taken


def enlistment(images: Images, succession: Succession, family: Family) -> Enlistment:
    """The image that was named, and what it shall be.

    Raises `OperatorError` if it can't be the next version.
    """
    rotation, old = succession.rotation, succession.old
    wanted = rotation.request.description
    described = succession.description
    image = own_image(images, rotation.owner, rotation.image or "")
    enlisted = Enlistment(
        image,
        family,
        # A first version is for whom it was before.
        visibility=described.visibility or image.visibility,
        properties={**succession.carried, **rotation.policy},
        said=wanted.properties,
        tags=frozenset(described.tags),
        min_disk=described.min_disk,
        min_ram=described.min_ram,
        label=wanted.label,
        build_date=wanted.build_date,
    )
    what = f"Image {image.id} can't be the next version of '{family.name}'"
    if why := enlisted.fault:
        raise OperatorError(what, why)
    if wanted.label and wanted.label not in (
        image.version,
        family.free_label(wanted.label),
    ):
        why = f"the family has a version {wanted.label} already"
        raise OperatorError(what, why, "Give another --image-version.")
    if not enlisted.is_version:
        _refuse_other_format(rotation.request.packing.disk_format, image, old, what)
    refuse_below_standard(wanted.standard, enlisted.staged(0).on(image).fields)
    return enlisted


def enlist(images: Images, enlisted: Enlistment, run: Run) -> Image:
    """The image, staged under a number that nobody else has, and hidden.

    Or as another run has left it, which had the same in mind and was sooner.
    """
    family, image = enlisted.family, enlisted.image
    number = image.generation
    if not enlisted.is_staged:
        highest = family.highest_generation
        number = taken(images, family.owner, family.name, highest, run)

    def is_taken(seen: Image) -> bool:
        """To hide it now would take it away again from those who find it."""
        return seen.was_offered or seen.generation not in (image.generation, number)

    found = images.get(image.id)
    if found is not None and is_taken(found):
        return found
    with signals_wait():
        return images.change(image, enlisted.staged(number), is_taken)


def _refuse_other_format(
    said: str | None, image: Image, old: Image | None, what: str
) -> None:
    wanted = said or (old.disk_format if old else image.disk_format)
    if image.disk_format != wanted:
        raise OperatorError(
            what,
            f"it is {image.disk_format}, and the family is {wanted}",
            f"Convert it, or accept that with --disk-format {image.disk_format}.",
        )
