# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""An earlier version becomes current again: the same swap, and no byte moves.

What is done is decided by reading alone, for a dry run as for the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.activation import activation
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.members import members
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.deprecation.replacement import audience
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import of_family
from osc_imagetools.lifecycle.model.step import Step
from osc_imagetools.lifecycle.rotation.comeback import Comeback, Kept
from osc_imagetools.lifecycle.rotation.repair import Repair
from osc_imagetools.lifecycle.rotation.retirement import Retirement
from osc_imagetools.lifecycle.rotation.rollback import (
    brought_back,
    fault,
    how_to_offer,
    is_ended_rollback,
    is_found_by_more,
    left_out,
    lost_signature,
    named,
    never_offered,
    other_audience,
    target,
)
from osc_imagetools.lifecycle.rotation.skip import (
    SUPERSEDED,
    UNCHANGED,
    offering,
    taken_out,
)
from osc_imagetools.lifecycle.rotation.taken_out import is_taken_out
from osc_imagetools.operations.missing import refuse_no_family
from osc_imagetools.operations.rotation.checks import refuse_moving
from osc_imagetools.operations.rotation.inheritance import tells_its_source
from osc_imagetools.operations.rotation.members import carry_members, refuse_unaccepted
from osc_imagetools.operations.rotation.name_holder import (
    refuse_others,
    refuse_unmanaged,
)
from osc_imagetools.operations.rotation.request import (
    ROLLED_BACK,
    RollbackRequest,
    Rotated,
)
from osc_imagetools.operations.rotation.swap import Swap
from osc_imagetools.operations.runs.reservation import reserve_generation_or_next
from osc_imagetools.operations.runs.signals import signals_wait
from osc_imagetools.operations.session import Session

ENDED = _("completed a rollback that had been interrupted")


def rollback(session: Session, request: RollbackRequest) -> Rotated:
    """What became of the family; raises `OperatorError` when nothing did."""
    swap = Swap(session, request.name, may_stay_pending=request.allow_pending_members)
    decision = decided(swap, request)
    comeback, family = decision.comeback, decision.family
    if isinstance(comeback, Kept):
        return _done(comeback.result, family, swap, comeback.why)
    if not request.allow_pending_members:
        refuse_unaccepted(session, request.name, comeback.members)
    images, highest = session.images, family.highest_generation
    number = reserve_generation_or_next(
        images, session.owner, request.name, highest, session.run
    )
    # Since then somebody may have taken the current version out of the family.
    refuse_unmanaged(session, request.name)
    version = _prepare(session, request, comeback)
    known = _known(comeback.version, decision.first)
    is_named = request.to is not None
    return _swap(swap, comeback, version, number, known, is_named=is_named)


def plan_rollback(session: Session, request: RollbackRequest) -> tuple[Step, ...]:
    """The steps of a rollback; raises `OperatorError` for what stops it before them.

    Whether members can be carried over shows only when that is tried.
    """
    swap = Swap(session, request.name)
    comeback = decided(swap, request).comeback
    return (*swap.steps, *comeback.steps(session.images.now()))


@dataclass(frozen=True)
class PlannedRollback:
    """What is done to a family, once it is repaired."""

    comeback: Comeback | Kept
    family: Family
    first: Family
    """As it was read first."""


def decided(swap: Swap, request: RollbackRequest) -> PlannedRollback:
    """What *request* comes to: the rollback carries it out, and a dry run shows it.

    The family of *swap* is repaired first; in a dry run that is only noted. Raises
    `OperatorError` if the rollback is refused.
    """
    swap.images.require_hidden()
    visible = refuse_unmanaged(swap.session, request.name)
    first = swap.listed()
    family = swap.repair(first)
    for image in visible:
        # Somebody may have hidden it since: whoever has named it knew it visible.
        first = first.replacing(image)
    return PlannedRollback(_comeback(swap, request, family), family, first)


