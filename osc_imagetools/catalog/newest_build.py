# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The newest build of a family whose definition names where builds are, and none."""

from __future__ import annotations

from osc_imagetools.catalog.definitions import (
    LATEST,
    FamilyDefinition,
    VersionDefinition,
)
from osc_imagetools.catalog.requests import Manner, build_source
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.source.builds import find_build
from osc_imagetools.source.builds.layouts import DEFAULT_ARCHITECTURE
from osc_imagetools.source.verification.vendors import architecture_in


def newest_build(
    definition: FamilyDefinition, family: Family, manner: Manner
) -> VersionDefinition | None:
    """The version that it is; ``None`` where the definition has no source.

    Raises `OperatorError` where no build is found.
    """
    source = build_source(definition)
    if source is None:
        return None
    latest = family.latest
    build = find_build(
        source,
        _architecture(definition),
        manner.access,
        definition.keyring,
        (latest.text(properties.IMAGE_SOURCE) if latest else None) or "",
    )
    return VersionDefinition(
        label=build.label or LATEST,
        url=build.url,
        place=definition.place,
        checksum=str(build.checksum) if build.checksum else None,
        build_date=build.built,
        properties=definition.properties,
    )


def _architecture(definition: FamilyDefinition) -> str:
    said = definition.properties.get("architecture") or DEFAULT_ARCHITECTURE
    # People also write amd64.
    return architecture_in(said) or said
