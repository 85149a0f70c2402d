# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What runs that died have left: told from what living ones own, and deleted."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from osc_imagetools.glance.api import GlanceError
from osc_imagetools.glance.images import CHANGE_SETTLES_SECONDS, Images
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.dead_run import is_dead
from osc_imagetools.lifecycle.model.decision import is_in_a_task
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import withholding
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.step import Step

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reaped:
    """A family without the records that runs left which died."""

    family: Family
    records: tuple[Image, ...]

    def steps(self) -> Iterator[Step]:
        """As a plan shows them."""
        for record in self.records:
            why = _("the run that was importing it is dead")
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
    if not _is_still(record, found):
        # It was read while its run lived, and published before that run ended; or
        # somebody made it visible, or holds it.
        return False
    LOG.warning(
        _("Deleting image %s: the run that was importing it is dead."), record.id
    )
    try:
        # Or is only stopped, and goes on when that DELETE is on its way.
        is_empty = found.status == "queued" and not is_in_a_task(found)
        if is_empty and not _withhold(images, found):
            return images.get(found.id) is None
        return delete_record(images, found)
    except GlanceError as error:
        # A server may run on it: in nobody's way, since its number is passed by.
        LOG.warning("%s", error)
        return False


def delete_record(images: Images, record: Image) -> bool:
    """Delete *record*, which a run owns; whether it is gone. Raises `GlanceError`.

    A DELETE has no condition, and a request that shows the record may be held on its
    way. So that is made impossible, before the record is read once more. One without
    all of its data its own run shows no more.
    """
    is_whole = record.status == "active" and not is_in_a_task(record)
    if is_whole and not _withhold(images, record):
        return images.get(record.id) is None
    images.delete(record.id)
    return True


def _withhold(images: Images, record: Image) -> bool:
    """Let nothing that was sent before show *record*; whether it is a run's own still.

    Raises `GlanceError`.
    """
    images.change(record, withholding())
    images.machine.sleep(CHANGE_SETTLES_SECONDS)
    found = images.get(record.id)
    return found is not None and _is_still(record, found)


def _is_still(record: Image, found: Image) -> bool:
    """Whether *found* is what it was as *record*: a run's, which nobody was offered."""
    return found.run == record.run and found.is_owned and not _is_held(found)


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
