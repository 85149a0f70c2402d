# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The definitions of a catalogue: read from files of YAML, and checked whole.

The format is that of openstack-image-manager, with a few fields more.
"""

from __future__ import annotations

from osc_imagetools.catalog.definitions.catalogue import (
    AUTO,
    LATEST,
    CandidateDefinition,
    Catalogue,
    FamilyDefinition,
    SourceDefinition,
    VersionDefinition,
)
from osc_imagetools.catalog.definitions.faults import CatalogueError, Fault, FilePlace
from osc_imagetools.catalog.definitions.reading import read

__all__ = [
    "AUTO",
    "LATEST",
    "CandidateDefinition",
    "Catalogue",
    "CatalogueError",
    "FamilyDefinition",
    "Fault",
    "FilePlace",
    "SourceDefinition",
    "VersionDefinition",
    "read",
]
