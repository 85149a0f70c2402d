# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One verified image from a URL: the order of effects.

1. Checksum list, headers, and the first unpacked block. Nothing was created yet.
2. One POST with everything known; a missing right is refused here.
3. The bytes, streaming; their tail is held until everything has been verified.
4. Read back: active, of the right size, of the right hash.
5. One PATCH gives it its name and shows it, and is read back.
6. What a run that died was to show is over: its marks go from the earlier versions.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timezone

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.server_import import failed_stores
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import outdated
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.step import Step
from osc_imagetools.lifecycle.rotation.new_version import publication
from osc_imagetools.operations.importing.attempts import with_retries
from osc_imagetools.operations.importing.delivery import Delivered
from osc_imagetools.operations.importing.dry_run import making, publishing
from osc_imagetools.operations.importing.offered import unchanged_version
from osc_imagetools.operations.importing.prepare import PreparedImport, prepare_import
from osc_imagetools.operations.importing.request import ImportRequest
from osc_imagetools.operations.importing.requirements import require
from osc_imagetools.operations.importing.transfer import (
    ImageTransfer,
    verification_record,
)
from osc_imagetools.operations.name_taken import (
    refuse_incumbent,
    refuse_taken_name,
)
from osc_imagetools.operations.runs.other_runs import refuse_living, refuse_rivals
from osc_imagetools.operations.runs.reaper import reap_dead
from osc_imagetools.operations.runs.signals import signals_wait
from osc_imagetools.operations.session import Location, Session
from osc_imagetools.source.pipeline import Arrived

LOG = logging.getLogger(__name__)

_EVER = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class Imported:
    """An image, as read back, and what arrived for it, if anything had to."""

    result: str
    """``imported``, ``staged`` or ``unchanged``."""
    image: Image
    arrived: Arrived | None = None
    layers: tuple[str, ...] = ()
    member: str | None = None
    converted_from: str | None = None
    """The disk format that the source has, if the image has another one."""

    @property
    def failed_stores(self) -> tuple[str, ...]:
        """Where it should be, and isn't."""
        return failed_stores(self.image)


def import_url(session: Session, request: ImportRequest) -> Imported:
    """The published image, verified and read back; or an exception, and no record.

    An upload that another writer's change undid is tried once more, and so is a
    source that changed between two requests; each mirror is tried once.
    """
    return with_retries(lambda urls: _ImportAttempt(session, request, urls).run())


def plan_import(session: Session, request: ImportRequest) -> tuple[Step, ...]:
    """The steps of the import; raises `OperatorError` for what stops it before them.

    A missing right shows only when it is tried.
    """
    with decided(session, request) as decision:
        return (*decision.cleaning, *decision.steps(session.location))


@dataclass(frozen=True)
class UnchangedImport:
    """The family has what the source offers already."""

    version: Image
    cleaning: tuple[Step, ...]

    def steps(self, location: Location) -> Iterator[Step]:
        """The one line of its plan."""
        why = _("version %s is what the source offers") % self.version.version
        yield Step.on("keep", self.version, why)


@dataclass(frozen=True)
class PlannedImport:
    """What *prepared* brings becomes the family's next version."""

    request: ImportRequest
    family: Family
    prepared: PreparedImport
    cleaning: tuple[Step, ...]

    def steps(self, location: Location) -> Iterator[Step]:
        """In the order in which they are taken, at that *location*."""
        yield from making(self.request, self.prepared, location)
        yield publishing(self.prepared)


@contextmanager
def decided(
    session: Session, request: ImportRequest, urls: Sequence[str] = ()
) -> Iterator[UnchangedImport | PlannedImport]:
    """What *request* comes to: the import carries it out, and a dry run shows it.

    Records of runs that died are deleted by then. *urls* are those that are left to
    try; empty: all that were named. Raises `OperatorError` for what stops the import
    before anything is created.
    """
    require(session, request)
    family = session.family(request.name)
    refuse_living(session.images, family)
    reaped = reap_dead(session.images, family, is_dry_run=session.is_dry_run)
    family, cleaning = reaped.family, tuple(reaped.steps())
    if (version := unchanged_version(request, family)) is not None:
        yield UnchangedImport(version, cleaning)
        return
    if not request.description.stays_hidden:
        refuse_incumbent(session.project, family)
    refuse_doubled_name(session, request)
    with prepare_import(session, request, family, urls) as prepared:
        if not prepared.pipeline.must_spool:
            prepared.begin()
        yield PlannedImport(request, family, prepared, cleaning)


@dataclass(frozen=True)
class _ImportAttempt:
    session: Session
    request: ImportRequest
    urls: tuple[str, ...]
    """Those that are left to try; empty: all that were named."""

    def run(self) -> Imported:
        session, request = self.session, self.request
        with decided(session, request, self.urls) as decision:
            if isinstance(decision, UnchangedImport):
                return Imported("unchanged", decision.version)
            prepared, transfer = decision.prepared, ImageTransfer(session, request)
            with transfer.store(prepared, decision.family) as delivered:
                imported = self._published(prepared, delivered)
                if imported.result == "imported" and decision.family.versions:
                    with suppress(OperatorError):
                        self._settle(imported.image)
                return imported

    def _settle(self, version: Image) -> None:
        """Let nothing that was decided before *version* came show another one later."""
        for image in self.session.family(self.request.name).versions:
            if image.hidden and image.id != version.id:
                over = outdated(image, version.generation)
                self.session.images.change(image, over)

    def _published(self, prepared: PreparedImport, delivered: Delivered) -> Imported:
        image, arrived = delivered.image, delivered.arrived
        images = self.session.images
        refuse_rivals(self.session.images, image)
        refuse_doubled_name(self.session, self.request, except_id=image.id)
        min_disk = prepared.min_disk(arrived.virtual_size)
        if 0 < self.request.description.min_disk < min_disk:
            LOG.warning(
                _("min_disk is set to %d GiB, which the disk in the image needs."),
                min_disk,
            )
        change = publication(
            prepared.version,
            verification_record(prepared, arrived),
            min_disk=min_disk,
            now=max(images.now(), image.updated_at or _EVER),
        )
        with signals_wait(images.machine):
            image = images.change(image, change)
        return Imported(
            "staged" if prepared.version.stays_hidden else "imported",
            image,
            arrived,
            prepared.pipeline.layers,
            prepared.pipeline.member,
            prepared.pipeline.converted_from,
        )


def refuse_doubled_name(
    session: Session, request: ImportRequest, *, except_id: str = ""
) -> None:
    """Raise `NameIsTakenError` if the new image would be the second of its name."""
    if request.description.stays_hidden:
        return
    refuse_taken_name(
        session.images,
        session.project,
        request.name,
        allow_others=request.allow_duplicate,
        except_id=except_id,
    )
