# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is doubtful about the images of a project that belong to no family."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.checks.finding import Finding, Observed
from osc_imagetools.lifecycle.checks.severity import Check
from osc_imagetools.lifecycle.model import remedy
from osc_imagetools.lifecycle.model.image import Image


def findings(observed: Observed) -> Iterator[Finding]:
    """The names that several visible images have, so that a lookup by them fails."""
    families = {family.name for family in observed.families}
    bearers: dict[str, list[Image]] = defaultdict(list)
    for image in observed.own:
        if image.name and not image.hidden and not image.is_managed:
            bearers[image.name].append(image)
    for name, images in sorted(bearers.items()):
        # Of a family's name its own finding tells.
        if len(images) > 1 and name not in families:
            yield _same_name(name, sorted(images, key=_age))


def _same_name(name: str, images: list[Image]) -> Finding:
    *rest, newest = images
    words = {
        "count": len(images),
        "name": name,
        "images": ", ".join(image.id for image in images),
    }
    return Finding(
        Check.SAME_NAME,
        "",
        newest.id,
        _("%(count)d visible images of no family are called %(name).80r: %(images)s")
        % words,
        _("Hide all but one, such as all but the newest"),
        remedy.hiding(rest),
    )


def _age(image: Image) -> tuple[bool, str, str]:
    return image.status == "active", str(image.created_at or ""), image.id
