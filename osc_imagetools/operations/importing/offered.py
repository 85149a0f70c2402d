# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the family has what the source offers already, by one small request."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.storable import storable_etag
from osc_imagetools.lifecycle.rotation.fingerprint import Offered, is_unchanged
from osc_imagetools.operations.importing.request import Download, ImportRequest
from osc_imagetools.source.checksums import Checksum
from osc_imagetools.source.expected import DigestMismatchError, Expected
from osc_imagetools.source.fetch import head, is_file, open_source
from osc_imagetools.source.packing import Packing
from osc_imagetools.source.pipeline import Pipeline
from osc_imagetools.source.verification.published import published


def unchanged_version(request: ImportRequest, family: Family) -> Image | None:
    """The current version, if it was asked for and still is what the source offers."""
    if not request.if_changed or family.current is None:
        return None
    is_same = is_unchanged(family.current, offered(request.download))
    return family.current if is_same else None


def offered(download: Download) -> Offered:
    """What the source tells of its bytes before they are read."""
    if download.trust.checksum is not None:
        return Offered(str(download.trust.checksum))
    source = head(download.url, download.access)
    found = published(
        download.trust, download.url, source, download.access, download.lists
    )
    digest = str(found.checksum) if found.checksum else ""
    return Offered(digest, storable_etag(source.etag), source.length)


def has_payload(
    download: Download, packing: Packing, version: Image, told: Offered
) -> bool:
    """Whether a file of this machine holds the very bytes that *version* has.

    Reading it twice costs less than storing it. Files alone: nothing else is published
    of them, and nothing crosses the network. Raises `DigestMismatchError` if it has
    them, and they aren't what is published (*told*).
    """
    if not (is_file(download.url) and version.hash_algorithm and version.hash_value):
        return False
    try:
        _verify(download, packing, Checksum(version.hash_algorithm, version.hash_value))
    except DigestMismatchError:
        return False
    if told.published_digest:
        _verify(download, packing, Checksum.parse(told.published_digest))
    return True


def _verify(download: Download, packing: Packing, checksum: Checksum) -> None:
    """Read the file; raises `DigestMismatchError` if it isn't of that digest."""
    packing = replace(packing, convert=None)
    with (
        closing(open_source(download.url, download.access)) as source,
        closing(Pipeline(source, Expected(packing, checksum))) as pipeline,
    ):
        if pipeline.must_spool:
            pipeline.spool()
        pipeline.begin()
        for _ in pipeline.blocks():
            pass
