# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One verified image from a URL: the order of effects.

1. Checksum list, headers, and the first unpacked block. Nothing was created yet.
2. One POST with everything known; a missing right is refused here.
3. The PUT, streaming; its tail is held until everything has been verified.
4. Read back: active, of the right size, of the right hash.
5. One PATCH gives it its name and shows it, and is read back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.upload import UploadUndoneError, stored, upload
from osc_imagetools.lifecycle.description import Description
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.generation import Run
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.new_version import NewVersion, Verified, publication
from osc_imagetools.operations.claim import (
    Notice,
    claimed,
    clean_family,
    probe_rights,
    refuse_rivals,
    refuse_taken_name,
)
from osc_imagetools.operations.run import this_run
from osc_imagetools.operations.signals import signals_end_the_run, signals_wait
from osc_imagetools.source.access import Access
from osc_imagetools.source.checksums import Checksum, find_checksum
from osc_imagetools.source.fetch import open_source, read_list
from osc_imagetools.source.inspect import min_disk_gib
from osc_imagetools.source.opened import Source, public
from osc_imagetools.source.packing import Packing
from osc_imagetools.source.pipeline import SOURCE_ALGORITHM, Arrived, Expected, Pipeline
from osc_imagetools.source.trust import Trust

_EVER = datetime.min.replace(tzinfo=timezone.utc)

Watch = Callable[[Iterator[bytes], int | None], Iterator[bytes]]
"""Hands blocks on and shows them; told how many bytes there will be, if known."""


class UnverifiedError(OperatorError):
    """Nothing says what the bytes should be, and nobody said that this is fine."""


@dataclass(frozen=True)
class Request:
    """What shall be imported, as what, and how it can be trusted."""

    url: str
    name: str
    owner: str
    access: Access
    trust: Trust
    packing: Packing
    description: Description
    allow_duplicate: bool = False
    """Of the name, by another owner's visible image."""


@dataclass(frozen=True)
class Imported:
    """The published image, as read back, and what arrived."""

    image: Image
    arrived: Arrived
    verified: Verified
    layers: tuple[str, ...]
    member: str | None


def import_url(
    request: Request, images: Images, notice: Notice, watch: Watch
) -> Imported:
    """The published image, verified and read back; or an exception, and no record.

    An upload that another writer's change undid is tried once more.
    """
    if not request.trust.is_said:
        raise UnverifiedError(
            f"{public(request.url)} was not imported",
            "nothing says which bytes it should have",
            "Give the published digest with --checksum or --checksum-url, "
            "or say --allow-unverified.",
        )
    with signals_end_the_run():
        images.require_hidden()
        attempt = _Attempt(request, images, notice, watch)
        try:
            return attempt.run()
        except UploadUndoneError as undone:
            notice(f"{undone} Trying once more.")
        return attempt.run()


@dataclass(frozen=True)
class _Attempt:
    request: Request
    images: Images
    notice: Notice
    watch: Watch
    owned_by: Run = field(default_factory=this_run)

    def run(self) -> Imported:
        request = self.request
        family = clean_family(self.images, request.owner, request.name, self.notice)
        self._refuse_taken_name()
        with closing(open_source(request.url, request.access)) as source:
            checksum = self._published_checksum(source)
            version = self._version(source, family)
            with closing(self._pipeline(source, checksum)) as pipeline:
                if pipeline.must_spool:
                    probe_rights(self.images, version, self.owned_by)
                    pipeline.spool()
                pipeline.begin()
                for warning in pipeline.warnings:
                    self.notice(warning)
                version = self._described(version, pipeline)
                with claimed(
                    self.images,
                    version,
                    family.highest_generation,
                    self.owned_by,
                    self.notice,
                ) as image:
                    refuse_rivals(self.images, image)
                    upload(self.images, image, pipeline.blocks())
                    return self._publish(version, image, source, pipeline, checksum)

    def _publish(
        self,
        version: NewVersion,
        image: Image,
        source: Source,
        pipeline: Pipeline,
        checksum: Checksum | None,
    ) -> Imported:
        arrived = pipeline.arrived
        image = stored(self.images, image, arrived.size, arrived.payload_digests)
        refuse_rivals(self.images, image)
        self._refuse_taken_name(except_id=image.id)
        verified = _verified(checksum, arrived, source)
        min_disk = self._min_disk(arrived.virtual_size)
        if 0 < self.request.description.min_disk < min_disk:
            self.notice(
                f"A minimum disk of {min_disk} GiB is set: its own disk needs it."
            )
        change = publication(
            version,
            verified,
            min_disk=min_disk,
            now=max(self.images.now(), image.updated_at or _EVER),
        )
        with signals_wait():
            image = self.images.change(image, change)
        return Imported(image, arrived, verified, pipeline.layers, pipeline.member)

    def _refuse_taken_name(self, except_id: str = "") -> None:
        refuse_taken_name(
            self.images,
            self.request.owner,
            self.request.name,
            allow_others=self.request.allow_duplicate,
            except_id=except_id,
        )

    def _published_checksum(self, source: Source) -> Checksum | None:
        trust = self.request.trust
        checksum = trust.checksum
        if trust.checksum_url:
            listing = read_list(trust.checksum_url, self.request.access)
            checksum = find_checksum(listing, source.file_name)
        if checksum and checksum.is_weak and not trust.allow_unverified:
            raise UnverifiedError(
                f"{source.url} was not imported",
                f"{checksum.algorithm} proves nothing against an attacker",
                "Give a sha256 or sha512 digest, or say --allow-unverified.",
            )
        return checksum

    def _pipeline(self, source: Source, checksum: Checksum | None) -> Pipeline:
        expected = Expected(self.request.packing, checksum)
        return Pipeline(
            source, expected, lambda blocks: self.watch(blocks, source.length)
        )

    def _version(self, source: Source, family: Family) -> NewVersion:
        request, wanted = self.request, self.request.description
        built = wanted.build_date or (source.last_modified or self.images.now()).date()
        label = wanted.label or family.free_label(f"{built:%Y%m%d}")
        if family.free_label(label) != label:
            raise OperatorError(
                f"'{request.name}' has a version {label} already",
                do="Give another --image-version.",
            )
        return NewVersion(
            owner=request.owner,
            family=request.name,
            label=label,
            build_date=built,
            visibility=wanted.visibility,
            disk_format=request.packing.disk_format or "raw",
            min_disk=wanted.min_disk,
            source=public(request.url),
            properties=wanted.properties,
            tags=wanted.tags,
        )

    def _described(self, version: NewVersion, pipeline: Pipeline) -> NewVersion:
        """*version* with what its first bytes told."""
        return replace(
            version,
            disk_format=pipeline.disk_format or version.disk_format,
            min_disk=self._min_disk(pipeline.virtual_size or 0),
        )

    def _min_disk(self, virtual_size: int) -> int:
        return max(self.request.description.min_disk, min_disk_gib(virtual_size))


def _verified(checksum: Checksum | None, arrived: Arrived, source: Source) -> Verified:
    return Verified(
        source_digest=f"{SOURCE_ALGORITHM}:{arrived.wire_digests[SOURCE_ALGORITHM]}",
        how=checksum.algorithm if checksum and not checksum.is_weak else "none",
        published=f"{checksum} {arrived.matched}" if checksum else "",
        etag=source.etag,
        size=arrived.wire_size,
    )
