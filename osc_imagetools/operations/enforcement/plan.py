# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is due for the families of a project, from one reading of all of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle import inventory
from osc_imagetools.lifecycle.inventory import Scope
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.retention import (
    Action,
    EnforceRequest,
    Item,
    Situation,
    limited,
    plan,
    repointings,
)
from osc_imagetools.lifecycle.rotation.fingerprint import fingerprints
from osc_imagetools.lifecycle.rotation.repair import repairs
from osc_imagetools.lifecycle.rotation.skip import is_rolled_back
from osc_imagetools.lifecycle.usage.verdict import Usage
from osc_imagetools.operations.enforcement.order import EnforceOrder
from osc_imagetools.operations.missing import refuse_no_family
from osc_imagetools.operations.runs.reaper import is_owner_alive, is_record_dead
from osc_imagetools.operations.session import Session

CLOCK_AHEAD = timedelta(hours=1)
"""At most so far may the cloud's clock be ahead of this machine's."""


def plan_enforcement(session: Session, order: EnforceOrder) -> tuple[Item, ...]:
    """What every version of the families gets, with a reason: family by family.

    The services are asked once, about all that may be deleted. Raises `OperatorError`.
    """
    session.images.require_hidden()
    now = moment(session, order)
    families = _families(session, order)
    before = [situation(session, one, order.request, now) for one in families]
    first = [item for each in before for item in plan(each)]
    asking = (Action.DELETE, Action.DEPRECATE, Action.OBSOLETE)
    due = [item.image for item in first if item.action in asking]
    found = {image.id: image for image in due if not image.is_owned}.values()
    usages = {usage.image.id: usage for usage in order.asked.of(found)}
    items = limited(
        (item for each in before for item in plan(replace(each, usages=usages))),
        order.request.max_delete,
    )
    managed = _managed(session, order, families, items)
    return tuple(_with_repairs(session, families, items, managed, now))


def moment(session: Session, order: EnforceOrder) -> datetime:
    """The cloud's time, or the one that the order looks ahead to.

    Raises `OperatorError` where the cloud's clock can't be right.
    """
    now = session.images.now()
    here = session.images.machine.now()
    if now - here > CLOCK_AHEAD:
        here = here.astimezone(timezone.utc)
        clocks = {"cloud": f"{now:%Y-%m-%d %H:%M}", "here": f"{here:%Y-%m-%d %H:%M}"}
        raise OperatorError(
            _("Nothing was enforced"),
            _("the cloud's clock says %(cloud)s, and this machine's %(here)s (UTC)")
            % clocks,
            _("Set the one that is wrong: what is due is decided by it."),
        )
    return order.due_in.after(now) if order.due_in else now


def situation(
    session: Session,
    family: Family,
    request: EnforceRequest,
    now: datetime,
    usages: Mapping[str, Usage] | None = None,
) -> Situation:
    """*family* as it was read, with what its retention is decided by."""

    def is_dead(image: Image, run: str) -> bool:
        return is_record_dead(session.images, image, run)

    latest = family.latest
    rolled_back = frozenset(
        one.id for one in family.previous if is_rolled_back(latest, fingerprints(one))
    )
    return Situation(
        family, request, session.project, now, is_dead, usages, rolled_back
    )


def _families(session: Session, order: EnforceOrder) -> tuple[Family, ...]:
    images, owner = session.images, session.owner
    if not order.families:
        managed = images.list_fast(tag=properties.TAG, owner=owner)
        return inventory.families(managed, Scope.of(session.project))
    found = []
    for name in dict.fromkeys(order.families):
        family = session.family(name)
        refuse_no_family(images, session.project, family)
        found.append(family)
    return tuple(found)


def _with_repairs(
    session: Session,
    families: Iterable[Family],
    items: tuple[Item, ...],
    managed: Collection[Image],
    now: datetime,
) -> Iterator[Item]:
    """*items*, with what their families need first."""
    yield from repointings(managed, [item.image for item in items if item.deletes])
    for family in families:
        yield from _repairs(session, family, now)
        own = {image.id for image in family.versions}
        yield from (item for item in items if item.image.id in own)


def _managed(
    session: Session,
    order: EnforceOrder,
    families: Iterable[Family],
    items: Iterable[Item],
) -> Collection[Image]:
    """All that may name an image that is deleted as its replacement."""
    found = {image.id: image for one in families for image in one.versions}
    if order.families and any(item.deletes for item in items):
        listed = session.images.list_fast(tag=properties.TAG, owner=session.owner)
        found = {image.id: image for image in listed} | found
    return found.values()


def _repairs(session: Session, family: Family, now: datetime) -> Iterator[Item]:
    def is_owned(image: Image) -> bool:
        return is_owner_alive(session.images, image)

    for repair in repairs(family, is_owned, now):
        why = f"{repair.step}: {repair.reason}"
        yield Item(Action.REPAIR, repair.image, why)
