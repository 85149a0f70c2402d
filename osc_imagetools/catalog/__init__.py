# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A whole catalogue: read from files, planned, and applied."""

from __future__ import annotations

from osc_imagetools.catalog.apply import Applied, apply
from osc_imagetools.catalog.clouds import (
    CloudApplied,
    CloudPlan,
    apply_in_each,
    planned_in,
)
from osc_imagetools.catalog.definitions import read
from osc_imagetools.catalog.family_plan import FamilyAction, FamilyPlan
from osc_imagetools.catalog.order import CatalogueOrder
from osc_imagetools.catalog.plan_file import refuse_other_plan
from osc_imagetools.catalog.reading import export, planned
from osc_imagetools.catalog.requests import Manner

__all__ = [
    "Applied",
    "CatalogueOrder",
    "CloudApplied",
    "CloudPlan",
    "FamilyAction",
    "FamilyPlan",
    "Manner",
    "apply",
    "apply_in_each",
    "export",
    "planned",
    "planned_in",
    "read",
    "refuse_other_plan",
]
