# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What an import would do, found out by reading alone: only GET and HEAD are sent."""

from __future__ import annotations

from collections.abc import Iterator

from osc_imagetools.glance.images import Images
from osc_imagetools.glance.route import WEB_DOWNLOAD, Route
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.generation import image_id
from osc_imagetools.lifecycle.new_version import importing_name
from osc_imagetools.lifecycle.plan import Step
from osc_imagetools.operations.candidate import Candidate, candidate
from osc_imagetools.operations.claim import Notice, dead_records, refuse_taken_name
from osc_imagetools.operations.place import Place
from osc_imagetools.operations.request import Request
from osc_imagetools.operations.requirements import require
from osc_imagetools.operations.unchanged import unchanged_version
from osc_imagetools.source.opened import public


def preview(
    request: Request, images: Images, place: Place, notice: Notice
) -> tuple[Step, ...]:
    """The steps of the import; raises what would stop it before its first one.

    A missing right shows only when it is tried.
    """
    require(request, images)
    family = Family.of(
        request.owner, request.name, images.of_family(request.owner, request.name)
    )
    dead = dead_records(images, family)
    cleaning = tuple(
        Step("delete", f"image {record.id}", "the run that was importing it is dead")
        for record in dead
    )
    family = family.without(dead)
    version = unchanged_version(request, family)
    if version is not None:
        why = f"version {version.version} is what the source offers"
        return (*cleaning, Step("keep", f"image {version.id}", why))
    if not request.description.stays_hidden:
        refuse_taken_name(
            images, request.owner, request.name, allow_others=request.allow_duplicate
        )
    with candidate(request, images, family, notice, unwatched) as chosen:
        if not chosen.pipeline.must_spool:
            chosen.begin(notice)
        return (
            *cleaning,
            *making(request, family, chosen, place),
            _publishing(chosen),
        )


def unwatched(blocks: Iterator[bytes], total: int | None) -> Iterator[bytes]:
    """*blocks*, which nobody is shown."""
    return blocks


def making(
    request: Request, family: Family, chosen: Candidate, place: Place
) -> Iterator[Step]:
    """The steps that end with a verified image which nobody is offered yet."""
    version = chosen.version
    own_id = image_id(version.owner, version.family, family.highest_generation + 1)
    yield Step("fetch", public(request.url), _found(chosen))
    yield _verification(request, chosen)
    if chosen.pipeline.must_spool:
        why = "it can't be read as it comes"
        if chosen.convert:
            why = "what is converted has to be there whole"
        yield Step("spool", "the file", why)
    if chosen.convert and chosen.pipeline.must_spool:
        why = f"the source has {chosen.pipeline.disk_format or 'another format'}"
        yield Step("convert", f"to {chosen.convert}", why)
    yield Step(
        "create", f"{importing_name(version.family, own_id)} ({own_id})", str(place)
    )
    yield Step("store", _way(request.route), _size(chosen))


def _publishing(chosen: Candidate) -> Step:
    version = chosen.version
    if version.stays_hidden:
        return Step("stage", f"version {version.label}", "--hidden says so")
    min_disk = chosen.min_disk(chosen.pipeline.virtual_size or 0)
    return Step(
        "publish",
        f"{version.family}, version {version.label}",
        f"{version.visibility}, at least {min_disk} GiB of disk",
    )


def _found(chosen: Candidate) -> str:
    source, pipeline = chosen.source, chosen.pipeline
    size = "of unknown size" if source.length is None else f"{source.length} bytes"
    packed = " in ".join((*reversed(pipeline.layers),))
    what = pipeline.disk_format or "an image"
    return f"{size}: {what}{f' in {packed}' if packed else ''}"


def _verification(request: Request, chosen: Candidate) -> Step:
    found = chosen.published
    if found.checksum is None:
        return Step("trust", "the bytes", "--allow-unverified says so")
    signed = ", whose signature is good" if found.signed else ""
    if found.checksum.is_weak:
        signed = ", which proves nothing against an attacker"
    where = f"published in {found.list_url}{signed}" if found.list_url else "as given"
    return Step("verify", str(found.checksum), where)


def _way(route: Route) -> str:
    stores = "all stores" if route.all_stores else ", ".join(route.stores)
    fetched = route.method == WEB_DOWNLOAD
    way = "fetched by Glance" if fetched else f"by {route.method}"
    return f"{way} into {stores or 'the default store'}"


def _size(chosen: Candidate) -> str:
    size = chosen.pipeline.virtual_size
    return f"a disk of {size} bytes" if size else "its size shows at its end"
