# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes that Glance fetches by itself, compared before anybody may have them."""

from __future__ import annotations

import logging
import urllib.parse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.download import download
from osc_imagetools.glance.route import STREAM, WEB_DOWNLOAD, Route
from osc_imagetools.glance.server_import import start_import, wait_for_import
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.operations.importing.delivery import Delivered
from osc_imagetools.operations.importing.prepare import PreparedImport
from osc_imagetools.operations.importing.request import ImportRequest
from osc_imagetools.operations.runs.jobs import elsewhere
from osc_imagetools.operations.session import Session
from osc_imagetools.source.opened import Source, masked, public
from osc_imagetools.source.packing import Packing
from osc_imagetools.source.pipeline import (
    Arrived,
    DigestMismatchError,
    Expected,
    Pipeline,
)
from osc_imagetools.source.unpacking.magic import MAGIC_BYTES, layer

LOG = logging.getLogger(__name__)


class NotComparableError(OperatorError):
    """Glance has changed what it fetched, so the published digest says nothing."""


def refuse_private_source(url: str) -> None:
    """Raise `OperatorError` for a URL that Glance can't fetch, or must not be told."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme.lower() == "file":
        why = _("a file: URL names a file of this machine")
    elif parts.username or parts.password:
        why = _("it would store the password in the URL with its task")
    else:
        return
    raise OperatorError(
        _("Glance can't be asked to fetch %s") % public(url),
        why,
        _("Use --method %s.") % STREAM,
    )


@contextmanager
def _query_masked(url: str) -> Iterator[None]:
    """Within, errors don't show the query of *url*, which Glance's words may repeat."""
    try:
        yield
    except OperatorError as error:
        error.what = masked(error.what, url)
        error.why = masked(error.why, url)
        raise


def refuse_unknown_format(request: ImportRequest, pipeline: Pipeline) -> None:
    """Raise `OperatorError` where nothing but Glance will see what the image is."""
    if pipeline.must_spool and request.packing.disk_format is None:
        raise OperatorError(
            _("The format of the image in %s is unknown") % public(request.url),
            _("a zip shows it only when it is complete, and Glance fetches it itself"),
            _("Use --disk-format, or use --method %s.") % STREAM,
        )


@dataclass(frozen=True)
class WebDownload:
    """One image that Glance is to fetch, and how what it stores is compared."""

    session: Session
    request: ImportRequest
    prepared: PreparedImport

    def fetch(self, image: Image) -> Delivered:
        """*image*, ``active`` and compared with what was published.

        By Glance's own hash where it is of the published algorithm; else by the bytes
        that it stores, read back, which also inspects them. Raises
        `DigestMismatchError`, and `NotComparableError` where Glance has unpacked or
        converted what the published digest is of.
        """
        self._say_what_is_kept()
        with _query_masked(self.request.url):
            start_import(self.session.images, image, self._route, self.request.url)
            self._say(_("Glance fetches it"))
            with elsewhere():
                images = self.session.images
                found = wait_for_import(images, image, self._route, self._say)
        self._refuse_unconverted(found)
        if self._is_packed:
            self._refuse_packed(found)
        return Delivered(found, self._compared(image, found))

    def _say(self, words: str) -> None:
        self.session.progress.say(masked(words, self.request.url))

    def _say_what_is_kept(self) -> None:
        """A query may be a signature: who has it can fetch the file until it ends."""
        if urllib.parse.urlsplit(self.request.url).query:
            LOG.warning(
                _(
                    "Glance keeps %(url)s with its query in its task, for the project "
                    "and the cloud's admins to read. If that is a signature, use "
                    "--method %(method)s, or make it expire soon."
                ),
                {"url": public(self.request.url), "method": STREAM},
            )

    def _compared(self, ordered: Image, found: Image) -> Arrived:
        checksum = self.prepared.published.checksum
        if checksum is None:
            return self._unread(found)
        if (found.hash_algorithm, found.hash_value) == (
            checksum.algorithm,
            checksum.digest,
        ):
            scope = "payload" if self._is_packed else "wire"
            return replace(self._unread(found), matched=scope)
        try:
            return self._read_back(found)
        except DigestMismatchError as mismatch:
            if not self._is_packed and found.disk_format == ordered.disk_format:
                raise
            return self._not_comparable(found, mismatch)

    def _read_back(self, image: Image) -> Arrived:
        blocks = download(self.session.images, image)
        packing = Packing(
            self.request.packing.limits, disk_format=image.disk_format, unpack=False
        )
        stored = Source(
            url=f"image {image.id}",
            file_name="",
            length=image.size,
            _read=lambda: next(blocks, b""),
            _close=blocks.close,
        )
        expected = Expected(packing, self.prepared.published.checksum)
        with closing(Pipeline(stored, expected)) as pipeline:
            pipeline.begin()
            for _ in pipeline.blocks():
                pass
            arrived = replace(pipeline.arrived, wire_size=self._wire_size)
        if self._is_packed:
            # What matched is what Glance's plugin has unpacked.
            return replace(arrived, wire_digests={}, matched="payload")
        return arrived

    def _not_comparable(self, image: Image, mismatch: DigestMismatchError) -> Arrived:
        if self.request.download.trust.allow_unverified:
            LOG.warning(_("Not verified: Glance changed what it fetched."))
            return self._unread(image)
        raise NotComparableError(
            _("%(url)s can't be verified with --method %(method)s")
            % {"url": public(self.request.url), "method": WEB_DOWNLOAD},
            _(
                "Glance unpacked or converted what it fetched, so the published digest "
                "can't be compared (%s)"
            )
            % mismatch.why,
            _("Use --method %s or --allow-unverified.") % STREAM,
        ) from None

    def _refuse_packed(self, image: Image) -> None:
        """Without its plugin Glance stores what it fetched, and calls that raw."""
        with closing(download(self.session.images, image)) as stored:
            packed = layer(next(stored, b"")[:MAGIC_BYTES])
        if packed is not None:
            raise OperatorError(
                _("Glance did not unpack image %s") % image.id,
                _(
                    "it is stored as %s, from which no server can start: the "
                    "cloud's decompression plugin is disabled or does not support it"
                )
                % packed,
                _("Use --method %s, which unpacks here.") % STREAM,
            )

    def _refuse_unconverted(self, image: Image) -> None:
        wanted = self.request.packing.convert
        if wanted in (None, "auto", image.disk_format):
            return
        raise OperatorError(
            _("Glance did not convert image %s") % image.id,
            _(
                "it is %s: the cloud's conversion plugin is disabled or "
                "produces another format"
            )
            % image.disk_format,
            _("Use --method %s, which converts here.") % STREAM,
        )

    def _unread(self, image: Image) -> Arrived:
        """What arrived, as far as Glance tells."""
        return Arrived(
            size=image.size or 0,
            virtual_size=image.virtual_size or self.prepared.pipeline.virtual_size or 0,
            wire_size=self._wire_size,
            wire_digests={},
            payload_digests={},
        )

    @property
    def _is_packed(self) -> bool:
        return bool(self.prepared.pipeline.layers)

    @property
    def _wire_size(self) -> int:
        return self.prepared.source.length or 0

    @property
    def _route(self) -> Route:
        return self.request.route