def _comeback(swap: Swap, request: RollbackRequest, family: Family) -> Comeback | Kept:
    session, images = swap.session, swap.images
    refuse_no_family(images, session.project, family)
    current, incumbent, last = family.current, family.incumbent, family.latest
    if request.to is None and current and has_ended_another(swap.repaired, family):
        return Kept(current, ROLLED_BACK, ENDED)
    version = chosen(session.project, request, family)
    if version == current:
        return Kept(version, UNCHANGED, _("it is the current version"))
    if incumbent is not None:
        refuse_moving(incumbent, images.now())
    if incumbent is not None and incumbent.id == version.id:
        # It is visible under a name of its own.
        incumbent = None
    if last is not None and last.id == version.id:
        last = None
    refuse_others(session, family, allow_others=request.allow_duplicate)
    if not request.allow_unsigned:
        _refuse_lost_signature(version, last)
    visibility = _visibility(request, version, last)
    return Comeback(
        version,
        incumbent,
        last,
        request.name,
        visibility,
        Retirement(reason=request.reason or ROLLED_BACK),
        _lacking(images, version, last) if last and visibility == "shared" else {},
    )


def _visibility(request: RollbackRequest, version: Image, last: Image | None) -> str:
    """Whom *version* is for; raises `OperatorError` where somebody has to say that."""
    if request.visibility is not None:
        return request.visibility
    if why := other_audience(version, last):
        wanted = {audience(one) for one in (version, last) if one is not None}
        options = " or ".join(f"--{visibility}" for visibility in sorted(wanted))
        raise OperatorError(
            _("The visibility of image %s is unclear") % version.id,
            why,
            _("Use %s.") % options,
        )
    if last is None or is_found_by_more(version, last):
        return audience(version)
    return audience(last)


def _refuse_lost_signature(version: Image, last: Image | None) -> None:
    if why := lost_signature(version, last):
        raise OperatorError(
            _("Image %s has no signature") % version.id,
            why,
            _("If no signature is needed, use --allow-unsigned."),
        )


def _lacking(images: Images, version: Image, last: Image) -> Mapping[str, str]:
    """The members of *last*, by project, who have not said that of *version*.

    Of one that isn't shared now nobody is told who its members were, so none counts:
    it must not be shared for a trial.
    """
    there = members(images, version)
    return {
        project: said
        for project, said in members(images, last).items()
        if there.get(project) != said
    }


def has_ended_another(repaired: Iterable[Repair], family: Family) -> bool:
    """Whether a rollback before this one had come so far, and died."""
    current = family.current
    return current is not None and any(
        is_ended_rollback(repair, current) for repair in repaired
    )


def chosen(project: Project, request: RollbackRequest, family: Family) -> Image:
    """The version to go back to; raises `OperatorError` if there is none."""
    version = target(family, request.to)
    if request.to is not None and len(several := named(family, request.to)) > 1:
        matches = _("'%(wanted)s' matches %(count)d versions of '%(name)s'")
        told = {"wanted": request.to, "count": len(several), "name": request.name}
        there = ", ".join(one.id for one in several)
        raise OperatorError(matches % told, there, _("Name one by its ID."))
    if version is None:
        raise _no_version(project, request, family)
    if why := fault(version, family, project):
        what = _("Image %s can't become current again") % version.id
        raise OperatorError(what, why)
    return version


def _no_version(
    project: Project, request: RollbackRequest, family: Family
) -> OperatorError:
    if request.to is not None:
        what = _("The family '%(name)s' has no version '%(wanted)s'")
        told = {"name": request.name, "wanted": request.to}
        return OperatorError(what % told, *_others(project, family))
    what = _("The family '%s' has no earlier version to go back to") % request.name
    if last := never_offered(family):
        return OperatorError(
            _("The family '%s' has no version that was current before") % request.name,
            _("nothing shows whether version %s ever was") % last.version,
            _("To publish that one: %s") % how_to_offer(last, family, project),
        )
    if out := left_out(family):
        said = {"version": out.version or out.id, "how": taken_out(out)}
        return OperatorError(
            what,
            _("version %(version)s %(how)s") % said,
            _("To publish that one anyway: %s") % offering(project, out, family),
        )
    if len(family.versions) == 1:
        [only] = family.versions
        why = _("%s is its only one") % (only.version or only.id)
        return OperatorError(what, why, _how_to_go_on(project, family))
    return OperatorError(what, *_others(project, family))


