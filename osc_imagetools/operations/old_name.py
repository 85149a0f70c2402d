# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The name that a retired version gets, if the site wants one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.retirement import Retirement


def named_retirement(
    images: Images, retirement: Retirement, old: Image | None
) -> Retirement:
    """*retirement* with the name that *old* gets, which no other image has.

    Other projects' images don't count unless they are public: anybody may give a
    community image any name.
    """
    if retirement.name is None or old is None:
        return retirement
    retired_at = old.moment(properties.RETIRED_AT) or images.now()
    wanted = old_name(retirement.name, old, retired_at)
    if old.name == wanted:
        return replace(retirement, name=wanted)
    taken = {
        image.name
        for image in images.whole(owner=old.owner, lifecycle_family=old.family or "")
        if image.id != old.id
    }
    taken |= {
        image.name
        for image in images.whole(name=f"eq:{wanted}")
        if image.owner == old.owner or image.visibility == "public"
    }
    name, number = wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}.{number}"
    return replace(retirement, name=name)


def old_name(pattern: str, old: Image, retired_at: datetime) -> str:
    """*pattern* with what tells *old*, and the day on which it is replaced."""
    return pattern.format(
        name=old.family,
        version=old.version or old.id[:8],
        build_date=old.text(properties.BUILD_DATE) or "",
        date=retired_at.date().isoformat(),
        id=old.id,
    )
