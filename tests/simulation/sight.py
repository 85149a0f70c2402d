# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What users find in the model, looked up in no time and without a request."""

from __future__ import annotations

from tests.simulation.families import ANOTHER, NAME
from tests.simulation.glance.model import Glance
from tests.simulation.glance.table import Row


def found(glance: Glance) -> frozenset[str]:
    """The images that a user of another project finds by the family's name."""
    return frozenset(
        own_id
        for own_id, row in glance.table.rows.items()
        if row.shown["name"] == NAME and is_offered(row) and _is_for_others(row)
    )


def is_named(glance: Glance, name: str = NAME) -> bool:
    """Whether its owner finds anything by that *name*."""
    rows = glance.table.rows.values()
    return any(row.shown["name"] == name and is_offered(row) for row in rows)


def is_promoted(glance: Glance) -> bool:
    """Whether a candidate has become a version of the family, whatever came after."""
    rows = glance.table.rows.values()
    return any("lifecycle_promoted_from" in row.shown for row in rows)


def listed(glance: Glance) -> frozenset[str]:
    """The versions of the family that others can use, under whatever name."""
    return frozenset(
        own_id
        for own_id, row in glance.table.rows.items()
        if row.shown.get("lifecycle_id") == own_id
        and row.shown.get("lifecycle_family") == NAME
        and is_offered(row)
        and _is_for_others(row)
    )


def is_offered(row: Row) -> bool:
    """Whether it is listed, and servers can be started from it."""
    shown = row.shown
    is_listed = not shown["os_hidden"] and not row.is_deleted
    return is_listed and shown["status"] == "active"


def _is_for_others(row: Row) -> bool:
    if row.shown["visibility"] == "shared":
        return row.members.get(ANOTHER) == "accepted"
    return bool(row.shown["visibility"] == "public")
