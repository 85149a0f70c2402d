# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A version made: its number claimed, its bytes stored, not yet offered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from osc_imagetools.glance.images import Images
from osc_imagetools.glance.route import WEB_DOWNLOAD
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.generation import Run
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.new_version import NewVersion, Verified
from osc_imagetools.operations.candidate import Candidate, refuse_changed_list
from osc_imagetools.operations.claim import (
    Notice,
    claimed,
    probe_rights,
    refuse_rivals,
)
from osc_imagetools.operations.delivery import Delivered, send
from osc_imagetools.operations.request import Request
from osc_imagetools.operations.web_download import (
    WebDownload,
    refuse_unknown_format,
)
from osc_imagetools.source.expected import Arrived
from osc_imagetools.source.pipeline import SOURCE_ALGORITHM, DigestMismatchError


@dataclass(frozen=True)
class Maker:
    """Makes one version of a family as *request* says."""

    request: Request
    images: Images
    notice: Notice
    stage: Notice
    run: Run
    passes: bool = False
    """Whether another run's number is passed by; else that run goes first."""

    @contextmanager
    def made(self, chosen: Candidate, family: Family) -> Iterator[Delivered]:
        """The image, ``active`` and verified; deleted if what is done with it fails."""
        try:
            if self.request.route.method == WEB_DOWNLOAD:
                with self._fetched(chosen, family) as delivered:
                    yield delivered
            else:
                with self._sent(chosen, family) as delivered:
                    yield delivered
        except DigestMismatchError as mismatch:
            refuse_changed_list(self.request, chosen, mismatch)
            raise

    @contextmanager
    def _sent(self, chosen: Candidate, family: Family) -> Iterator[Delivered]:
        """The bytes go through us."""
        if chosen.pipeline.must_spool:
            probe_rights(self.images, chosen.version, self.run)
            chosen.pipeline.spool()
        chosen.begin(self.notice)
        with self._claimed(chosen.version, family) as image:
            yield send(
                self.images,
                image,
                chosen.pipeline,
                self.request.route,
                self.notice,
                self.stage,
            )

    @contextmanager
    def _fetched(self, chosen: Candidate, family: Family) -> Iterator[Delivered]:
        """Glance fetches them. Hidden isn't private, so they are that as well."""
        refuse_unknown_format(self.request, chosen.pipeline)
        if not chosen.pipeline.must_spool:
            chosen.begin(self.notice)
        chosen.pipeline.close()
        probe_rights(self.images, chosen.version, self.run)
        way = WebDownload(self.images, self.request, chosen, self.notice, self.stage)
        private = replace(chosen.version, visibility="private")
        with self._claimed(private, family) as image:
            yield way.fetch(image)

    @contextmanager
    def _claimed(self, version: NewVersion, family: Family) -> Iterator[Image]:
        known = family.highest_generation
        with claimed(
            self.images, version, known, self.run, self.notice, passes=self.passes
        ) as image:
            if not self.passes:
                refuse_rivals(self.images, image)
            yield image


def verified(chosen: Candidate, arrived: Arrived) -> Verified:
    """How *arrived* was verified, as the image will tell."""
    published, matched = chosen.published, arrived.matched
    digest = arrived.wire_digests.get(SOURCE_ALGORITHM)
    return Verified(
        source_digest=f"{SOURCE_ALGORITHM}:{digest}" if digest else "",
        how=published.how if matched else "none",
        published=f"{published.checksum} {matched}" if matched else "",
        etag=chosen.source.etag,
        size=arrived.wire_size,
    )
