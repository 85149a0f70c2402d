# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of versions and images. Their headings are an interface: they stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands.output.columns import Day, Number, Size, Text, Time, ids

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.model.image import Image
    from osc_imagetools.lifecycle.suggestions import Likeness, Proposal
    from osc_imagetools.operations.inventory import Survey

Rows = tuple[Sequence[str], Iterable[Any]]

VERSION = (
    *("Family", "Version", "State", "ID", "Build Date"),
    *("Deprecated At", "Delete At", "Visibility"),
    *("Name", "Generation", "Status", "Created", "Published At", "Obsolete At"),
    *("Replacement", "Size", "Disk Format", "Project", "Hold"),
)
SHORT = ("Family", "Version", "State", "ID", "Build Date", "Delete At")
UNMANAGED = (
    *("ID", "Name", "Status", "Looks Like", "Same Name", "Same Bytes"),
    *("Visibility", "Hidden", "Created", "Size", "Disk Format", "Project"),
)
UNMANAGED_SHORT = ("ID", "Name", "Looks Like", "Same Name", "Same Bytes")
PROPOSAL = ("ID", "Name", "Family", "Version", "Build Date")


def versions(chosen: Iterable[Image]) -> Rows:
    """A row a version."""
    return VERSION, [_picked(_version(image), VERSION) for image in chosen]


def unmanaged(survey: Survey) -> Rows:
    """A row an image that is in no family."""
    from osc_imagetools.lifecycle.suggestions import likenesses

    found = likenesses(survey.unmanaged, survey.families)
    return UNMANAGED, [_picked(_alone(likeness), UNMANAGED) for likeness in found]


def proposals(proposed: Iterable[Proposal]) -> Rows:
    """A row an image that could be adopted; ``-f json`` of it is read again."""
    return PROPOSAL, [
        (
            one.image.id,
            Text(one.image.name),
            Text(one.family),
            Text(one.version),
            Day(one.build_date),
        )
        for one in proposed
    ]


def _picked(row: dict[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def _version(image: Image) -> dict[str, Any]:
    from osc_imagetools.lifecycle.model import properties
    from osc_imagetools.lifecycle.model.state import derive

    built = image.moment(properties.BUILD_DATE)
    return {
        "Family": Text(image.family),
        "Version": Text(image.version),
        "State": str(derive(image).state),
        "Build Date": Day(built.date() if built else None),
        "Deprecated At": Time(image.moment(properties.DEPRECATED_AT)),
        "Delete At": Time(image.moment(properties.DELETE_AT)),
        "Generation": Number(image.generation or None),
        "Published At": Time(image.moment(properties.PUBLISHED_AT)),
        "Obsolete At": Time(image.moment(properties.OBSOLETE_AT)),
        "Replacement": Text(image.text(properties.REPLACEMENT)),
        "Hold": Text(image.text(properties.HOLD)),
        **_image(image),
    }


def _alone(likeness: Likeness) -> dict[str, Any]:
    return {
        "Looks Like": Text(likeness.looks_like),
        "Same Name": ids(likeness.same_name),
        "Same Bytes": ids(likeness.same_bytes),
        **_image(likeness.image),
    }


def _image(image: Image) -> dict[str, Any]:
    return {
        "ID": image.id,
        "Name": Text(image.name),
        "Status": image.status,
        "Visibility": image.visibility,
        "Hidden": image.hidden,
        "Created": Time(image.created_at),
        "Size": Size(image.size),
        "Disk Format": Text(image.disk_format),
        "Project": image.owner,
    }
