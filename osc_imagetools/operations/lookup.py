# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The image that a name or an ID means."""

from __future__ import annotations

import re
from collections.abc import Sequence

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.image import GONE, Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.operations.missing import another_projects_image, missing_image

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class UnresolvedError(OperatorError):
    """Several images are meant, or a family without a current version."""


def own_image(images: Images, project: Project, wanted: str) -> Image:
    """The image of *project* that *wanted* means: an ID, else a name.

    Of a name the visible image comes before the hidden ones, as in the client. Raises
    `MissingImageError` or, where several are meant, `UnresolvedError`.
    """
    found = by_id(images, wanted)
    if found is not None and found.owner == project.id:
        return found
    if candidates := _own(images, project, wanted):
        return _only(wanted, candidates)
    if found is not None:
        raise another_projects_image(found)
    raise missing_image(images, project, wanted)


def any_image(
    images: Images, project: Project, wanted: str, *, also_hidden: bool = False
) -> Image:
    """The image that *wanted* means for *project*, whoever owns it: an ID, else a name.

    An image of its own comes before those of others; a hidden one of its own, if
    *also_hidden*, after them. Raises `MissingImageError` or, where several are meant,
    `UnresolvedError`.
    """
    if (found := by_id(images, wanted)) is not None:
        return found
    named = images.named(wanted, project.id)
    own = [image for image in named if image.owner == project.id]
    candidates = own or named
    if also_hidden and not candidates:
        candidates = _own(images, project, wanted)
    if candidates:
        return _only(wanted, candidates)
    raise missing_image(images, project, wanted)


def _own(images: Images, project: Project, name: str) -> list[Image]:
    """The images of *project* that are called so: the visible ones, else the hidden."""
    named = [
        image
        for image in images.list_all(name=f"eq:{name}", owner=project.id)
        if image.name == name and image.owner == project.id and image.status not in GONE
    ]
    visible = [image for image in named if not image.hidden]
    return visible or named


def by_id(images: Images, wanted: str) -> Image | None:
    """The image of that ID, whoever owns it; ``None`` if it is no ID, or of none."""
    return images.get(wanted.lower()) if _ID.fullmatch(wanted) else None


def _only(wanted: str, candidates: Sequence[Image]) -> Image:
    if len(candidates) == 1:
        return candidates[0]
    ids = ", ".join(sorted(image.id for image in candidates))
    raise UnresolvedError(
        _("'%(wanted)s' matches %(count)d images")
        % {"wanted": wanted, "count": len(candidates)},
        ids,
        _("Name one by its ID."),
    )
