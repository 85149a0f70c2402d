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

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from osc_imagetools.glance.images import Images
from osc_imagetools.glance.route import WEB_DOWNLOAD
from osc_imagetools.glance.server_import import failed_stores
from osc_imagetools.glance.upload import UploadUndoneError
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.generation import Run
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.new_version import NewVersion, Verified, publication
from osc_imagetools.operations.candidate import (
    Candidate,
    Watch,
    candidate,
    refuse_changed_list,
)
from osc_imagetools.operations.claim import (
    Notice,
    claimed,
    clean_family,
    probe_rights,
    refuse_rivals,
    refuse_taken_name,
)
from osc_imagetools.operations.delivery import Delivered, send
from osc_imagetools.operations.request import Request
from osc_imagetools.operations.requirements import require
from osc_imagetools.operations.run import this_run
from osc_imagetools.operations.signals import signals_end_the_run, signals_wait
from osc_imagetools.operations.unchanged import unchanged_version
from osc_imagetools.operations.web_download import (
    WebDownload,
    refuse_unknown_format,
)
from osc_imagetools.source.opened import StartOverError
from osc_imagetools.source.pipeline import (
    SOURCE_ALGORITHM,
    Arrived,
    DigestMismatchError,
)

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
        may_repeat = True
        while True:
            try:
                return attempt.run()
            except (UploadUndoneError, StartOverError) as error:
                mirrors = getattr(error, "urls", ())
                if not (mirrors or may_repeat):
                    raise
                may_repeat = may_repeat and bool(mirrors)
                notice(f"{error} Starting over.")
                attempt = replace(attempt, urls=mirrors or attempt.urls)


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
        with candidate(
            request, self.images, family, self.notice, self.watch, self.urls
        ) as chosen:
            try:
                if request.route.method == WEB_DOWNLOAD:
                    return self._fetched(chosen, family)
                return self._sent(chosen, family)
            except DigestMismatchError as mismatch:
                refuse_changed_list(request, chosen, mismatch)
                raise

    def _sent(self, chosen: Candidate, family: Family) -> Imported:
        """The bytes go through us."""
        if chosen.pipeline.must_spool:
            probe_rights(self.images, chosen.version, self.owned_by)
            chosen.pipeline.spool()
        chosen.begin(self.notice)
        with self._claimed(chosen.version, family) as image:
            delivered = send(
                self.images,
                image,
                chosen.pipeline,
                self.request.route,
                self.notice,
                self.stage,
            )
            return self._published(chosen, delivered)

    def _fetched(self, chosen: Candidate, family: Family) -> Imported:
        """Glance fetches them. Hidden isn't private, so they are that as well."""
        refuse_unknown_format(self.request, chosen.pipeline)
        if not chosen.pipeline.must_spool:
            chosen.begin(self.notice)
        chosen.pipeline.close()
        probe_rights(self.images, chosen.version, self.owned_by)
        way = WebDownload(self.images, self.request, chosen, self.notice, self.stage)
        private = replace(chosen.version, visibility="private")
        with self._claimed(private, family) as image:
            return self._published(chosen, way.fetch(image))

    @contextmanager
    def _claimed(self, version: NewVersion, family: Family) -> Iterator[Image]:
        known = family.highest_generation
        with claimed(self.images, version, known, self.owned_by, self.notice) as image:
            refuse_rivals(self.images, image)
            yield image

    def _published(self, chosen: Candidate, delivered: Delivered) -> Imported:
        image, arrived = delivered.image, delivered.arrived
        refuse_rivals(self.images, image)
        self._refuse_taken_name(except_id=image.id)
        verified = _verified(chosen, arrived)
        min_disk = chosen.min_disk(arrived.virtual_size)
        if 0 < self.request.description.min_disk < min_disk:
            self.notice(
                f"A minimum disk of {min_disk} GiB is set: its own disk needs it."
            )
        change = publication(
            chosen.version,
            verified,
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


def _verified(chosen: Candidate, arrived: Arrived) -> Verified:
    published, matched = chosen.published, arrived.matched
    digest = arrived.wire_digests.get(SOURCE_ALGORITHM)
    return Verified(
        source_digest=f"{SOURCE_ALGORITHM}:{digest}" if digest else "",
        how=published.how if matched else "none",
        published=f"{published.checksum} {matched}" if matched else "",
        etag=chosen.source.etag,
        size=arrived.wire_size,
    )
