# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who shares an image, who has accepted it, and how others come to."""

from __future__ import annotations

from osc_imagetools.glance.api import refusal, told
from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle.image import Image

ACCEPTED = "accepted"
PENDING = "pending"


def members(images: Images, image: Image) -> dict[str, str]:
    """What each member of *image* has said, by project, as far as this user sees.

    Nobody unless it is shared. A member of it sees only itself. Raises `GlanceError`.
    """
    if image.visibility != "shared":
        return {}
    answer = images.api.get(f"/images/{image.id}/members")
    if answer.status_code == 404:
        return {}
    if answer.status_code != 200:
        raise refusal(f"The members of image {image.id} could not be listed", answer)
    listed = told(f"The members of image {image.id} can't be read", answer, "members")
    return {member["member_id"]: member["status"] for member in listed["members"]}


def accepted_members(images: Images, image: Image) -> frozenset[str]:
    """The projects that have accepted *image*; raises as `members` does."""
    answers = members(images, image)
    return frozenset(one for one, said in answers.items() if said == ACCEPTED)


def add_member(images: Images, image: Image, project: str) -> None:
    """Let *project* see *image*, pending; raises `GlanceError`.

    That it is a member already is success.
    """
    answer = images.api.post(f"/images/{image.id}/members", json={"member": project})
    if answer.status_code not in (200, 409):
        what = f"Project {project} was not made a member of image {image.id}"
        raise refusal(what, answer, _REMEDIES.get(answer.status_code, ""))


def answer_for(images: Images, image: Image, project: str, said: str) -> None:
    """Say for *project* that it accepts *image*, or doesn't: admins may.

    Raises `GlanceError`, of status 403 for who may not.
    """
    answer = images.api.put(f"/images/{image.id}/members/{project}", {"status": said})
    if answer.status_code != 200:
        what = f"Image {image.id} is not {said} for project {project}"
        raise refusal(what, answer)


_REMEDIES = {
    413: "Ask for a larger quota of members ('image_member_quota').",
}