def _how_to_go_on(project: Project, family: Family) -> str:
    if tells_its_source(family):
        rotate = of_family(project, "rotate", family.name)
        return _("To bring in the next one: %s") % rotate
    return _("See it: %s") % of_family(project, "lifecycle show", family.name)


def _others(project: Project, family: Family) -> tuple[str, str]:
    """Which versions there are, and how to see them."""
    labels = ", ".join(one.version or one.id for one in family.versions)
    show = of_family(project, "lifecycle show", family.name)
    return _("it has %s") % labels, _("Name one with --to. See them: %s") % show


def _prepare(session: Session, request: RollbackRequest, comeback: Comeback) -> Image:
    """The version, still hidden, with bytes, audience and members of a current one."""
    images, version = session.images, comeback.version
    if comeback.must_boot:
        version = activation(images, version, "active")
    if version.visibility != comeback.visibility:
        version = _given_audience(images, version, comeback.visibility)
    if comeback.members:
        carry_members(
            images,
            version,
            comeback.members,
            may_stay_pending=request.allow_pending_members,
        )
    return version


def _given_audience(images: Images, version: Image, visibility: str) -> Image:
    """*version*, for those; but what somebody has shown stays for whom it is."""
    with signals_wait(images.machine):
        found = images.get(version.id)
        if found is not None and not found.hidden:
            return found
        # It may have been made current, and promoted, in the meantime.
        told = frozenset({properties.RETIRED_AT} & version.fields.keys())
        return images.change(version, Change({"visibility": visibility}, requires=told))


def _known(version: Image, first: Family) -> Image:
    """*version* as whoever has named it can have known it: as it was read *first*."""
    seen = first.version(version.id)
    return version if seen is None or is_taken_out(seen) else seen


class _OvertakenError(OperatorError):
    """Another version is current than the one that was to be left."""

    def __init__(self, standing: Image) -> None:
        version = standing.version
        what = _("another run made version %s current in the meantime")
        super().__init__(what % version)


def _refuse_overtaken(swap: Swap, old: Image, comeback: Comeback) -> None:
    """Raise `_OvertakenError` where *old*, as it is now, isn't what was to be left.

    Or where another run has left that by now, for another version.
    """
    known = {one.id for one in (comeback.incumbent, comeback.version) if one}
    standing = swap.listed().current if old.hidden else old
    if standing is not None and standing.id not in known:
        raise _OvertakenError(standing)


def _swap(
    swap: Swap,
    comeback: Comeback,
    version: Image,
    number: int,
    known: Image,
    *,
    is_named: bool,
) -> Rotated:
    def shown(old: Image | None) -> Change:
        if not is_named and old is not None:
            _refuse_overtaken(swap, old, comeback)
        now = swap.images.now()
        return brought_back(version, old or comeback.last, comeback.name, number, now)

    def retirement(old: Image) -> Retirement:
        return comeback.retirement

    try:
        swapped = swap.swap(version, number, shown, retirement, chosen=known)
    except _OvertakenError as overtaken:
        with suppress(OperatorError):
            swap.give_up(version, number)
        return _done(SUPERSEDED, swap.listed(), swap, overtaken.what)
    standing = swapped.family.incumbent
    if standing is not None and standing.id != version.id:
        why = _OvertakenError(standing).what
        return _done(SUPERSEDED, swapped.family, swap, why)
    return Rotated(
        ROLLED_BACK,
        swapped.new,
        swapped.old,
        repaired=tuple(swap.repaired),
        is_done=not swapped.fault,
        note=swapped.fault,
    )


def _done(result: str, family: Family, swap: Swap, note: str) -> Rotated:
    return Rotated(
        result,
        family.incumbent,
        repaired=tuple(swap.repaired),
        is_done=result != SUPERSEDED,
        note=note,
    )
