# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A number for a new version: claimed by a POST, kept apart from other runs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from osc_imagetools.glance.api import GlanceError
from osc_imagetools.glance.images import ImageExistsError, Images
from osc_imagetools.glance.journal import JOURNAL
from osc_imagetools.glance.patience import BUSY
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.generation import candidates
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.run import Run
from osc_imagetools.lifecycle.rotation.new_version import NewVersion, ticket
from osc_imagetools.operations.runs.other_runs import AlreadyImportingError
from osc_imagetools.operations.runs.reaper import delete_record, is_record_dead, reap
from osc_imagetools.operations.runs.signals import signals_wait

LOG = logging.getLogger(__name__)

FULL = 413
"""How Glance answers where a quota has no room."""

DISCARD_RETRY_SECONDS = (0.1, 0.5, 2.0)
"""Between tries of a DELETE."""


def probe_rights(images: Images, version: NewVersion, run: Run) -> None:
    """Raise `GlanceError` now if the real record would be refused later.

    A record of the same visibility and properties, under a random ID, is
    created and deleted at once: for imports whose POST comes after long work.
    """
    record = version.probe(run)
    try:
        with signals_wait(images.machine):
            images.create(record)
    finally:
        discard(images, record["id"], run)


@contextmanager
def reserve_version(
    images: Images,
    version: NewVersion,
    highest_known: int,
    run: Run,
    *,
    passes: bool = False,
) -> Iterator[Image]:
    """The record of *version*, under the next free number; nobody else has it.

    It is deleted again when what is done with it fails. A number that a living run has
    is passed by if *passes*; else it raises `AlreadyImportingError`.
    """
    own_id, image = "", None
    owner, name = version.owner, version.family
    try:
        # The ticket goes once the record is there: whoever lists the family finds one
        # or the other all along.
        with hold_ticket(
            images, owner, name, highest_known, run, passes=passes
        ) as number:
            own_id = images.machine.new_id()
            record = version.record(own_id, number, run)
            image = _unless_full(images, record)
        if image is None:
            image = _create(images, record)
        yield image
    except BaseException:
        discard(images, own_id, run)
        raise


def _unless_full(images: Images, record: dict[str, Any]) -> Image | None:
    """The image of *record*; ``None`` if a quota has room for the ticket alone."""
    try:
        return _create(images, record)
    except GlanceError as error:
        if error.status == FULL:
            return None
        raise


def _create(images: Images, record: dict[str, Any]) -> Image:
    # Glance goes on with a POST whose client has hung up: only once it has answered
    # is there something that can be removed.
    with signals_wait(images.machine):
        return images.create(record)


@contextmanager
def hold_ticket(
    images: Images,
    owner: str,
    family: str,
    highest: int,
    run: Run,
    *,
    passes: bool = True,
) -> Iterator[int]:
    """The next free number above *highest*, which nobody else will ever get.

    The gate is its ticket: an empty record whose ID follows from the number. It is
    there as long as this lasts; a deleted ID stays taken. One that a living run has is
    passed by if *passes*; else it raises `AlreadyImportingError`. Raises `GlanceError`.
    """
    for number in candidates(highest):
        record = ticket(owner, family, number, run)
        try:
            if not _create_ticket(images, record, passes=passes):
                continue
            yield number
            _remove_ticket(images, record["id"], run)
        except BaseException:
            # Whatever the POST answered: what has our run is ours to remove.
            discard(images, record["id"], run)
            raise
        return
    raise GlanceError(
        _("No number is free for a version of '%s'") % family,
        _("generation %d leaves none") % highest,
        _("'lifecycle check' shows what to do."),
    )


def _create_ticket(images: Images, record: dict[str, Any], *, passes: bool) -> bool:
    """Whether the ticket *record* is there now, by this run; or was used up before."""
    with signals_wait(images.machine):
        try:
            images.create(record)
        except ImageExistsError:
            pass
        else:
            return True
    holder = None if passes else images.get(record["id"])
    if holder is not None and holder.is_owned:
        if not is_record_dead(images, holder):
            raise AlreadyImportingError(holder)
        reap(images, holder)
    return False


def _remove_ticket(images: Images, own_id: str, run: Run) -> None:
    with signals_wait(images.machine):
        try:
            images.delete(own_id)
            JOURNAL.forgotten(own_id)
        except GlanceError:
            # The number is ours all the same: tried again, with more patience.
            discard(images, own_id, run)


def discard(images: Images, image_id: str, run: Run) -> None:
    """Delete the record if *run* still owns it; signals wait.

    What somebody has shown meanwhile stays: it may be in use. What Glance only fails to
    do is tried again. A record that can't be deleted is named; the next run finds it
    dead.
    """
    with signals_wait(images.machine):
        for delay in (*DISCARD_RETRY_SECONDS, None):
            try:
                found = images.get(image_id)
                if found is not None and found.is_owned and found.run == str(run):
                    delete_record(images, found)
                return
            except GlanceError as error:
                if delay is None or error.is_final or error.status in BUSY:
                    left = {"id": image_id, "error": error}
                    LOG.warning(
                        _("Image record %(id)s is left behind. %(error)s"), left
                    )
                    return
            images.machine.sleep(delay)


def reserve_generation(
    images: Images, owner: str, family: str, highest: int, run: Run
) -> int:
    """The next free number above *highest*; raises `GlanceError`."""
    with hold_ticket(images, owner, family, highest, run) as number:
        return number


def reserve_generation_or_next(
    images: Images, owner: str, family: str, highest: int, run: Run
) -> int:
    """The next free number above *highest*, with or without room for a ticket.

    Then it is the next number, and two runs at once may have the same: of their
    versions one stays current, and ``lifecycle check`` names both.
    """
    try:
        return reserve_generation(images, owner, family, highest, run)
    except GlanceError as error:
        if error.status != FULL:
            raise
        number = highest + 1
        LOG.warning(
            _("Generation %(number)d was reserved without a ticket. %(error)s"),
            {"number": number, "error": error},
        )
        return number
