# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Visible images that bear a family's name and are none of its versions."""

from __future__ import annotations

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle.adoption import Wish
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import GONE, Image
from osc_imagetools.operations.adopt import adopt
from osc_imagetools.operations.claim import Notice, refuse_taken_name
from osc_imagetools.operations.rotation import Rotation
from osc_imagetools.operations.settled import NOT_DONE, Outcome, Session


def unmanaged_holders(images: Images, rotation: Rotation) -> list[Image]:
    """The project's own visible images of the name that are managed by nobody.

    Raises `OperatorError` for one that may not be adopted, or is one of several.
    """
    named = images.named(rotation.name, rotation.owner)
    own = [
        image
        for image in named
        if image.owner == rotation.owner
        and not image.hidden
        and image.status not in GONE
    ]
    managed = Family.of(rotation.owner, rotation.name, own).versions
    holders = [image for image in own if image not in managed]
    ids = ", ".join(sorted(image.id for image in holders))
    if holders and not rotation.adopt:
        raise OperatorError(
            f"The name '{rotation.name}' belongs to no version of a family",
            f"image {ids} bears it, is visible, and is not managed",
            "Say --adopt to make it the first version.",
        )
    if len(holders) > 1:
        raise OperatorError(
            f"{len(holders)} visible images are called '{rotation.name}'",
            ids,
            "Adopt them one by one with 'openstack image lifecycle set --family', or "
            "hide all but one.",
        )
    return holders


def settle_name(
    images: Images, rotation: Rotation, notice: Notice, *, is_dry_run: bool = False
) -> list[Outcome]:
    """Adopt the one unmanaged image of the name; raises where that can't be.

    What became of each image, or would become in a dry run.
    """
    settled: list[Outcome] = []
    for holder in unmanaged_holders(images, rotation):
        session = Session(images, rotation.owner, is_dry_run)
        wish = Wish(holder.id, rotation.name)
        for outcome in adopt(session, [wish], notice):
            if outcome.result in NOT_DONE:
                raise OperatorError(f"Image {holder.id} was not adopted", outcome.note)
            if not is_dry_run:
                notice(f"Image {outcome.wanted}: {outcome.result}.")
            settled.append(outcome)
    return settled


def refuse_others(images: Images, rotation: Rotation, family: Family) -> None:
    """Raise `NameIsTakenError` if a family would start under another owner's name."""
    if not family.versions:
        refuse_taken_name(
            images,
            rotation.owner,
            rotation.name,
            allow_others=rotation.request.allow_duplicate,
        )
