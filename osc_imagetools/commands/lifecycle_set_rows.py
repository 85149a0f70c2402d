# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What became of images that something was said of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from osc_lib.cli import format_columns

from osc_imagetools.commands.columns import Number, Text

if TYPE_CHECKING:
    from osc_imagetools.operations.settled import Outcome

HEADINGS = (
    "ID",
    "Name",
    "Family",
    "Version",
    "Generation",
    "State",
    "Result",
    "Changes",
    "Note",
)


def row(outcome: Outcome) -> tuple[Any, ...]:
    """One image's; what there is none of is ``None``."""
    from osc_imagetools.lifecycle.state import derive

    image = outcome.image
    changes = format_columns.ListColumn(list(outcome.changes))
    end = (outcome.result, changes, Text(outcome.note or None))
    if image is None:
        return (Text(None), Text(outcome.wanted), *_place(), Text(None), *end)
    if not image.is_managed:
        return (Text(image.id), Text(image.name), *_place(), Text(None), *end)
    place = _place(image.family, image.version, image.generation or None)
    state = Text(str(derive(image).state))
    return (Text(image.id), Text(image.name), *place, state, *end)


def _place(
    family: str | None = None, version: str | None = None, generation: int | None = None
) -> tuple[Any, ...]:
    return (Text(family), Text(version), Number(generation))
