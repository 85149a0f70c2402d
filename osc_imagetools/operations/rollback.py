# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""An earlier version becomes current again: the same swap, and no byte moves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.activation import activation
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.members import members
from osc_imagetools.lifecycle.change import Change
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.generation import Run
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.repair import Repair
from osc_imagetools.lifecycle.replacement import audience
from osc_imagetools.lifecycle.retirement import Retirement
from osc_imagetools.lifecycle.rollback import (
    brought_back,
    fault,
    is_ended_rollback,
    named,
    target,
)
from osc_imagetools.lifecycle.supersession import SUPERSEDED, UNCHANGED
from osc_imagetools.operations.claim import Notice
from osc_imagetools.operations.membership import carry_members, refuse_unaccepted
from osc_imagetools.operations.rotation import ROLLED_BACK, Rotated
from osc_imagetools.operations.run import this_run
from osc_imagetools.operations.signals import signals_end_the_run, signals_wait
from osc_imagetools.operations.swap import Swap, refuse_moving
from osc_imagetools.operations.ticket import taken

ENDED = "a rollback that had begun before was ended"


@dataclass(frozen=True)
class Rollback:
    """What was said about it."""

    name: str
    owner: str
    to: str | None = None
    """The label or the ID of a version; ``None``: the newest earlier one."""
    reason: str | None = None
    allow_pending_members: bool = False


def rollback(wish: Rollback, images: Images, notice: Notice) -> Rotated:
    """What became of the family; raises `OperatorError` when nothing did."""
    with signals_end_the_run():
        images.require_hidden()
        run = this_run()
        swap = Swap(images, wish.owner, wish.name, run, notice)
        family = swap.mended()
        if wish.to is None and has_ended_another(swap.repaired, family):
            return _done(ROLLED_BACK, family, swap, ENDED)
        version = chosen(wish, family)
        if family.current is not None:
            if version.id == family.current.id:
                return _done(UNCHANGED, family, swap, "it is the current version")
            refuse_moving(family.current, images.now())
        refuse_lost_members(wish, images, family, version, run)
        highest = family.highest_generation
        number = taken(images, wish.owner, wish.name, highest, run)
        last = family.latest
        if last is not None and last.id == version.id:
            last = None
        version = _prepared(wish, images, last, version, notice)
        return _swapped(wish, swap, last, version, number)


def has_ended_another(repaired: Iterable[Repair], family: Family) -> bool:
    """Whether a rollback before this one had come so far, and died."""
    current = family.current
    return current is not None and any(
        is_ended_rollback(repair, current) for repair in repaired
    )


def chosen(wish: Rollback, family: Family) -> Image:
    """The version to go back to; raises `OperatorError` if there is none."""
    version = target(family, wish.to)
    if wish.to is not None and len(several := named(family, wish.to)) > 1:
        raise OperatorError(
            f"'{wish.to}' means {len(several)} versions of '{wish.name}'",
            ", ".join(one.id for one in several),
            "Name one by its ID.",
        )
    if version is None:
        labels = ", ".join(one.version or one.id for one in family.versions)
        raise OperatorError(
            f"The family '{wish.name}' has no version '{wish.to}'"
            if wish.to
            else f"The family '{wish.name}' has no earlier version to go back to",
            f"it has {labels}" if labels else "no image of this project is one of it",
            "See 'openstack image lifecycle list'; name one with --to.",
        )
    if why := fault(version):
        raise OperatorError(f"Image {version.id} can't become current again", why)
    return version


def refuse_lost_members(
    wish: Rollback, images: Images, family: Family, version: Image, run: Run
) -> None:
    """Raise `NotAcceptedError` if members of the current version would lose the name.

    Of a *version* that isn't shared now nobody is told who its members were, so none
    counts: it must not be shared for a trial.
    """
    current = family.current
    if current is None or wish.allow_pending_members:
        return
    there = members(images, version)
    lacking = {
        project: said
        for project, said in members(images, current).items()
        if there.get(project) != said
    }
    refuse_unaccepted(images, wish.owner, wish.name, lacking, run)


def _prepared(
    wish: Rollback, images: Images, last: Image | None, version: Image, notice: Notice
) -> Image:
    """*version*, still hidden, with bytes, audience and members of a current one."""
    if version.status == "deactivated":
        version = activation(images, version, "active")
    if last is None:
        return version
    with signals_wait():
        seen = Change(set={"visibility": audience(last)})
        version = images.change(version, seen)
    carry_members(
        images,
        version,
        members(images, last),
        notice,
        may_stay_pending=wish.allow_pending_members,
    )
    return version


def _swapped(
    wish: Rollback, swap: Swap, last: Image | None, version: Image, number: int
) -> Rotated:
    def offering(old: Image | None) -> Change:
        now = swap.images.now()
        return brought_back(version, old or last, wish.name, number, now)

    def retirement(old: Image) -> Retirement:
        return Retirement(reason=wish.reason or ROLLED_BACK)

    swapped = swap.swapped(version, number, offering, retirement)
    current = swapped.family.current
    if current is not None and current.id != version.id:
        why = f"another run has made version {current.version} current meanwhile"
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
        family.current,
        repaired=tuple(swap.repaired),
        is_done=result != SUPERSEDED,
        note=note,
    )
