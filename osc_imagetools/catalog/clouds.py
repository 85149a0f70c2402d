# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One catalogue in several clouds: each has a plan of its own, and one download."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from osc_imagetools.catalog.apply import Applied, Shows, applied
from osc_imagetools.catalog.family_plan import FamilyPlan
from osc_imagetools.catalog.order import CatalogueOrder
from osc_imagetools.catalog.reading import planned
from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.ending import ENDING
from osc_imagetools.i18n import _
from osc_imagetools.operations.inventory import managed_ahead
from osc_imagetools.operations.runs import run_jobs
from osc_imagetools.operations.session import Session
from osc_imagetools.source.together import Participant, Together
from osc_imagetools.subject import subject_is


@dataclass(frozen=True)
class CloudPlan:
    """What is to be done in one cloud, or why that can't be said."""

    cloud: str
    session: Session | None = None
    items: tuple[FamilyPlan, ...] = ()
    fault: str = ""


@dataclass(frozen=True)
class CloudApplied:
    """What became of an item in one cloud; without an item, of the whole cloud."""

    cloud: str
    applied: Applied | None
    fault: str = ""

    @property
    def is_done(self) -> bool:
        """Whether it is as the catalogue wants it there."""
        return self.applied is not None and self.applied.is_done


def planned_in(
    connects: Mapping[str, Callable[[], Session]], order: CatalogueOrder
) -> list[CloudPlan]:
    """The plan for each cloud; one that can't be reached has a fault, and no items.

    All of them are listed at the same time.
    """
    listing = [_listing(cloud, connect) for cloud, connect in connects.items()]
    return [plan_for(order) for plan_for in listing]


def _listing(
    cloud: str, connect: Callable[[], Session]
) -> Callable[[CatalogueOrder], CloudPlan]:
    """What plans for *cloud*, which is being listed from now on."""
    try:
        session = connect()
        managed = managed_ahead(session)
    except OperatorError as error:
        fault = str(error)
        return lambda order: CloudPlan(cloud, fault=fault)

    def plan(order: CatalogueOrder) -> CloudPlan:
        try:
            return CloudPlan(cloud, session, planned(session, order, managed))
        except OperatorError as error:
            return CloudPlan(cloud, fault=str(error))

    return plan


def apply_in_each(
    plans: Sequence[CloudPlan], order: CatalogueOrder, progress: Shows, canary: str = ""
) -> Iterator[CloudApplied]:
    """What became of each item in each cloud, as soon as it is known.

    What several clouds lack of a family is fetched once, and goes to all of them
    together. One that fails stops no other, but for *canary*: it comes first, and the
    others stay as they are unless all of it is done.
    """
    first = [plan for plan in plans if plan.cloud == canary]
    failed = False
    for done in _together(first, order, progress):
        failed = failed or not done.is_done
        yield done
    others = [plan for plan in plans if plan.cloud != canary]
    if failed:
        yield from (CloudApplied(one.cloud, None, _kept(canary)) for one in others)
    else:
        yield from _together(others, order, progress)


def _kept(canary: str) -> str:
    return _("left as it is: not all was done in %s, which goes first") % canary


Work = tuple[CloudPlan, Session, FamilyPlan]


def _together(
    plans: Sequence[CloudPlan], order: CatalogueOrder, progress: Shows
) -> Iterator[CloudApplied]:
    families: dict[str, list[Work]] = {}
    for plan in plans:
        if plan.session is None:
            yield CloudApplied(plan.cloud, None, plan.fault)
            continue
        for item in plan.items:
            work = (plan, plan.session, item)
            families.setdefault(item.family, []).append(work)
    fetched = [name for name, works in families.items() if _are_fetched(works)]
    order = order.sharing(len(fetched))
    # The clouds of a family begin one after the other: each finds the others there.
    jobs = [job for works in families.values() for job in _jobs(works, order, progress)]
    most = order.jobs * max(1, len(plans))
    for _place, rows in run_jobs(jobs, most, wait_elsewhere=order.waits_for_glance):
        yield from rows


def _are_fetched(works: Sequence[Work]) -> bool:
    return any(item.is_fetched for _, _, item in works)


def _jobs(
    works: Sequence[Work], order: CatalogueOrder, progress: Shows
) -> Iterator[Callable[[], tuple[CloudApplied, ...]]]:
    """What is to be done for one family: a job for each cloud."""
    fetching = [item for _, _, item in works if item.is_fetched]
    shared = Together(len(fetching), lambda: ENDING.has_begun)
    participants = iter(shared.participants)
    for plan, session, item in works:
        participant = next(participants) if item.is_fetched else None
        yield partial(_in_one, plan.cloud, session, order, item, progress, participant)


def _in_one(
    cloud: str,
    session: Session,
    order: CatalogueOrder,
    item: FamilyPlan,
    progress: Shows,
    participant: Participant | None,
) -> tuple[CloudApplied, ...]:
    if participant is None:
        return _rows(cloud, session, order, item, progress)
    access = replace(order.manner.access, opens=participant.opens)
    order = replace(order, manner=replace(order.manner, access=access))
    try:
        return _rows(cloud, session, order, item, progress)
    finally:
        participant.leave()


def _rows(
    cloud: str,
    session: Session,
    order: CatalogueOrder,
    item: FamilyPlan,
    progress: Shows,
) -> tuple[CloudApplied, ...]:
    with subject_is(f"{item.family}, {cloud}"):
        done = applied(session, order, item, lambda name: progress(f"{name}, {cloud}"))
        return tuple(CloudApplied(cloud, one) for one in done)
