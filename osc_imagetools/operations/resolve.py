# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The image that a name or an ID means."""

from __future__ import annotations

import re
from collections.abc import Sequence

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle.image import GONE, Image

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class UnresolvedError(OperatorError):
    """No image is meant, or several are."""


def own_image(images: Images, owner: str, wanted: str) -> Image:
    """The image of *owner* that *wanted* means: an ID, else a name.

    Of a name the visible image comes before the hidden ones, as in the client. Raises
    `UnresolvedError`.
    """
    found = by_id(images, wanted)
    if found is not None and found.owner == owner:
        return found
    named = [
        image
        for image in images.whole(name=f"eq:{wanted}", owner=owner)
        if image.name == wanted and image.owner == owner and image.status not in GONE
    ]
    visible = [image for image in named if not image.hidden]
    if candidates := visible or named:
        return _only(wanted, candidates)
    if found is not None:
        raise UnresolvedError(
            f"Image {found.id} is none of this project's",
            f"it belongs to project {found.owner}",
            "Work for that one with --project.",
        )
    raise _missing(wanted)


def any_image(images: Images, owner: str, wanted: str) -> Image:
    """The image that *wanted* means for *owner*, whoever owns it: an ID, else a name.

    An image of the owner's own comes before those of others. Raises `UnresolvedError`.
    """
    if (found := by_id(images, wanted)) is not None:
        return found
    named = images.named(wanted, owner)
    own = [image for image in named if image.owner == owner]
    if candidates := own or named:
        return _only(wanted, candidates)
    raise _missing(wanted)


def by_id(images: Images, wanted: str) -> Image | None:
    """The image of that ID, whoever owns it; ``None`` if it is no ID, or of none."""
    return images.get(wanted.lower()) if _ID.fullmatch(wanted) else None


def _only(wanted: str, candidates: Sequence[Image]) -> Image:
    if len(candidates) == 1:
        return candidates[0]
    ids = ", ".join(sorted(image.id for image in candidates))
    raise UnresolvedError(
        f"'{wanted}' means {len(candidates)} images", ids, "Name one by its ID."
    )


def _missing(wanted: str) -> UnresolvedError:
    return UnresolvedError(f"No image has the name or ID '{wanted}'")
