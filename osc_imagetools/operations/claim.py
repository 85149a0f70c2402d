# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A number for a new version: claimed by a POST, kept apart from other runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.api import GlanceError
from osc_imagetools.glance.images import ImageExistsError, Images
from osc_imagetools.lifecycle.family import Family, name_taken
from osc_imagetools.lifecycle.generation import Run, candidates, is_dead
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.new_version import NewVersion
from osc_imagetools.operations import run as processes
from osc_imagetools.operations.signals import signals_wait

DISCARD_RETRY_SECONDS = (0.1, 0.5, 2.0)
"""Between tries of a DELETE."""

Notice = Callable[[str], None]
"""Says something to people, on standard error."""


class AlreadyImportingError(OperatorError):
    """Another run, which lives, is bringing in a version of the same family."""

    def __init__(self, record: Image) -> None:
        super().__init__(
            f"Another run is importing '{record.family}' just now",
            f"its record is {record.id} ({record.status})",
            "Wait for it to end.",
        )


class NameIsTakenError(OperatorError):
    """A visible image bears the name: a second one would make lookups fail."""


def clean_family(images: Images, owner: str, name: str, notice: Notice) -> Family:
    """The family, without the records of runs that died: those are deleted.

    Raises `AlreadyImportingError` for the record of a run that lives.
    """
    family = Family.of(owner, name, images.of_family(owner, name))
    dead_records(images, family)
    return bury_dead(images, family, notice)


def dead_records(images: Images, family: Family) -> tuple[Image, ...]:
    """The records of runs that died; `AlreadyImportingError` if one of them lives.

    One that only tries what its user may do has no number, and is in nobody's way.
    """
    dead = [record for record in family.owned if is_record_dead(images, record)]
    for record in family.owned:
        if record.generation and record not in dead:
            raise AlreadyImportingError(record)
    return tuple(dead)


def bury_dead(images: Images, family: Family, notice: Notice) -> Family:
    """The family without the records of runs that died: those are deleted.

    Those of runs that live stay.
    """
    gone = [
        record
        for record in family.owned
        if is_record_dead(images, record) and _buried(images, record, notice)
    ]
    return family.without(gone)


def refuse_taken_name(
    images: Images, owner: str, name: str, *, allow_others: bool, except_id: str = ""
) -> None:
    """Raise `NameIsTakenError` where a lookup of *name* finds an image already."""
    named = images.named(name, owner)
    taken = name_taken(name, owner, named, except_id=except_id)
    if taken is None or (allow_others and not taken.is_own):
        return
    image = taken.image
    if taken.is_own:
        raise NameIsTakenError(
            f"The name '{name}' is taken",
            f"image {image.id} of this project bears it and is visible",
            "To replace it, use 'openstack image rotate'; else choose another name.",
        )
    raise NameIsTakenError(
        f"The name '{name}' is taken",
        f"the {image.visibility} image {image.id} of project {image.owner} bears it; "
        "whoever sees both could look up neither",
        "Work for that project with --project, choose another name, "
        "or say --allow-duplicate.",
    )


def probe_rights(images: Images, version: NewVersion, run: Run) -> None:
    """Raise `GlanceError` now if the real record would be refused later.

    A record of the same visibility and properties, under a random ID, is
    created and deleted at once: for imports whose POST comes after long work.
    """
    record = version.probe(run)
    try:
        with signals_wait():
            images.create(record)
    finally:
        discard(images, record["id"], run)


@contextmanager
def claimed(
    images: Images,
    version: NewVersion,
    highest_known: int,
    run: Run,
    notice: Notice,
    *,
    passes: bool = False,
) -> Iterator[Image]:
    """The record of *version*, under the next free number; nobody else has it.

    It is deleted again when what is done with it fails. A number that a living run has
    is passed by if *passes*; else it raises `AlreadyImportingError`.
    """
    own_id = ""
    try:
        for number in candidates(highest_known):
            record = version.record(number, run)
            own_id = record["id"]
            image = _created(images, record, run, notice, passes=passes)
            if image is not None:
                yield image
                return
        raise GlanceError(f"No number is free for a version of '{version.family}'")
    except BaseException:
        discard(images, own_id, run, notice)
        raise


def _created(
    images: Images, record: dict[str, Any], run: Run, notice: Notice, *, passes: bool
) -> Image | None:
    """The image of *record*; ``None`` if its number was used up before."""
    # Glance goes on with a POST whose client has hung up: only once it has answered
    # is there something that can be removed.
    with signals_wait():
        try:
            return images.create(record)
        except ImageExistsError:
            pass
    holder = images.get(record["id"])
    if holder is None or holder.run == str(run):
        # Our own POST, if its answer was lost and it was sent again.
        return holder
    if holder.is_owned:
        if is_record_dead(images, holder):
            _buried(images, holder, notice)
        elif not passes:
            raise AlreadyImportingError(holder)
    return None


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


def discard(
    images: Images, image_id: str, run: Run, notice: Notice | None = None
) -> None:
    """Delete the record if *run* still owns it; signals wait.

    What Glance only fails to do is tried again. A record that can't be deleted is
    named; the next run finds it dead.
    """
    with signals_wait():
        for delay in (*DISCARD_RETRY_SECONDS, None):
            try:
                found = images.get(image_id)
                if found is not None and found.run == str(run):
                    images.delete(image_id)
                return
            except GlanceError as error:
                if delay is None or error.is_final:
                    if notice is not None:
                        notice(f"Image record {image_id} is left behind. {error}")
                    return
            time.sleep(delay)


def _buried(images: Images, record: Image, notice: Notice) -> bool:
    """Whether *record*, whose run is dead, is gone; it is deleted if it is not."""
    found = images.get(record.id)
    if found is None:
        return True
    if found.run != record.run:
        # It was read while its run lived, and published before that run ended.
        return False
    notice(f"Deleting image {record.id}: the run that was importing it is dead.")
    try:
        images.delete(record.id)
    except GlanceError as error:
        # A server may run on it: in nobody's way, since its number is passed by.
        notice(str(error))
        return False
    return True


def is_owner_alive(images: Images, record: Image) -> bool:
    """Whether a run owns *record* and is at work."""
    return record.is_owned and not is_record_dead(images, record)


def is_record_dead(images: Images, record: Image) -> bool:
    """Whether the run that owns *record* is gone."""
    return is_dead(
        record, host=processes.host(), lives=processes.lives, now=images.now()
    )
