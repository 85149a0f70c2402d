# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A version made: its number claimed, its bytes stored, not yet offered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from osc_imagetools.glance.route import WEB_DOWNLOAD
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.storable import storable_etag
from osc_imagetools.lifecycle.rotation.new_version import NewVersion, Verified
from osc_imagetools.operations.importing.delivery import Delivered, send
from osc_imagetools.operations.importing.prepare import (
    PreparedImport,
    refuse_changed_list,
)
from osc_imagetools.operations.importing.request import ImportRequest
from osc_imagetools.operations.importing.web_download import (
    WebDownload,
    refuse_unknown_format,
)
from osc_imagetools.operations.runs.other_runs import refuse_rivals
from osc_imagetools.operations.runs.reservation import probe_rights, reserve_version
from osc_imagetools.operations.session import Session
from osc_imagetools.source.expected import Arrived
from osc_imagetools.source.pipeline import SOURCE_ALGORITHM, DigestMismatchError


@dataclass(frozen=True)
class ImageTransfer:
    """Makes one version of a family as *request* says."""

    session: Session
    request: ImportRequest
    passes: bool = False
    """Whether another run's number is passed by; else that run goes first."""

    @contextmanager
    def store(self, prepared: PreparedImport, family: Family) -> Iterator[Delivered]:
        """The image, ``active`` and verified; deleted if what is done with it fails."""
        try:
            if self.request.route.method == WEB_DOWNLOAD:
                with self._fetch(prepared, family) as delivered:
                    yield delivered
            else:
                with self._send(prepared, family) as delivered:
                    yield delivered
        except DigestMismatchError as mismatch:
            refuse_changed_list(self.request, prepared, mismatch)
            raise

    @contextmanager
    def _send(self, prepared: PreparedImport, family: Family) -> Iterator[Delivered]:
        """The bytes go through us."""
        if prepared.pipeline.must_spool:
            probe_rights(self.session.images, prepared.version, self.session.run)
            prepared.pipeline.spool()
            prepared.begin()
        with self._reserve(prepared.version, family) as image:
            yield send(self.session, image, prepared.pipeline, self.request.route)

    @contextmanager
    def _fetch(self, prepared: PreparedImport, family: Family) -> Iterator[Delivered]:
        """Glance fetches them. Hidden isn't private, so they are that as well."""
        refuse_unknown_format(self.request, prepared.pipeline)
        prepared.pipeline.close()
        probe_rights(self.session.images, prepared.version, self.session.run)
        way = WebDownload(self.session, self.request, prepared)
        private = replace(prepared.version, visibility="private")
        with self._reserve(private, family) as image:
            yield way.fetch(image)

    @contextmanager
    def _reserve(self, version: NewVersion, family: Family) -> Iterator[Image]:
        known = family.highest_generation
        images, run = self.session.images, self.session.run
        with reserve_version(images, version, known, run, passes=self.passes) as image:
            if not self.passes:
                refuse_rivals(images, image)
            yield image


def verification_record(prepared: PreparedImport, arrived: Arrived) -> Verified:
    """How *arrived* was verified, as the image will tell."""
    published, matched = prepared.published, arrived.matched
    digest = arrived.wire_digests.get(SOURCE_ALGORITHM)
    return Verified(
        source_digest=f"{SOURCE_ALGORITHM}:{digest}" if digest else "",
        how=published.how if matched else "none",
        published=f"{published.checksum} {matched}" if matched else "",
        etag=storable_etag(prepared.source.etag),
        size=arrived.wire_size,
    )
