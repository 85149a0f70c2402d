# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The steps of an import that was decided on, as a dry run shows them."""

from __future__ import annotations

from collections.abc import Iterator

from osc_imagetools.glance.route import WEB_DOWNLOAD, Route
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
        why = "it can't be read as a stream"
        if prepared.convert:
            why = "a conversion needs the whole file"
        yield Step("spool", "the file", why)
    if prepared.convert and prepared.pipeline.must_spool:
        why = f"the source has {prepared.pipeline.disk_format or 'another format'}"
        yield Step("convert", f"to {prepared.convert}", why)
    # Its ID is a new one: nobody knows it before.
    yield Step("create", importing_name(version.family, "…"), str(location))
    yield Step("store", _way(request.route), _size(prepared))


def publishing(prepared: PreparedImport) -> Step:
    """The step that shows the image, or keeps it hidden."""
    version = prepared.version
    if version.stays_hidden:
        return Step("stage", f"version {version.label}", "set by --hidden")
    min_disk = prepared.min_disk(prepared.pipeline.virtual_size or 0)
    return Step(
        "publish",
        f"{version.family}, version {version.label}",
        f"{version.visibility}, at least {min_disk} GiB of disk",
    )


def _found(prepared: PreparedImport) -> str:
    source, pipeline = prepared.source, prepared.pipeline
    size = "of unknown size" if source.length is None else f"{source.length} bytes"
    packed = " in ".join((*reversed(pipeline.layers),))
    what = pipeline.disk_format or "an image"
    return f"{size}: {what}{f' in {packed}' if packed else ''}"


def _verification(request: ImportRequest, prepared: PreparedImport) -> Step:
    found = prepared.published
    if found.checksum is None:
        return Step("trust", "the bytes", "set by --allow-unverified")
    signed = ", with a valid signature" if found.signed else ""
    if found.checksum.is_weak:
        signed = ", which proves nothing against an attacker"
    where = f"published in {found.list_url}{signed}" if found.list_url else "as given"
    return Step("verify", str(found.checksum), where)


def _way(route: Route) -> str:
    stores = "all stores" if route.all_stores else ", ".join(route.stores)
    fetched = route.method == WEB_DOWNLOAD
    way = "fetched by Glance" if fetched else f"by {route.method}"
    return f"{way} into {stores or 'the default store'}"


def _size(prepared: PreparedImport) -> str:
    size = prepared.pipeline.virtual_size
    return f"a disk of {size} bytes" if size else "its size is known at the end"
