# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What became of images that something was said of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from osc_lib.cli import format_columns

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
    end = (outcome.result, changes, outcome.note or None)
    if image is None:
        return (None, outcome.wanted, None, None, None, None, *end)
    if not image.is_managed:
        return (image.id, image.name, None, None, None, None, *end)
    place = (image.family, image.version, image.generation or None)
    return (image.id, image.name, *place, str(derive(image).state), *end)
