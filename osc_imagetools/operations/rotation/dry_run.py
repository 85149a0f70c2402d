# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The steps of a rotation that was decided on, as a dry run shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from osc_imagetools.glance.members import members
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.step import Step
from osc_imagetools.lifecycle.rotation.candidate import CandidateVersion
from osc_imagetools.lifecycle.rotation.continuity import compared
from osc_imagetools.lifecycle.rotation.existing_image import ExistingImage
from osc_imagetools.lifecycle.rotation.planned_swap import (
    PlannedSwap,
    finishing,
    sharing,
)
from osc_imagetools.operations.importing.dry_run import making
from osc_imagetools.operations.importing.prepare import PreparedImport
from osc_imagetools.operations.rotation.inheritance import Inheritance
from osc_imagetools.operations.rotation.old_name import (
    left_unfinished,
    named_retirement,
)
from osc_imagetools.operations.rotation.origin import (
    PlannedRotation,
    SkippedRotation,
    decided,
)
from osc_imagetools.operations.rotation.request import RotateRequest
from osc_imagetools.operations.rotation.swap import Swap
from osc_imagetools.operations.session import Session


def plan_rotation(session: Session, request: RotateRequest) -> tuple[Step, ...]:
    """The steps of the rotation; raises what would stop it before its first one.

    A missing right shows only when it is tried.
    """
    swap = Swap(session, request.name)
    with decided(swap, request) as decision:
        if isinstance(decision, SkippedRotation):
            steps = _kept(session, request, decision)
        elif isinstance(decision.made_of, ExistingImage):
            steps = _of_image(session, decision, decision.made_of)
        else:
            steps = _of_source(session, decision, decision.made_of)
        return (*swap.steps, *steps)


LONGEST_VALUE = 60
"""Characters of a property that a plan shows."""


def _of_source(
    session: Session, decision: PlannedRotation, prepared: PreparedImport
) -> Iterator[Step]:
    inheritance, told = decision.inheritance, prepared.version.properties
    yield from making(prepared.request, prepared, session.location)
    yield from _inheriting(inheritance, told)
    yield from _offering(session, decision, None, prepared.version.label)


def _of_image(
    session: Session, decision: PlannedRotation, existing: ExistingImage
) -> Iterator[Step]:
    image, is_candidate = existing.image, isinstance(existing, CandidateVersion)
    number = decision.family.highest_generation + 1
    if image.generation and not is_candidate:
        number = image.generation
    label = existing.label_of(number)
    if not is_candidate:
        what, where = _("version %s") % label, str(session.location)
        yield Step("stage", what, where, image.id)
    staged = existing.staged(number).on(image)
    told = {n: t for n, t in staged.fields.items() if isinstance(t, str)}
    yield from _inheriting(decision.inheritance, told)
    if is_candidate and staged.visibility == "shared" and image.visibility == "private":
        why = _("the members of the current version become its members")
        yield Step("make", image.name, why, image.id)
    yield from _offering(session, decision, image.id, label)


def _kept(
    session: Session, request: RotateRequest, decision: SkippedRotation
) -> Iterator[Step]:
    """That nothing new is made: a version stays as it is, or none does.

    What an earlier run had left undone is done.
    """
    family, why = decision.family, decision.why
    if (kept := why.staged or family.latest) is None:
        yield Step("keep", _("the family as it is"), why.why)
    else:
        yield Step.on("keep", kept, why.why)
    current, wanted = family.incumbent, request.retirement
    for old, retirement in left_unfinished(session.images, family, wanted):
        if current is not None:
            tag = current.text(properties.FAMILY_TAG)
            yield from finishing(old, current.version, retirement, tag)


def _inheriting(inheritance: Inheritance, new: Mapping[str, str]) -> Iterator[Step]:
    """Each property that goes on, changes, comes or stays behind."""
    old = inheritance.old
    if old is None:
        return
    found = compared(old, new)
    has_it = _("version %s has it") % old.version
    if found.carried:
        yield Step("carry over", _listed(found.carried), has_it)
    said = _("set by an option or known from its URL")
    for one in found.changed:
        told = {"name": one.name, "old": _short(one.old), "new": _short(one.new)}
        yield Step("change", _("%(name)s from %(old)s to %(new)s") % told, said)
    if found.added:
        yield Step("add", _listed(found.added), said)
    if found.left:
        why = _("specific to version %s, or removed by --unset-property") % old.version
        yield Step("leave behind", ", ".join(found.left), why)


def _listed(values: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={_short(text)}" for name, text in sorted(values.items()))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"


def _offering(
    session: Session, decision: PlannedRotation, new_id: str | None, label: str
) -> Iterator[Step]:
    """From a verified image to one that is current."""
    images, inheritance = session.images, decision.inheritance
    request, old = inheritance.request, inheritance.old
    visibility = inheritance.description.visibility
    if request.verify_command is not None:
        yield Step("run", request.verify_command, _("set by --verify-command"))
    if request.description.stays_hidden:
        yield Step("stage", _("version %s") % label, _("set by --hidden"), new_id)
        return
    if old is not None and request.copy_members and visibility == "shared":
        yield from sharing(members(images, old), new_id)
    current, retirement = decision.family.incumbent, request.retirement
    if current is not None:
        retirement = named_retirement(images, retirement, current)
    tag, now = inheritance.tag, images.now()
    made_of = decision.made_of
    loses = made_of.name if isinstance(made_of, CandidateVersion) else None
    swap = PlannedSwap(new_id, label, current, retirement, tag, now, visibility, loses)
    yield from swap.steps()
