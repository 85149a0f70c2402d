# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What would be a family's next version, and whether it is needed: by reading alone.

A rotation goes on from here, and so does the plan of one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle.enlistment import Enlistment
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.supersession import UNCHANGED, Verdict, needless
from osc_imagetools.operations.candidate import Candidate, Watch, candidate
from osc_imagetools.operations.claim import Notice
from osc_imagetools.operations.existing import enlistment
from osc_imagetools.operations.requirements import (
    require,
    require_conversion,
    stored_format,
)
from osc_imagetools.operations.rotation import Rotation
from osc_imagetools.operations.rotation_checks import (
    nothing_new,
    refuse_downgrade,
    refuse_other_format,
    waiting,
)
from osc_imagetools.operations.succession import Succession, with_source
from osc_imagetools.operations.unchanged import offered


def chosen_origin(rotation: Rotation, family: Family) -> Rotation | Verdict:
    """*rotation* with the URL or the image that the new version is made of.

    Or why there is nothing to do.
    """
    if rotation.image is not None:
        return rotation
    rotation = with_source(rotation, family)
    told = offered(rotation.request)
    return (
        nothing_new(rotation, family, told)
        or waiting(rotation, family, told)
        or rotation
    )


@contextmanager
def of_source(
    succession: Succession,
    images: Images,
    family: Family,
    notice: Notice,
    watch: Watch,
    urls: Sequence[str] = (),
) -> Iterator[Candidate]:
    """The new version, before anything of it is created."""
    rotation, request = succession.rotation, succession.request
    require(replace(request, packing=rotation.request.packing), images)
    with candidate(request, images, family, notice, watch, urls) as chosen:
        require_conversion(chosen.pipeline, request.packing.convert)
        refuse_other_format(succession, stored_format(chosen.pipeline))
        refuse_downgrade(rotation, family, chosen.version.build_date)
        yield chosen


def of_image(
    succession: Succession, images: Images, family: Family
) -> Enlistment | Verdict:
    """What the image that was named shall be, or why there is nothing to do."""
    enlisted = enlistment(images, succession, family)
    image = enlisted.image
    if enlisted.is_current:
        return Verdict(UNCHANGED, True, "it is the current version")
    force = succession.rotation.force
    if (why := needless(family, image, force=force)) is not None:
        return why
    refuse_downgrade(succession.rotation, family, enlisted.built)
    return enlisted
