# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One catalogue in several clouds: each has a plan of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from osc_imagetools.catalog.apply import Applied, Shows, apply
from osc_imagetools.catalog.family_plan import FamilyPlan
from osc_imagetools.catalog.order import CatalogueOrder
from osc_imagetools.catalog.reading import planned
from osc_imagetools.errors import OperatorError
from osc_imagetools.operations.inventory import managed_ahead
from osc_imagetools.operations.session import Session


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
    cloud: str, connect: Callable[[], Session], order: CatalogueOrder
) -> CloudPlan:
    """The plan for *cloud*; one that can't be reached has a fault, and no items."""
    try:
        session = connect()
        return CloudPlan(
            cloud, session, planned(session, order, managed_ahead(session))
        )
    except OperatorError as error:
        return CloudPlan(cloud, fault=str(error))


def apply_in_each(
    plans: Sequence[CloudPlan], order: CatalogueOrder, progress: Shows, canary: str = ""
) -> Iterator[CloudApplied]:
    """What became of each item, cloud after cloud, as soon as it is known.

    One that fails stops no other, but for *canary*: it comes first, and the others stay
    as they are unless all of it is done.
    """
    failed = False
    for plan in sorted(plans, key=lambda plan: plan.cloud != canary):
        if failed:
            yield CloudApplied(plan.cloud, None, _kept(canary))
            continue
        for done in _applied(plan, order, progress):
            failed = failed or (plan.cloud == canary and not done.is_done)
            yield done


def _kept(canary: str) -> str:
    return f"left as it is: not all was done in {canary}, which goes first"


def _applied(
    plan: CloudPlan, order: CatalogueOrder, progress: Shows
) -> Iterator[CloudApplied]:
    if plan.session is None:
        yield CloudApplied(plan.cloud, None, plan.fault)
        return
    for _, rows in apply(plan.session, order, plan.items, progress):
        for one in rows:
            yield CloudApplied(plan.cloud, one)
