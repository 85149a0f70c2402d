# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The steps of an import that was decided on, as a dry run shows them."""

from __future__ import annotations

from collections.abc import Iterator

from osc_imagetools.glance.route import WEB_DOWNLOAD, Route
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.importing_name import importing_name
from osc_imagetools.lifecycle.model.step import Step
from osc_imagetools.operations.importing.prepare import PreparedImport
from osc_imagetools.operations.importing.request import ImportRequest
from osc_imagetools.operations.session import Location
from osc_imagetools.source.opened import public


def making(
    request: ImportRequest, prepared: PreparedImport, location: Location
) -> Iterator[Step]:
    """The steps that end with a verified image which nobody is offered yet."""
    version = prepared.version
    yield Step("fetch", public(request.url), _found(prepared))
    yield _verification(request, prepared)
    if prepared.pipeline.must_spool:
        why = _("it can't be read as a stream")
        if prepared.convert:
            why = _("a conversion needs the whole file")
        yield Step("spool", _("the file"), why)
    if prepared.convert and prepared.pipeline.must_spool:
        why = _("the source has another format")
        if prepared.pipeline.disk_format:
            why = _("the source has %s") % prepared.pipeline.disk_format
        yield Step("convert", _("to %s") % prepared.convert, why)
    # Its ID is a new one: nobody knows it before.
    yield Step("create", importing_name(version.family, "…"), str(location))
    yield Step("store", _way(request.route), _size(prepared))


def publishing(prepared: PreparedImport) -> Step:
    """The step that shows the image, or keeps it hidden."""
    version = prepared.version
    if version.stays_hidden:
        return Step("stage", _("version %s") % version.label, _("set by --hidden"))
    min_disk = prepared.min_disk(prepared.pipeline.virtual_size or 0)
    return Step(
        "publish",
        _("%(family)s, version %(label)s")
        % {"family": version.family, "label": version.label},
        _("%(visibility)s, at least %(min_disk)d GiB of disk")
        % {"visibility": version.visibility, "min_disk": min_disk},
    )


def _found(prepared: PreparedImport) -> str:
    source, pipeline = prepared.source, prepared.pipeline
    size = _("of unknown size")
    if source.length is not None:
        size = _("%d bytes") % source.length
    packed = " in ".join((*reversed(pipeline.layers),))
    what = pipeline.disk_format or _("an image")
    if packed:
        what = _("%(what)s in %(packed)s") % {"what": what, "packed": packed}
    return f"{size}: {what}"


def _verification(request: ImportRequest, prepared: PreparedImport) -> Step:
    found = prepared.published
    if found.checksum is None:
        return Step("trust", _("the bytes"), _("set by --allow-unverified"))
    where = _("published in %s")
    if found.signed:
        where = _("published in %s, with a valid signature")
    if found.checksum.is_weak:
        where = _("published in %s, which proves nothing against an attacker")
    where = where % found.list_url if found.list_url else _("as given")
    return Step("verify", str(found.checksum), where)


def _way(route: Route) -> str:
    stores = ", ".join(route.stores) or _("the default store")
    if route.all_stores:
        stores = _("all stores")
    if route.method == WEB_DOWNLOAD:
        return _("fetched by Glance into %s") % stores
    told = {"method": route.method, "stores": stores}
    return _("by %(method)s into %(stores)s") % told


def _size(prepared: PreparedImport) -> str:
    size = prepared.pipeline.virtual_size
    return _("a disk of %d bytes") % size if size else _("its size is known at the end")
