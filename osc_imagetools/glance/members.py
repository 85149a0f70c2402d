# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who shares an image, who has accepted it, and how others come to."""

from __future__ import annotations

import logging

from osc_imagetools.glance.api import refusal, told
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.ordered import ordered
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.image import Image

LOG = logging.getLogger(__name__)

ACCEPTED = "accepted"
PENDING = "pending"

LARGER_QUOTA = _("Ask for a larger quota of members ('image_member_quota').")


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
        raise refusal(
            _("The members of image %s could not be listed") % image.id, answer
        )
    listed = told(
        _("The members of image %s can't be read") % image.id, answer, "members"
    )
    return {member["member_id"]: member["status"] for member in listed["members"]}


def accepted_members(images: Images, image: Image) -> frozenset[str]:
    """The projects that have accepted *image*; raises as `members` does."""
    answers = members(images, image)
    return frozenset(one for one, said in answers.items() if said == ACCEPTED)


def add_member(images: Images, image: Image, project: str) -> None:
    """Let *project* see *image*, pending; raises `GlanceError`.

    That it is a member already is success.
    """
    answer = ordered(
        images.machine,
        lambda: images.api.post(
            f"/images/{image.id}/members", json={"member": project}
        ),
        lambda: _said(images, image, project),
    )
    if isinstance(answer, str) or answer.status_code == 200:
        told = {"id": image.id, "project": project}
        LOG.info(_("Shared image %(id)s with project %(project)s."), told)
        return
    if answer.status_code != 409 or _said(images, image, project) is None:
        what = _("Project %(project)s was not made a member of image %(id)s") % {
            "project": project,
            "id": image.id,
        }
        is_full = answer.status_code == 413
        raise refusal(what, answer, LARGER_QUOTA if is_full else "")


def answer_for(images: Images, image: Image, project: str, said: str) -> None:
    """Say for *project* that it accepts *image*, or doesn't: admins may.

    Raises `GlanceError`, of status 403 for who may not.
    """

    def done() -> str | None:
        return said if _said(images, image, project) == said else None

    path = f"/images/{image.id}/members/{project}"
    answer = ordered(
        images.machine, lambda: images.api.put(path, {"status": said}), done
    )
    told = {"id": image.id, "said": said, "project": project}
    if not isinstance(answer, str) and answer.status_code != 200:
        what = _("Image %(id)s is not %(said)s for project %(project)s")
        raise refusal(what % told, answer)
    LOG.info(_("Image %(id)s is %(said)s for project %(project)s."), told)


def _said(images: Images, image: Image, project: str) -> str | None:
    """What *project* has said to *image*; ``None`` if it is no member."""
    answer = images.api.get(f"/images/{image.id}/members/{project}")
    if answer.status_code != 200:
        return None
    what = _("The answer of project %(project)s to image %(id)s can't be read") % {
        "project": project,
        "id": image.id,
    }
    return str(told(what, answer, "status")["status"])
