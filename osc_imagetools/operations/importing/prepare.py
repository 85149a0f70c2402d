# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A version that could be made: its source is open, and nothing was created yet."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from functools import partial

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.discovery import is_rbd
from osc_imagetools.glance.route import WEB_DOWNLOAD
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.min_disk import min_disk_gib
from osc_imagetools.lifecycle.model.properties import TABLE, written_twice
from osc_imagetools.lifecycle.model.standards import StandardError, refuse_missing
from osc_imagetools.lifecycle.model.storable import storable_url
from osc_imagetools.lifecycle.rotation.new_version import NewVersion
from osc_imagetools.operations.importing.request import Download, ImportRequest
from osc_imagetools.operations.name_taken import warn_of_name
from osc_imagetools.operations.session import Session
from osc_imagetools.source.fetch import head, is_file, open_first
from osc_imagetools.source.opened import Source, StartOverError, public
from osc_imagetools.source.packing import Packing
from osc_imagetools.source.pipeline import DigestMismatchError, Expected, Pipeline
from osc_imagetools.source.verification.published import (
    Published,
    published,
    read_ahead,
)
from osc_imagetools.source.verification.vendors import properties_from_url

LOG = logging.getLogger(__name__)

MOST_PROPERTIES = 128
"""Of one image, if nobody configured it ('image_property_quota')."""

PRIVATE_SOURCE = "private"
"""What scs-0102 calls a source that others can't reach."""

VISIBILITY = "shared"
"""Glance's own default, for what nothing else is said of."""


