# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Visible images that have a family's name and are not versions of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.adoption import Wish
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import GONE, Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import command, option, ours
from osc_imagetools.lifecycle.model.step import Step
from osc_imagetools.operations.editing.adopt import adopt
from osc_imagetools.operations.missing import refuse_no_family
from osc_imagetools.operations.name_taken import refuse_taken_name
from osc_imagetools.operations.rotation.request import RotateRequest
from osc_imagetools.operations.session import NOT_DONE, Session

LOG = logging.getLogger(__name__)


def _holders(
    images: Images, owner: str, name: str
) -> tuple[tuple[Image, ...], list[Image]]:
    """The family's visible versions of its name; and those that nobody manages."""
    own = [
        image
        for image in images.named(name, owner)
        if image.owner == owner and not image.hidden and image.status not in GONE
    ]
    managed = Family.of(owner, name, own).versions
    return managed, [image for image in own if image not in managed]


def refuse_unmanaged(session: Session, name: str) -> tuple[Image, ...]:
    """Raise `OperatorError` where a version that is shown would be the second image.

    Or `MissingFamilyError` if there is no family at all. Returns the visible versions
    of the family's name.
    """
    images, project = session.images, session.project
    versions, holders = _holders(images, project.id, name)
    if not holders:
        return versions
    family = Family.of(project.id, name, images.of_family(project.id, name))
    refuse_no_family(images, project, family)
    adopting = _adopting(project, name, holders[:1])
    hiding = command("set", "--hidden", holders[0].id)
    raise OperatorError(
        *_unmanaged(name, holders),
        _("To make it one: %(adopting)s; to hide it: %(hiding)s")
        % {"adopting": adopting, "hiding": hiding},
    )


def _adoptable(session: Session, request: RotateRequest) -> list[Image]:
    """The one of them that is adopted, if there is one.

    Raises `OperatorError` if it may not be, or is one of several.
    """
    _versions, holders = _holders(session.images, session.owner, request.name)
    if holders and not request.adopt:
        raise OperatorError(
            *_unmanaged(request.name, holders),
            _("Use --adopt to make it the first version."),
        )
    if len(holders) > 1:
        how = _adopting(session.project, request.name, holders)
        raise OperatorError(
            _("%(count)d visible images are called '%(name)s'")
            % {"count": len(holders), "name": request.name},
            _ids(holders),
            _("Hide all but one, or adopt them: %s") % how,
        )
    return holders


def _unmanaged(name: str, holders: Sequence[Image]) -> tuple[str, str]:
    """What is wrong, and why."""
    return (
        _("The name '%s' does not belong to a version of a family") % name,
        _("image %s has it, is visible, and is not managed") % _ids(holders),
    )


def _ids(images: Sequence[Image]) -> str:
    return ", ".join(sorted(image.id for image in images))


def _adopting(project: Project, name: str, holders: Sequence[Image]) -> str:
    ids = sorted(image.id for image in holders)
    return ours(project, "lifecycle set", *option("family", name), *ids)


_STEPS = {"adopted": "adopt", "renumbered": "renumber"}


def adopt_name_holder(session: Session, request: RotateRequest) -> Iterator[Step]:
    """Adopt the one unmanaged image of the name; raises where that can't be."""
    for holder in _adoptable(session, request):
        wish = Wish(holder.id, request.name)
        for outcome in adopt(session, [wish]):
            if outcome.result in NOT_DONE:
                raise OperatorError(
                    _("Image %s was not adopted") % holder.id, outcome.note
                )
            if not session.is_dry_run:
                told = {"id": outcome.wanted, "result": outcome.result}
                LOG.warning(_("Image %(id)s: %(result)s."), told)
            # Another run may have adopted it in the meantime.
            step = _STEPS.get(outcome.result)
            if outcome.image is not None and step is not None:
                yield Step.on(step, outcome.image, outcome.note or "--adopt")


def refuse_others(session: Session, family: Family, *, allow_others: bool) -> None:
    """Raise `NameIsTakenError` if a family would get another owner's visible name."""
    if all(version.name != family.name for version in family.versions):
        refuse_taken_name(
            session.images, session.project, family.name, allow_others=allow_others
        )
