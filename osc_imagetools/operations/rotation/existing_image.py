# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""An image that was built elsewhere and lies in Glance already, as the next version."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.decision import being_deleted
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import marked_coming, show_mark
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.rotation.existing_image import ExistingImage
from osc_imagetools.operations.importing.prepare import (
    refuse_below_standard,
    refuse_doubles,
    refuse_too_many,
)
from osc_imagetools.operations.lookup import own_image
from osc_imagetools.operations.rotation.inheritance import Inheritance
from osc_imagetools.operations.runs.reservation import reserve_generation
from osc_imagetools.operations.runs.signals import signals_wait
from osc_imagetools.operations.session import Session

Existing = TypeVar("Existing", bound=ExistingImage)

MOST_MARKS = 10
"""Of one image, while changes at the same instant take each away."""


def existing_image(
    session: Session, inheritance: Inheritance, family: Family
) -> ExistingImage:
    """The image that was named, and what it shall be.

    Raises `OperatorError` if it can't be the next version.
    """
    wanted = inheritance.request.image or ""
    image = own_image(session.images, session.project, wanted)
    return described_image(session, inheritance, family, image, ExistingImage)


def described_image(
    session: Session,
    inheritance: Inheritance,
    family: Family,
    image: Image,
    kind: type[Existing],
) -> Existing:
    """*image*, and what it shall be; raises `OperatorError` if it can't be that."""
    request, old = inheritance.request, inheritance.old
    wanted = request.description
    described = inheritance.description
    existing = kind(
        image,
        family,
        # A first version is for whom it was before.
        visibility=described.visibility or image.visibility,
        properties={**inheritance.carried, **request.policy},
        said=wanted.properties,
        tags=frozenset(described.tags),
        min_disk=described.min_disk,
        min_ram=described.min_ram,
        label=wanted.label,
        build_date=wanted.build_date,
    )
    what = _("Image %(id)s can't be the next version of '%(name)s'") % {
        "id": image.id,
        "name": family.name,
    }
    if why := existing.fault(session.project):
        raise OperatorError(what, why)
    if wanted.label and wanted.label not in (
        image.version,
        family.free_label(wanted.label),
    ):
        why = _("the family already has a version %s") % wanted.label
        raise OperatorError(what, why, _("Choose another --image-version."))
    if not existing.is_version:
        _refuse_other_format(request.packing.disk_format, image, old, what)
    fields = existing.staged(0).on(image).fields
    others = [*filter(properties.is_carried_over, fields)]
    refuse_doubles(others)
    refuse_too_many(others)
    refuse_below_standard(wanted.standard, fields)
    return existing


def stage_existing(session: Session, existing: ExistingImage) -> Image:
    """The image, staged under a number that nobody else has, and hidden.

    Or as another run has left it, which had the same in mind and was sooner.
    """
    images, family, image = session.images, existing.family, existing.image
    number = image.generation
    if not existing.is_staged:
        highest = family.highest_generation
        number = reserve_generation(
            images, family.owner, family.name, highest, session.run
        )

    own = (image.generation, number)

    def is_taken(seen: Image) -> bool:
        """To hide it now would take it away again from those who find it."""
        is_found = seen.name == family.name and not seen.hidden
        return is_found or seen.was_offered or seen.generation not in own

    found = images.get(image.id)
    if found is not None and is_taken(found):
        return found
    with signals_wait(images.machine):
        for _turn in range(MOST_MARKS):
            image = _staged(session, existing, image, number, is_taken)
            if is_taken(image) or image.generation == number:
                return image
    raise OperatorError(
        _("Image %s can't become the current version") % image.id,
        _("other changes to it have undone ours %d times") % MOST_MARKS,
        _("Find out who else writes to it, then run the command again."),
    )


def _staged(
    session: Session,
    existing: ExistingImage,
    image: Image,
    number: int,
    is_taken: Callable[[Image], bool],
) -> Image:
    """*image*, staged; or as it was, if a change at that instant took its mark away."""
    images = session.images
    # What stages it requires that: it hides, and may arrive when it is offered.
    image = images.change(image, marked_coming(number), is_taken)
    if is_taken(image):
        return image
    mark = frozenset({show_mark(image, session.run, number)})
    try:
        if why := being_deleted(image):
            what = _("Image %s can't become the current version") % image.id
            raise OperatorError(what, why)
        change = replace(existing.staged(number), requires=mark)
        return images.change(image, change, is_taken)
    except OperatorError:
        with suppress(OperatorError):
            images.change(image, Change(remove=mark, requires=mark))
        raise


def _refuse_other_format(
    said: str | None, image: Image, old: Image | None, what: str
) -> None:
    wanted = said or (old.disk_format if old else image.disk_format)
    if image.disk_format != wanted:
        raise OperatorError(
            what,
            _("it is %(disk_format)s, and the family is %(wanted)s")
            % {"disk_format": image.disk_format, "wanted": wanted},
            _("Convert it, or accept this with --disk-format %s.") % image.disk_format,
        )
