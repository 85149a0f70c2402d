# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The members of a shared image, who have to find its successor just as well."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.api import GlanceError
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.members import (
    ACCEPTED,
    PENDING,
    add_member,
    answer_for,
    members,
)
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.rotation.new_version import members_probe
from osc_imagetools.operations.runs.reservation import FULL, discard
from osc_imagetools.operations.runs.signals import signals_wait
from osc_imagetools.operations.session import Session

LOG = logging.getLogger(__name__)

FORBIDDEN = (403, 404)
"""How Glance answers who may not say for a member that it accepts."""


class NotAcceptedError(OperatorError):
    """Members of the current version would not find its successor."""

    def __init__(self, projects: Mapping[str, str], why: str = "") -> None:
        accepted = sorted(
            project for project, said in projects.items() if said == ACCEPTED
        )
        told = _("you may not accept a new version for these projects: %(projects)s")
        if why:
            told = _(
                "you may not accept a new version for these projects: %(projects)s "
                "(%(why)s)"
            )
        super().__init__(
            _("Members who accepted the current version would lose the name"),
            told % {"projects": ", ".join(accepted), "why": why},
            _(
                "Ask an admin to do it (with --project), or use "
                "--allow-pending-members: then each of them has to accept the new "
                "version."
            ),
        )


def refuse_unaccepted(
    session: Session, family: str, carried: Mapping[str, str]
) -> None:
    """Raise `NotAcceptedError` if the members' acceptance can't be carried over.

    Who may say for a member that it accepts, a policy decides, so it is tried: on an
    empty hidden record, created and deleted at once; not where a quota has no room.
    """
    accepted = [project for project, said in carried.items() if said == ACCEPTED]
    if not accepted:
        return
    images, run = session.images, session.run
    record = members_probe(session.owner, family, run)
    try:
        try:
            with signals_wait(images.machine):
                image = images.create(record)
        except GlanceError as error:
            if error.status == FULL:
                return
            raise
        try:
            add_member(images, image, accepted[0])
            answer_for(images, image, accepted[0], ACCEPTED)
        except GlanceError as error:
            if error.status not in FORBIDDEN:
                raise
            raise NotAcceptedError(carried, error.why) from None
    finally:
        discard(images, record["id"], run)


def carry_members(
    images: Images,
    new: Image,
    carried: Mapping[str, str],
    *,
    may_stay_pending: bool,
) -> dict[str, str]:
    """The members that *new* has now; those who had accepted have accepted it too.

    Raises `NotAcceptedError` if one of them can't be, unless it *may_stay_pending*.
    What can't be done for others is told.
    """
    there = members(images, new)
    for project, said in carried.items():
        try:
            if project not in there:
                add_member(images, new, project)
            if said not in (PENDING, there.get(project)):
                answer_for(images, new, project, said)
        except GlanceError as error:
            if said != ACCEPTED or may_stay_pending:
                LOG.warning("%s", error)
            elif error.status in FORBIDDEN:
                raise NotAcceptedError({project: said}, error.why) from None
            else:
                raise
    return members(images, new)
