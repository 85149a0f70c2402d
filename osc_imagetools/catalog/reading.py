# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What there is, read for a plan: one listing of the cloud, and what sources tell."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from osc_imagetools.catalog.adoption import adoptable
from osc_imagetools.catalog.definitions import FamilyDefinition, VersionDefinition
from osc_imagetools.catalog.export import exported
from osc_imagetools.catalog.family_plan import FamilyPlan
from osc_imagetools.catalog.newest_build import newest_build
from osc_imagetools.catalog.order import CatalogueOrder
from osc_imagetools.catalog.plan import Site, plan
from osc_imagetools.catalog.requests import Manner, download, trust
from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.members import members
from osc_imagetools.lifecycle import inventory
from osc_imagetools.lifecycle.inventory import Scope
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.rotation.fingerprint import Offered
from osc_imagetools.operations.importing import offered
from osc_imagetools.operations.missing import missing_family
from osc_imagetools.operations.session import Session
from osc_imagetools.source.fetch import head


def planned(
    session: Session, order: CatalogueOrder, managed: Callable[[], list[Image]]
) -> tuple[FamilyPlan, ...]:
    """What each family of the catalogue gets, as everything is now.

    *managed* tells all managed images of the project, from one listing.

    Sources are asked only for what the cloud lacks, and where a label doesn't tell
    which build they have. Raises `OperatorError` where Glance can't be read.
    """
    session.images.require_hidden()
    site = _site(session, order, managed())
    items = _plan(order, site)
    if not any(item.is_fetched for item in items):
        return items
    return _plan(order, _with_sources(site, items, order.manner))


def export(session: Session, only: Collection[str] = ()) -> dict[str, Any]:
    """What a file of definitions says of the project's families; of *only* these.

    Raises `OperatorError` where Glance can't be read, or has no such family.
    """
    found = session.images.list_all(tag=properties.TAG, owner=session.owner)
    families = _families(session, found)
    if unknown := [name for name in only if name not in families]:
        raise missing_family(session.images, Scope.of(session.project), unknown[0])
    wanted = [one for name, one in families.items() if not only or name in only]
    current = [one.current for one in wanted if one.current is not None]
    shared = {one.id: members(session.images, one) for one in current}
    return exported(wanted, shared)


def _plan(order: CatalogueOrder, site: Site) -> tuple[FamilyPlan, ...]:
    return plan(
        order.definitions,
        site,
        named=order.named,
        retire_orphans=order.retire_orphans,
        finds_orphans=not order.only,
    )


def _site(session: Session, order: CatalogueOrder, managed: list[Image]) -> Site:
    families = _families(session, managed)
    holders = {
        definition.name: holder
        for definition in order.definitions
        if definition.name not in families
        if (holder := _holder(session, definition.name)) is not None
    }
    found = _adoptable(session, order) if order.adopts else {}
    shared = _shared(session, order, families)
    return _with_builds(
        Site(
            session.project,
            families,
            holders,
            members=shared,
            adoptable=found,
            now=session.images.now(),
        ),
        order,
    )


def _shared(
    session: Session, order: CatalogueOrder, families: Mapping[str, Family]
) -> dict[str, frozenset[str]]:
    """By family with whom its current version is shared, if the catalogue says it."""
    currents = {
        definition.name: families[definition.name].current
        for definition in order.definitions
        if definition.members and definition.name in families
    }
    return {
        name: frozenset(members(session.images, current))
        for name, current in currents.items()
        if current is not None
    }


def _adoptable(session: Session, order: CatalogueOrder) -> dict[str, tuple[Image, ...]]:
    """By family the images that may become its versions, from one listing."""
    tagged = session.images.list_all(tag=order.manager_tag, owner=session.owner)
    return {
        definition.name: images
        for definition in order.definitions
        if (images := adoptable(definition, tagged))
    }


def _families(session: Session, found: list[Image]) -> dict[str, Family]:
    """By name those of the project, of which all images were *found*."""
    scope = Scope.of(session.project)
    return {family.name: family for family in inventory.families(found, scope)}


def _holder(session: Session, name: str) -> Image | None:
    """The project's own image of that *name*, which is in no family."""
    namesakes = session.images.named(name, session.owner)
    own = [image for image in namesakes if image.owner == session.owner]
    return own[0] if own else None


def _with_builds(site: Site, order: CatalogueOrder) -> Site:
    """*site*, with what is known of the builds that are meant, or why it isn't."""
    told: dict[str, Offered] = {}
    faults: dict[str, str] = {}
    builds: dict[str, VersionDefinition] = {}
    for definition in order.definitions:
        try:
            newest = definition.newest
            if newest is None:
                family = site.family(definition.name)
                newest = newest_build(definition, family, order.manner)
                builds |= {definition.name: newest} if newest else {}
            if known := newest and _known(definition, newest, order.manner):
                told[definition.name] = known
        except OperatorError as error:
            faults[definition.name] = str(error)
    return replace(site, offered=told, faults=faults, builds=builds)


def _known(
    definition: FamilyDefinition, newest: VersionDefinition, manner: Manner
) -> Offered | None:
    """What is known of the bytes of *newest*.

    A digest tells it; of a URL that serves ever newer builds, its source.
    """
    if checksum := trust(definition, newest, manner).checksum:
        return Offered(str(checksum))
    if newest.is_pointer:
        return offered(download(definition, newest, manner))
    return None


def _with_sources(site: Site, items: Iterable[FamilyPlan], manner: Manner) -> Site:
    """*site*, with the size of what is to be fetched, or why it can't be."""
    sizes: dict[str, int] = {}
    faults = dict(site.faults)
    for item in items:
        if not item.is_fetched or item.definition is None:
            continue
        try:
            newest = site.newest(item.definition)
            assert newest is not None
            size = head(newest.urls[0], manner.access).length
        except OperatorError as error:
            faults[item.family] = str(error)
        else:
            sizes |= {item.family: size} if size is not None else {}
    return replace(site, sizes=sizes, faults=faults)
