# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of versions and images. Their headings are an interface: they stay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands.columns import Day, Number, Size, Text, Time, ids

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.image import Image
    from osc_imagetools.lifecycle.likeness import Likeness
    from osc_imagetools.lifecycle.proposal import Proposal
    from osc_imagetools.operations.survey import Survey

Rows = tuple[Sequence[str], Iterable[Any]]

VERSION = (
    *("Family", "Version", "State", "ID", "Build Date"),
    *("Deprecated At", "Delete At", "Visibility"),
)
VERSION_LONG = (
    *("Name", "Generation", "Status", "Created", "Published At", "Obsolete At"),
    *("Replacement", "Size", "Disk Format", "Project", "Hold"),
)
UNMANAGED = ("ID", "Name", "Status", "Looks Like", "Same Name", "Same Bytes")
UNMANAGED_LONG = ("Visibility", "Hidden", "Created", "Size", "Disk Format", "Project")
PROPOSAL = ("ID", "Name", "Family", "Version", "Build Date")


def versions(chosen: Iterable[Image], *, long: bool) -> Rows:
    """A row a version."""
    names = (*VERSION, *VERSION_LONG) if long else VERSION
    return names, [_picked(_version(image), names) for image in chosen]


def unmanaged(survey: Survey, *, long: bool) -> Rows:
    """A row an image that is in no family."""
    from osc_imagetools.lifecycle.likeness import likenesses

    names = (*UNMANAGED, *UNMANAGED_LONG) if long else UNMANAGED
    found = likenesses(survey.unmanaged, survey.families)
    return names, [_picked(_alone(likeness), names) for likeness in found]


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
    from osc_imagetools.lifecycle import properties
    from osc_imagetools.lifecycle.state import derive

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
