# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A version that could be made: its source is open, and nothing was created yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from typing import Protocol

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.discovery import is_rbd
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.route import WEB_DOWNLOAD
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.new_version import NewVersion
from osc_imagetools.lifecycle.properties import TABLE
from osc_imagetools.lifecycle.standards import StandardError, refuse_missing
from osc_imagetools.operations.claim import Notice
from osc_imagetools.operations.request import Request
from osc_imagetools.source.disk.inspect import min_disk_gib
from osc_imagetools.source.fetch import head, is_file, open_first
from osc_imagetools.source.opened import Source, StartOverError, public
from osc_imagetools.source.packing import Packing
from osc_imagetools.source.pipeline import DigestMismatchError, Expected, Pipeline
from osc_imagetools.source.verification.published import Published, published
from osc_imagetools.source.verification.vendors import told_by_name

MOST_PROPERTIES = 128
"""Of one image, if nobody configured it ('image_property_quota')."""

PRIVATE_SOURCE = "private"
"""What scs-0102 calls a source that others can't reach."""

VISIBILITY = "shared"
"""Glance's own default, for what nothing else is said of."""


class Watch(Protocol):
    """Hands blocks on and shows them; told how many bytes there will be, if known."""

    def __call__(
        self, blocks: Iterator[bytes], total: int | None
    ) -> Iterator[bytes]: ...


class Candidate:
    """Headers, published digest and first unpacked block are there.

    The pipeline isn't begun: what has to lie on the disk first must be spooled before.
    """

    def __init__(
        self,
        request: Request,
        source: Source,
        published: Published,
        pipeline: Pipeline,
        version: NewVersion,
        convert: str | None,
    ) -> None:
        self.source = source
        self.published = published
        self.pipeline = pipeline
        self.version = version
        self.convert = convert
        """Into which disk format, ``auto`` being decided; ``None``: as it is."""
        self._wanted = request.description

    def begin(self, notice: Notice) -> None:
        """Look at the first bytes of the image; now the version is described whole."""
        self.pipeline.begin()
        for warning in self.pipeline.warnings:
            notice(warning)
        self.version = replace(
            self.version,
            disk_format=self.pipeline.disk_format or self.version.disk_format,
            min_disk=self.min_disk(self.pipeline.virtual_size or 0),
        )

    def min_disk(self, virtual_size: int) -> int:
        """GiB: what was asked for, but never less than the image's own disk needs."""
        return max(self._wanted.min_disk, min_disk_gib(virtual_size))


@contextmanager
def candidate(
    request: Request,
    images: Images,
    family: Family,
    notice: Notice,
    watch: Watch,
    urls: Sequence[str] = (),
) -> Iterator[Candidate]:
    """The candidate for the next version of *family*; raises what stands against it.

    Its bytes come from the first of *urls* that has them, by default of all that were
    named.
    """
    packing = _resolved(request, images, notice)
    with closing(open_first(urls or request.urls, request.access)) as source:
        found = published(request.trust, request.url, source, request.access)
        version = _version(request, images, family, source)
        refuse_below_standard(request.description.standard, version.fields)
        expected = Expected(packing, found.checksum)
        served = partial(watch, total=source.length)
        with closing(Pipeline(source, expected, served, watch)) as pipeline:
            yield Candidate(request, source, found, pipeline, version, packing.convert)


def refuse_changed_list(
    request: Request, chosen: Candidate, mismatch: DigestMismatchError
) -> None:
    """Raise `StartOverError` if by now another digest is published, or another file.

    A vendor's ``latest`` may move on between its list and its image.
    """
    if not chosen.published.list_url:
        return
    source = head(request.url, request.access)
    again = published(request.trust, request.url, source, request.access)
    was = (chosen.published.checksum, *_identity(chosen.source))
    if was != (again.checksum, *_identity(source)):
        raise StartOverError(
            f"{chosen.source.url} changed while it was fetched", mismatch.why
        ) from None


def _identity(source: Source) -> tuple[object, ...]:
    """By what a server tells that the bytes are the same."""
    return source.url, source.etag, source.length, source.last_modified


def _resolved(request: Request, images: Images, notice: Notice) -> Packing:
    """What was said, with ``--convert auto`` decided: raw for a store in Ceph."""
    if request.route.method == WEB_DOWNLOAD:
        # That is left to Glance, and looked at afterwards.
        return replace(request.packing, convert=None)
    if request.packing.convert != "auto":
        return request.packing
    in_ceph = is_rbd(images, request.route.stores)
    if in_ceph is None:
        notice(
            "Whether the store is Ceph's is told to admins only: the image is stored "
            "as it is. Say --convert raw if it is."
        )
    return replace(request.packing, convert="raw" if in_ceph else None)


def refuse_below_standard(standard: str | None, fields: Mapping[str, object]) -> None:
    """Raise `OperatorError` unless an image with these *fields* meets *standard*."""
    try:
        refuse_missing(standard, fields)
    except StandardError as error:
        raise OperatorError(str(error)) from None


def _version(
    request: Request, images: Images, family: Family, source: Source
) -> NewVersion:
    wanted = request.description
    built = wanted.build_date or (source.last_modified or images.now()).date()
    label = wanted.label or family.free_label(f"{built:%Y%m%d}")
    if family.free_label(label) != label:
        raise OperatorError(
            f"'{request.name}' has a version {label} already",
            do="Give another --image-version.",
        )
    given = {**told_by_name(request.url), **wanted.properties}
    if len(given) + len(TABLE) > MOST_PROPERTIES:
        raise OperatorError(
            f"{len(given)} properties are too many",
            f"Glance takes {MOST_PROPERTIES}, and {len(TABLE)} are written by us",
        )
    return NewVersion(
        owner=request.owner,
        family=request.name,
        label=label,
        build_date=built,
        visibility=wanted.visibility or VISIBILITY,
        disk_format=request.packing.disk_format or "raw",
        container_format=request.packing.container_format,
        min_disk=wanted.min_disk,
        min_ram=wanted.min_ram,
        protected=bool(wanted.protected),
        stays_hidden=wanted.stays_hidden,
        source=_told(request.url),
        properties=given,
        tags=wanted.tags,
    )


def _told(url: str) -> str:
    """Where the image came from, as scs-0102 wants it told: a path tells nobody."""
    return PRIVATE_SOURCE if is_file(url) else public(url)
