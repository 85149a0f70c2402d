# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What became of images. The keys are an interface: they stay, as do their types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from osc_lib.cli import format_columns

from osc_imagetools.commands.output.columns import Number, Text, Time

if TYPE_CHECKING:
    from osc_imagetools.operations.session import Outcome

OF_DATES = (
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
SHORT_OF_DATES = ("ID", "Name", "Result", "Deprecated At", "Delete At", "Note")

OF_SETTINGS = (
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
SHORT_OF_SETTINGS = ("ID", "Name", "Version", "Result", "Note")


def row_of_dates(outcome: Outcome) -> tuple[Any, ...]:
    """Of an image that was deprecated or reinstated.

    Times are ISO 8601 in UTC; what there is none of is ``None``.
    """
    from osc_imagetools.lifecycle.model import properties

    image = outcome.image
    changes = format_columns.ListColumn(list(outcome.changes))
    note = Text(outcome.note or None)
    if image is None:
        none = Text(None)
        start = (none, Text(outcome.wanted), none, none, "failed")
        return (*start, changes, *(none,) * 4, note)
    is_ours = image.is_managed
    dates = (properties.DEPRECATED_AT, properties.OBSOLETE_AT, properties.DELETE_AT)
    return (
        Text(image.id),
        Text(image.name),
        Text(image.family if is_ours else None),
        Text(image.version if is_ours else None),
        outcome.result,
        changes,
        Text(image.text(properties.REPLACEMENT) if is_ours else None),
        *(Time(image.moment(name) if is_ours else None) for name in dates),
        note,
    )


def row_of_settings(outcome: Outcome) -> tuple[Any, ...]:
    """Of an image that something was set on, or taken from.

    What there is none of is ``None``.
    """
    from osc_imagetools.lifecycle.model.state import derive

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
