# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a current version lacks of what the catalogue says of it.

What a person has set, and the catalogue doesn't name, stays. What a definition only
implies is given to what is imported, and doesn't make an image another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from osc_imagetools.catalog.definitions import FamilyDefinition, VersionDefinition
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.rotation.inheritance import own_min_disk


def difference(
    current: Image, definition: FamilyDefinition, newest: VersionDefinition
) -> Change:
    """What brings *current* to what *definition* says; empty where nothing does.

    *newest* is the version that it is.
    """
    wanted = {
        **newest.properties,
        **definition.policy,
        **_fields(current, definition, newest),
    }
    lacking = {n: v for n, v in wanted.items() if current.fields.get(n) != v}
    if _is_implied(lacking, definition, current):
        del lacking[_DESCRIPTION]
    tags = frozenset(definition.tags) - current.tags
    implied = f"os:{newest.properties.get('os_distro')}"
    return Change(lacking, add_tags=tags - {implied})


def other_status(current: Image, definition: FamilyDefinition) -> str | None:
    """The status that *current* has to get; ``None`` where it has that."""
    wanted = "deactivated" if definition.is_deactivated else "active"
    is_other = current.status in ("active", "deactivated") and current.status != wanted
    return wanted if is_other else None


def told(change: Change, status: str | None, members: Collection[str]) -> str:
    """Which things change, in a line."""
    others = {"tags": change.add_tags, "members": members, "status": status}
    return ", ".join([*sorted(change.set), *(name for name in others if others[name])])


_DESCRIPTION = "image_description"


def _is_implied(
    lacking: Mapping[str, Any], definition: FamilyDefinition, current: Image
) -> bool:
    """Whether the description that is lacking is only the name."""
    is_lacking = _DESCRIPTION not in current.fields
    return is_lacking and lacking.get(_DESCRIPTION) == definition.name


def _fields(
    current: Image, definition: FamilyDefinition, newest: VersionDefinition
) -> dict[str, Any]:
    visibility = newest.visibility or definition.visibility
    fields: dict[str, Any] = {}
    if visibility is not None:
        fields["visibility"] = visibility
    if definition.min_ram is not None:
        fields["min_ram"] = definition.min_ram
    if definition.min_disk is not None:
        # Nova refuses a disk that is smaller than the image's own.
        fields["min_disk"] = max(definition.min_disk, own_min_disk(current) or 0)
    return fields
