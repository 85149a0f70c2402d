# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a family of candidates has made, and other families have by now."""

from __future__ import annotations

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.operations.session import Session


def promoted_from(session: Session, family: Family) -> tuple[Image, ...]:
    """The versions that were candidates of *family*, where its name finds none now.

    They need not come again. Asked only then: other families have had none.
    """
    if family.current is not None:
        return ()
    told = {properties.PROMOTED_FROM: family.name}
    found = session.images.list_all(owner=session.owner, **told)
    return tuple(
        image
        for image in found
        if image.is_managed
        and image.text(properties.PROMOTED_FROM) == family.name != image.family
    )
