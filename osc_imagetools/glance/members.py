# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who has accepted a shared image."""

from __future__ import annotations

from osc_imagetools.glance.api import refusal
from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle.image import Image


def accepted_members(images: Images, image: Image) -> frozenset[str]:
    """The projects that have accepted *image*, as far as this user may see them.

    None unless it is shared. A member of it sees only itself. Raises `GlanceError`.
    """
    if image.visibility != "shared":
        return frozenset()
    answer = images.api.get(f"/images/{image.id}/members")
    if answer.status_code == 404:
        return frozenset()
    if answer.status_code != 200:
        raise refusal(f"The members of image {image.id} could not be listed", answer)
    return frozenset(
        member["member_id"]
        for member in answer.json()["members"]
        if member["status"] == "accepted"
    )
