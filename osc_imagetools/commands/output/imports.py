# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What an import shows. The keys are an interface: they stay, and so do their types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_lib.cli import format_columns

from osc_imagetools.commands.output.columns import Lines

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.model.step import Step
    from osc_imagetools.operations.importing import Imported

Row = tuple[Sequence[str], Iterable[Any]]

HEADINGS = (
    *("result", "id", "name", "status", "visibility", "owner", "family", "version"),
    *("generation", "build_date", "disk_format", "size", "virtual_size", "min_disk"),
    *("verified", "published_digest", "source", "source_digest", "source_size"),
    *("unpacked", "member", "converted_from", "tags"),
)

SHORT = (
    *("result", "id", "name", "visibility", "version"),
    *("disk_format", "size", "min_disk", "verified"),
)


class PlanColumn(Lines):
    """Steps: a line each for people, objects for machines."""

    def __init__(self, steps: Iterable[Step]) -> None:
        known = list(steps)
        numbered = (f"{number}. {step}" for number, step in enumerate(known, 1))
        super().__init__((step.as_row() for step in known), numbered)


def imported(done: Imported) -> Row:
    """Of an import that was done, or that had nothing to do."""
    from osc_imagetools.lifecycle.model import properties

    image, arrived = done.image, done.arrived
    row: dict[str, Any] = {
        "result": done.result,
        "id": image.id,
        "name": image.name,
        "status": image.status,
        "visibility": image.visibility,
        "owner": image.owner,
        "family": image.family,
        "version": image.version,
        "generation": image.generation,
        "build_date": image.text(properties.BUILD_DATE),
        "disk_format": image.disk_format,
        "size": image.size,
        "virtual_size": arrived.virtual_size if arrived else image.virtual_size,
        "min_disk": image.min_disk,
        "verified": image.text(properties.VERIFIED),
        "published_digest": image.text(properties.PUBLISHED_DIGEST),
        "source": image.text(properties.IMAGE_SOURCE),
        "source_digest": image.text(properties.SOURCE_DIGEST),
        "source_size": arrived.wire_size if arrived else None,
        "unpacked": format_columns.ListColumn(list(done.layers)),
        "member": done.member,
        "converted_from": done.converted_from,
        "tags": format_columns.ListColumn(sorted(image.tags)),
    }
    return tuple(row), tuple(row.values())
