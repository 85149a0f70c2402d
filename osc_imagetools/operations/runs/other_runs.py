# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Other runs on the same family: one that is at work is in the way of an import."""

from __future__ import annotations

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.operations.runs.reaper import is_record_dead


class AlreadyImportingError(OperatorError):
    """Another run, which lives, is bringing in a version of the same family."""

    def __init__(self, record: Image) -> None:
        super().__init__(
            _("Another run is importing '%s' at the moment") % record.family,
            _("its record is %(id)s (%(status)s)")
            % {"id": record.id, "status": record.status},
            _("Wait for it to end."),
        )


def refuse_living(images: Images, family: Family) -> None:
    """Raise `AlreadyImportingError` for the record of a run that lives.

    One that only tries what its user may do has no number, and is in nobody's way.
    """
    for record in family.owned:
        if record.generation and not is_record_dead(images, record):
            raise AlreadyImportingError(record)


def refuse_rivals(images: Images, image: Image) -> None:
    """Raise `AlreadyImportingError` if a living run has an earlier number than *image*.

    Two runs that read the family at different moments may each get a number;
    each looks again after its POST, so the later one sees the earlier.
    """
    family = Family.of(
        image.owner,
        image.family or "",
        images.of_family(image.owner, image.family or ""),
    )
    for record in family.owned:
        is_earlier = 0 < record.generation < image.generation
        if is_earlier and not is_record_dead(images, record):
            raise AlreadyImportingError(record)