class PreparedImport:
    """Headers, published digest and first unpacked block are there.

    The pipeline isn't begun: what has to lie on the disk first must be spooled before.
    """

    def __init__(
        self,
        request: ImportRequest,
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
        self.request = request

    def begin(self) -> None:
        """Look at the first bytes of the image; now the version is described whole."""
        self.pipeline.begin()
        for warning in self.pipeline.warnings:
            LOG.warning("%s", warning)
        self.version = replace(
            self.version,
            disk_format=self.pipeline.disk_format or self.version.disk_format,
            min_disk=self.min_disk(self.pipeline.virtual_size or 0),
        )

    def min_disk(self, virtual_size: int) -> int:
        """GiB: what was asked for, but never less than the image's own disk needs."""
        return max(self.request.description.min_disk, min_disk_gib(virtual_size))


@contextmanager
def prepare_import(
    session: Session, request: ImportRequest, family: Family, urls: Sequence[str] = ()
) -> Iterator[PreparedImport]:
    """The candidate for the next version of *family*; raises what stands against it.

    Its bytes come from the first of *urls* that has them, by default of all that were
    named.
    """
    warn_of_name(family)
    packing = _resolved(session, request)
    with _opened(request.download, urls or request.download.urls) as (source, found):
        if found.checksum is not None:
            told = {"checksum": found.checksum, "url": found.list_url}
            if found.list_url:
                LOG.info(_("Expected: %(checksum)s, published in %(url)s."), told)
            else:
                LOG.info(_("Expected: %(checksum)s, as given."), told)
        version = _version(session, request, family, source)
        refuse_below_standard(request.description.standard, version.fields)
        expected = Expected(packing, found.checksum)
        watch = session.progress.watch
        served = partial(watch, total=source.length)
        with closing(Pipeline(source, expected, served, watch)) as pipeline:
            yield PreparedImport(
                request, source, found, pipeline, version, packing.convert
            )


@contextmanager
def _opened(
    download: Download, urls: Sequence[str]
) -> Iterator[tuple[Source, Published]]:
    """The source, its bytes unread, and what is published about it.

    No list is fetched while the source is open: some servers allow one connection.
    """
    try:
        read_ahead(download.trust, download.url, download.access, download.lists)
        source = open_first(urls, download.access)
        with ExitStack() as opened:
            opened.callback(source.close)
            found = _published(download, source, let_go=opened.close)
            if source.is_closed:
                source = open_first(urls[-1 - len(source.mirrors) :], download.access)
                opened.callback(source.close)
            yield source, found
    except StartOverError:
        download.lists.forget()
        raise


def _published(
    download: Download, source: Source, let_go: Callable[[], None] = lambda: None
) -> Published:
    return published(
        download.trust,
        download.url,
        source,
        download.access,
        download.lists,
        let_go,
    )


def refuse_changed_list(
    request: ImportRequest, prepared: PreparedImport, mismatch: DigestMismatchError
) -> None:
    """Raise `StartOverError` if by now another digest is published, or another file.

    A vendor's ``latest`` may move on between its list and its image.
    """
    if not prepared.published.list_url:
        return
    source = head(request.url, request.download.access)
    request.download.lists.forget()
    again = _published(request.download, source)
    was = (prepared.published.checksum, *_identity(prepared.source))
    if was != (again.checksum, *_identity(source)):
        raise StartOverError(
            _("%s changed while it was fetched") % prepared.source.url, mismatch.why
        ) from None


def _identity(source: Source) -> tuple[object, ...]:
    """By what a server tells that the bytes are the same."""
    return source.url, source.etag, source.length, source.last_modified


def _resolved(session: Session, request: ImportRequest) -> Packing:
    """What was said, with ``--convert auto`` decided: raw for a store in Ceph."""
    if request.route.method == WEB_DOWNLOAD:
        # That is left to Glance, and looked at afterwards.
        return replace(request.packing, convert=None)
    if request.packing.convert != "auto":
        return request.packing
    in_ceph = is_rbd(session.images, request.route.stores)
    if in_ceph is None:
        LOG.warning(
            _(
                "Only admins can see whether the store is Ceph: the image is stored "
                "without conversion. If it is Ceph, use --convert raw."
            )
        )
    return replace(request.packing, convert="raw" if in_ceph else None)


def refuse_below_standard(standard: str | None, fields: Mapping[str, object]) -> None:
    """Raise `OperatorError` unless an image with these *fields* meets *standard*."""
    try:
        refuse_missing(standard, fields)
    except StandardError as error:
        raise OperatorError(str(error)) from None


def refuse_doubles(names: Iterable[str]) -> None:
    """Raise `OperatorError` where Glance takes two properties for one (500).

    Those are *names*, and what is written by us.
    """
    if doubles := written_twice([*names, *(row.name for row in TABLE)]):
        raise OperatorError(
            _("An image can't have both of the properties %s") % doubles,
            _("Glance's databases treat them as one"),
            _("Write the property as on the image, or use --unset-property."),
        )


def refuse_too_many(names: Collection[str]) -> None:
    """Raise `OperatorError` where Glance would refuse that many properties (413).

    Those are *names*, beside what is written by us.
    """
    if len(names) + len(TABLE) > MOST_PROPERTIES:
        raise OperatorError(
            _("%d properties are too many") % len(names),
            _("Glance takes %(most)d, and these commands write %(ours)d")
            % {"most": MOST_PROPERTIES, "ours": len(TABLE)},
        )


def _version(
    session: Session, request: ImportRequest, family: Family, source: Source
) -> NewVersion:
    wanted = request.description
    built = wanted.build_date or (source.last_modified or session.images.now()).date()
    label = wanted.label or family.free_label(f"{built:%Y%m%d}")
    if family.free_label(label) != label:
        raise OperatorError(
            _("'%(name)s' already has a version %(label)s")
            % {"name": request.name, "label": label},
            do=_("Choose another --image-version."),
        )
    recorded = request.download.recorded
    given = {**properties_from_url(recorded or request.url), **wanted.properties}
    refuse_doubles(given)
    refuse_too_many(given)
    return NewVersion(
        owner=session.owner,
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
        source=storable_url(public(recorded)) if recorded else _told(request.url),
        properties=given,
        tags=wanted.tags,
    )


def _told(url: str) -> str:
    """Where the image came from, as scs-0102 wants it told: a path tells nobody."""
    return PRIVATE_SOURCE if is_file(url) else storable_url(public(url))
