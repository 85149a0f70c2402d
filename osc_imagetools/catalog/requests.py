# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a definition asks for, in the terms of the commands for one family."""

from __future__ import annotations

from dataclasses import dataclass, replace

from osc_imagetools.catalog.definitions import (
    AUTO,
    FamilyDefinition,
    VersionDefinition,
)
from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.route import Route
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.rotation.new_version import Description
from osc_imagetools.operations.importing import Download
from osc_imagetools.operations.rotation import RotateRequest
from osc_imagetools.source.access import Access
from osc_imagetools.source.builds import BuildSource
from osc_imagetools.source.checksums import Checksum
from osc_imagetools.source.packing import Packing
from osc_imagetools.source.trust import Trust


@dataclass(frozen=True)
class Manner:
    """How all families of a catalogue are brought in, as a person says it."""

    access: Access
    packing: Packing
    route: Route
    allow_unverified: bool = False
    allow_duplicate: bool = False
    allow_pending_members: bool = False
    verify_command: str | None = None


def rotation(definition: FamilyDefinition, manner: Manner) -> RotateRequest:
    """What makes its newest version the current one of its family, or the first."""
    newest = definition.newest
    source = build_source(definition)
    return RotateRequest(
        definition.name,
        manner.access,
        trust(definition, newest, manner),
        _packing(definition, manner),
        _description(definition, newest),
        route(definition, manner),
        urls=newest.urls if newest and source is None else (),
        source=source,
        recorded_url=newest.recorded_source if newest and source is None else "",
        policy=definition.policy,
        verify_command=manner.verify_command,
        allow_pending_members=manner.allow_pending_members,
        allow_duplicate=manner.allow_duplicate,
    )


def promotion(
    definition: FamilyDefinition, candidate: Image, manner: Manner
) -> RotateRequest:
    """What makes the *candidate* of another family its current version."""
    return replace(
        rotation(definition, manner),
        trust=Trust(),
        description=_description(definition, None),
        urls=(),
        source=None,
        recorded_url="",
        from_family=candidate.family,
        candidate_id=candidate.id,
    )


def build_source(definition: FamilyDefinition) -> BuildSource | None:
    """Where its newest build is found, if it isn't named; raises `OperatorError`."""
    said = definition.source
    if said is None:
        return None
    try:
        return BuildSource.parse(said.text, said.index)
    except ValueError as error:
        what = _("The source of '%s' can't be used") % definition.name
        do = _("Correct %s.") % definition.place
        raise OperatorError(what, str(error), do) from None


def download(
    definition: FamilyDefinition, newest: VersionDefinition, manner: Manner
) -> Download:
    """Where its bytes are, and how they can be trusted."""
    return rotation(definition, manner).download(newest.urls)


def trust(
    definition: FamilyDefinition, newest: VersionDefinition | None, manner: Manner
) -> Trust:
    """How its bytes can be trusted."""
    checksum = (newest.checksum if newest else None) or definition.checksum
    is_told = checksum is not None and checksum != AUTO
    return Trust(
        checksum=Checksum.parse(checksum) if checksum and is_told else None,
        checksum_url=newest.checksum_url if newest else None,
        auto=not is_told and not (newest and newest.checksum_url),
        keyring=definition.keyring,
        allow_unverified=manner.allow_unverified,
    )


def _packing(definition: FamilyDefinition, manner: Manner) -> Packing:
    return replace(
        manner.packing,
        disk_format=definition.disk_format,
        convert=definition.convert or manner.packing.convert,
    )


def route(definition: FamilyDefinition, manner: Manner) -> Route:
    """The way of its bytes into Glance."""
    return replace(manner.route, stores=definition.stores or manner.route.stores)


def _description(
    definition: FamilyDefinition, newest: VersionDefinition | None
) -> Description:
    common = Description(
        visibility=definition.visibility,
        min_disk=definition.min_disk or 0,
        min_ram=definition.min_ram or 0,
        properties=definition.properties,
        tags=definition.tags,
    )
    if newest is None:
        return common
    return replace(
        common,
        visibility=newest.visibility or definition.visibility,
        properties=newest.properties,
        label=None if newest.is_pointer else newest.label,
        build_date=newest.build_date,
        stays_hidden=bool(newest.is_hidden),
    )
