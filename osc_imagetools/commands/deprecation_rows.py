# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What became of images. The keys are an interface: they stay, as do their types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from osc_lib.cli import format_columns

from osc_imagetools.commands.columns import Text

if TYPE_CHECKING:
    from osc_imagetools.operations.settled import Outcome

HEADINGS = (
    "ID",
    "Name",
    "Family",
    "Version",
    "Result",
    "Changes",
    "Replacement",
    "Deprecated At",
    "Obsolete At",
    "Delete At",
    "Note",
)


def row(outcome: Outcome) -> tuple[Any, ...]:
    """One image's. Times are ISO 8601 in UTC; what there is none of is ``None``."""
    from osc_imagetools.lifecycle import properties

    image = outcome.image
    changes = format_columns.ListColumn(list(outcome.changes))
    note = Text(outcome.note or None)
    if image is None:
        none = Text(None)
        start = (none, Text(outcome.wanted), none, none, "failed")
        return (*start, changes, *(none,) * 4, note)
    is_ours = image.is_managed
    names = (
        properties.REPLACEMENT,
        properties.DEPRECATED_AT,
        properties.OBSOLETE_AT,
        properties.DELETE_AT,
    )
    return (
        Text(image.id),
        Text(image.name),
        Text(image.family if is_ours else None),
        Text(image.version if is_ours else None),
        outcome.result,
        changes,
        *(Text(image.text(name) if is_ours else None) for name in names),
        note,
    )
