# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What runs that died have left: told from what living ones own, and deleted."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from osc_imagetools.glance.api import GlanceError
from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.dead_run import is_dead
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.plan import Step

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reaped:
    """A family without the records that runs left which died."""

    family: Family
    records: tuple[Image, ...]

    def steps(self) -> Iterator[Step]:
        """As a plan shows them."""
        for record in self.records:
            why = "the run that was importing it is dead"
            yield Step("delete", record.name, why, record.id)


def reap_dead(images: Images, family: Family, *, is_dry_run: bool = False) -> Reaped:
    """Delete the records of runs that died; those of runs that live stay."""
    gone = tuple(
        record
        for record in family.owned
        if not _is_held(record)
        and is_record_dead(images, record)
        and (is_dry_run or reap(images, record))
    )
    return Reaped(family.without(gone), gone)


def reap(images: Images, record: Image) -> bool:
    """Delete *record*, whose run is dead; whether it is gone."""
    found = images.get(record.id)
    if found is None:
        return True
    if found.run != record.run or not found.is_owned or _is_held(found):
        # It was read while its run lived, and published before that run ended; or
        # somebody made it visible, or holds it.
        return False
    LOG.warning("Deleting image %s: the run that was importing it is dead.", record.id)
    try:
        images.delete(record.id)
    except GlanceError as error:
        # A server may run on it: in nobody's way, since its number is passed by.
        LOG.warning("%s", error)
        return False
    return True


def _is_held(record: Image) -> bool:
    """Whether somebody has said that *record* is to be kept."""
    return properties.HOLD in record.fields


def is_owner_alive(images: Images, record: Image) -> bool:
    """Whether a run says that *record* is its own, and is at work."""
    return bool(record.run) and not is_record_dead(images, record)


def is_record_dead(images: Images, record: Image, of: str | None = None) -> bool:
    """Whether the run that owns *record* is gone, or the one that *of* tells."""
    machine, now = images.machine, images.now()
    return is_dead(record, host=machine.host(), lives=machine.lives, now=now, of=of)
