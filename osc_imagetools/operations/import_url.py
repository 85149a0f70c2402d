# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One verified image from a URL: the order of effects.

1. Checksum list, headers, and the first unpacked block. Nothing was created yet.
2. One POST with everything known; a missing right is refused here.
3. The bytes, streaming; their tail is held until everything has been verified.
4. Read back: active, of the right size, of the right hash.
5. One PATCH gives it its name and shows it, and is read back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from osc_imagetools.glance.images import Images
from osc_imagetools.glance.server_import import failed_stores
from osc_imagetools.lifecycle.generation import Run
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.new_version import publication
from osc_imagetools.operations.attempts import repeated
from osc_imagetools.operations.candidate import Candidate, Watch, candidate
from osc_imagetools.operations.claim import (
    Notice,
    clean_family,
    refuse_rivals,
    refuse_taken_name,
)
from osc_imagetools.operations.delivery import Delivered
from osc_imagetools.operations.making import Maker, verified
from osc_imagetools.operations.request import Request
from osc_imagetools.operations.requirements import require
from osc_imagetools.operations.run import this_run
from osc_imagetools.operations.signals import signals_end_the_run, signals_wait
from osc_imagetools.operations.unchanged import unchanged_version
from osc_imagetools.source.pipeline import Arrived

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


def import_url(
    request: Request, images: Images, notice: Notice, watch: Watch, stage: Notice
) -> Imported:
    """The published image, verified and read back; or an exception, and no record.

    An upload that another writer's change undid is tried once more, and so is a
    source that changed between two requests; each mirror is tried once.
    """
    with signals_end_the_run():
        require(request, images)
        attempt = _Attempt(request, images, notice, watch, stage)
        return repeated(lambda urls: replace(attempt, urls=urls).run(), notice)


@dataclass(frozen=True)
class _Attempt:
    request: Request
    images: Images
    notice: Notice
    watch: Watch
    stage: Notice
    urls: tuple[str, ...] = ()
    """Those that are left to try; empty: all that were named."""
    owned_by: Run = field(default_factory=this_run)

    def run(self) -> Imported:
        request = self.request
        family = clean_family(self.images, request.owner, request.name, self.notice)
        if (version := unchanged_version(request, family)) is not None:
            return Imported("unchanged", version)
        self._refuse_taken_name()
        maker = Maker(request, self.images, self.notice, self.stage, self.owned_by)
        with (
            candidate(
                request, self.images, family, self.notice, self.watch, self.urls
            ) as chosen,
            maker.made(chosen, family) as delivered,
        ):
            return self._published(chosen, delivered)

    def _published(self, chosen: Candidate, delivered: Delivered) -> Imported:
        image, arrived = delivered.image, delivered.arrived
        refuse_rivals(self.images, image)
        self._refuse_taken_name(except_id=image.id)
        min_disk = chosen.min_disk(arrived.virtual_size)
        if 0 < self.request.description.min_disk < min_disk:
            self.notice(
                f"A minimum disk of {min_disk} GiB is set: its own disk needs it."
            )
        change = publication(
            chosen.version,
            verified(chosen, arrived),
            min_disk=min_disk,
            now=max(self.images.now(), image.updated_at or _EVER),
        )
        with signals_wait():
            image = self.images.change(image, change)
        return Imported(
            "staged" if chosen.version.stays_hidden else "imported",
            image,
            arrived,
            chosen.pipeline.layers,
            chosen.pipeline.member,
            chosen.pipeline.converted_from,
        )

    def _refuse_taken_name(self, except_id: str = "") -> None:
        if self.request.description.stays_hidden:
            return
        refuse_taken_name(
            self.images,
            self.request.owner,
            self.request.name,
            allow_others=self.request.allow_duplicate,
            except_id=except_id,
        )
