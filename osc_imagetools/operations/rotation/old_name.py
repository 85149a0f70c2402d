# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The name that a retired version gets, if the site wants one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.rotation.retirement import Retirement

LONGEST_CHARACTERS = 255
"""Of a name, as Glance takes it."""


def named_retirement(images: Images, retirement: Retirement, old: Image) -> Retirement:
    """*retirement* with the name that *old* gets, which no other image has.

    Other projects' images don't count unless they are public: anybody may give a
    community image any name. Raises `OperatorError` for a name that is too long.
    """
    if retirement.name is None:
        return retirement
    retired_at = old.moment(properties.RETIRED_AT) or images.now()
    wanted = old_name(retirement.name, old, retired_at)
    name, number = wanted, 1
    taken = set() if old.name == wanted else _taken(images, old, wanted)
    while name in taken:
        number += 1
        name = f"{wanted}.{number}"
    if len(name) > LONGEST_CHARACTERS:
        raise OperatorError(
            _("Version %(version)s of '%(family)s' can't be called '%(name)s'")
            % {"version": old.version, "family": old.family, "name": name},
            _("Glance takes %d characters") % LONGEST_CHARACTERS,
            _("Use a shorter --old-name."),
        )
    return replace(retirement, name=name)


def left_unfinished(
    images: Images, family: Family, retirement: Retirement
) -> Iterator[tuple[Image, Retirement]]:
    """The versions that the current one has replaced, by a run that died too soon.

    Each with what it still lacks of that *retirement*.
    """
    current = family.incumbent
    for version in family.versions if current else ():
        if current and version.text(properties.REPLACEMENT) == current.id:
            wanted = named_retirement(images, retirement, version)
            if wanted.is_unfinished(version):
                yield version, wanted


def _taken(images: Images, old: Image, wanted: str) -> set[str]:
    versions = images.list_all(owner=old.owner, lifecycle_family=old.family or "")
    namesakes = [
        image
        for image in images.list_all(name=f"eq:{wanted}")
        if image.owner == old.owner or image.visibility == "public"
    ]
    return {image.name for image in (*versions, *namesakes) if image.id != old.id}


def old_name(pattern: str, old: Image, retired_at: datetime) -> str:
    """*pattern* with what tells *old*, and the day on which it is replaced."""
    return pattern.format(
        name=old.family,
        version=old.version or old.id[:8],
        build_date=old.text(properties.BUILD_DATE) or "",
        date=retired_at.date().isoformat(),
        id=old.id,
    )
