# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Rows of who uses images. The headings are an interface: they stay."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands.output.columns import Lines, Number, Text, Time

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.model.image import Image
    from osc_imagetools.lifecycle.usage.uses import Use
    from osc_imagetools.lifecycle.usage.verdict import Usage

IMAGE = (
    *("ID", "Name", "Verdict", "Why"),
    *("Servers", "Volumes", "Snapshots", "Cluster Templates", "Nodes", "Projects"),
    *("Last Used", "Descendants"),
    *("Family", "Version", "State", "Replacement", "Obsolete At", "Delete At"),
    *("Visibility", "Project"),
)
SHORT = ("ID", "Name", "Version", "Verdict", "Why", "Last Used")

USE = (
    *("Resource", "ID", "Name", "Project ID", "User ID", "Status", "Launched At"),
    *("How", "Image ID", "Image Name", "Image Version", "Verdict", "Why"),
    *("Replacement", "Obsolete At", "Delete At"),
)


def images(
    usages: Iterable[Usage], *, with_descendants: bool
) -> tuple[Sequence[str], Iterable[Any]]:
    """A row an image."""
    return IMAGE, [_image(usage, with_descendants) for usage in usages]


def uses(usages: Iterable[Usage]) -> tuple[Sequence[str], Iterable[Any]]:
    """A row a thing that was made from an image; one of an image that has none."""
    return USE, [row for usage in usages for row in _uses(usage)]


def _image(usage: Usage, with_descendants: bool) -> tuple[Any, ...]:
    from osc_imagetools.lifecycle.model.state import derive
    from osc_imagetools.lifecycle.usage.uses import Kind

    image = usage.image
    return (
        image.id,
        Text(image.name or None),
        str(usage.verdict),
        Lines(usage.why, usage.why),
        usage.count(Kind.SERVER),
        usage.count(Kind.VOLUME),
        usage.count(Kind.SNAPSHOT),
        usage.count(Kind.CLUSTER_TEMPLATE),
        usage.count(Kind.NODE),
        len(usage.tally.projects),
        Time(usage.tally.last_used),
        Number(usage.count(Kind.IMAGE) if with_descendants else None),
        Text(image.family if image.is_managed else None),
        Text(image.version if image.is_managed else None),
        str(derive(image).state),
        *_way_out(image),
        image.visibility,
        image.owner,
    )


def _uses(usage: Usage) -> Iterator[tuple[Any, ...]]:
    if not usage.uses:
        yield _row(usage, None)
    for use in usage.uses:
        yield _row(usage, use)


def _row(usage: Usage, use: Use | None) -> tuple[Any, ...]:
    image = usage.image
    return (
        Text(str(use.kind) if use else None),
        Text(use.id if use else None),
        Text(use.name if use else None),
        Text(use.project if use else None),
        Text(use.user if use else None),
        Text(use.status if use else None),
        Time(use.launched_at if use else None),
        Text(str(use.how) if use else None),
        image.id,
        Text(image.name or None),
        Text(image.version if image.is_managed else None),
        str(usage.verdict),
        Lines(usage.why, usage.why),
        *_way_out(image),
    )


def _way_out(image: Image) -> tuple[Any, ...]:
    """What replaces it, and until when."""
    from osc_imagetools.lifecycle.model import properties

    managed = image.is_managed
    return (
        Text(image.text(properties.REPLACEMENT) if managed else None),
        Time(image.moment(properties.OBSOLETE_AT) if managed else None),
        Time(image.moment(properties.DELETE_AT) if managed else None),
    )
