# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A number for an image that already exists, which nobody else will ever get.

The gate is the same as for a new image: an empty record of the ID of that number is
created, and deleted at once. A deleted ID stays taken.
"""

from __future__ import annotations

from osc_imagetools.glance.api import GlanceError
from osc_imagetools.glance.images import ImageExistsError, Images
from osc_imagetools.lifecycle.generation import Run, candidates
from osc_imagetools.lifecycle.new_version import ticket
from osc_imagetools.operations.claim import discard
from osc_imagetools.operations.signals import signals_wait


def taken(images: Images, owner: str, family: str, highest: int, run: Run) -> int:
    """The next free number above *highest*; raises `GlanceError`."""
    for number in candidates(highest):
        record = ticket(owner, family, number, run)
        with signals_wait():
            try:
                images.create(record)
            except ImageExistsError:
                continue
            except GlanceError:
                # Whatever the POST answered: what bears our run is ours to remove.
                discard(images, record["id"], run)
                raise
            try:
                images.delete(record["id"])
            except GlanceError:
                # The number is ours all the same: tried again, with more patience.
                discard(images, record["id"], run)
        return number
    raise GlanceError(f"No number is free for a version of '{family}'")
