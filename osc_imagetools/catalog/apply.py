# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A plan carried out: each family by the same code as the commands for one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from enum import Enum

from osc_imagetools.catalog.adoption import wishes
from osc_imagetools.catalog.family_plan import FamilyAction, FamilyPlan
from osc_imagetools.catalog.order import CatalogueOrder
from osc_imagetools.catalog.reading import planned
from osc_imagetools.catalog.requests import Manner, promotion, rotation
from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.activation import activation
from osc_imagetools.glance.members import add_member, members
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.deprecation.request import DeprecateRequest
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.decision import Decision, moving, refused
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.operations.editing import Wanted, adopt, deprecate
from osc_imagetools.operations.inventory import managed_ahead
from osc_imagetools.operations.rotation import ROTATED, STAGED, rotate
from osc_imagetools.operations.runs import run_jobs
from osc_imagetools.operations.session import NOT_DONE, Outcome, Session
from osc_imagetools.progress import Progress
from osc_imagetools.subject import subject_is

ORPHANED = "its family is no longer in the catalogue"
"""Stored with the version, for whoever reads it: not translated."""

Shows = Callable[[str], AbstractContextManager[Progress]]
"""What shows how far the family of that name has come."""


class FamilyResult(str, Enum):
    """What became of an item."""

    DONE = "done"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    FAILED = "failed"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Applied:
    """An item, and what became of it."""

    item: FamilyPlan
    result: FamilyResult
    note: str = ""
    image: Image | None = None
    """The version that is current now, as far as it is known."""

    @property
    def is_done(self) -> bool:
        """Whether the family is as the catalogue wants it."""
        return self.result in (FamilyResult.DONE, FamilyResult.UNCHANGED)


def apply(
    session: Session,
    order: CatalogueOrder,
    items: Iterable[FamilyPlan],
    progress: Shows,
) -> Iterator[tuple[int, tuple[Applied, ...]]]:
    """The place of each item and what became of it, as soon as that is known.

    As many at a time as *order* says. One that fails doesn't stop the others, and its
    family keeps its current version. *progress* is what shows how far each has come.
    """

    items = tuple(items)
    shared = order.sharing(sum(item.is_fetched for item in items))

    def job(item: FamilyPlan) -> Callable[[], tuple[Applied, ...]]:
        return lambda: _named(session, shared, item, progress)

    jobs = [job(item) for item in items]
    yield from run_jobs(jobs, order.jobs, wait_elsewhere=order.waits_for_glance)


def applied(
    session: Session, order: CatalogueOrder, item: FamilyPlan, progress: Shows
) -> Iterator[Applied]:
    """What became of *item*; and, once its images are adopted, of what is next."""
    if not item.is_pending:
        yield _left(item)
        return
    try:
        if item.action is not FamilyAction.ADOPT:
            yield _carried_out(session, item, order.manner, progress)
            return
        done = _adopt(session, order, item)
        yield done
        if done.is_done:
            alone = order.alone(item.family)
            for following in planned(session, alone, managed_ahead(session)):
                yield from applied(session, order, following, progress)
    except OperatorError as error:
        yield Applied(item, FamilyResult.FAILED, str(error), item.current)


def _named(
    session: Session, order: CatalogueOrder, item: FamilyPlan, progress: Shows
) -> tuple[Applied, ...]:
    """What `applied` brings, once all is done; its messages name the family."""
    with subject_is(item.family):
        return tuple(applied(session, order, item, progress))


def _adopt(session: Session, order: CatalogueOrder, item: FamilyPlan) -> Applied:
    """Its images adopted, the newest under the name; then their manager lets go."""
    definition = item.definition
    assert definition is not None
    wished = wishes(definition, item.adopted)
    outcomes = [*adopt(session, wished, renames_newest=True)]
    notes = [one.note for one in outcomes if one.result in NOT_DONE]
    if not order.keeps_tag:
        let_go = Change(remove_tags=frozenset({order.manager_tag}))
        for outcome in outcomes:
            if outcome.image is not None and outcome.result not in NOT_DONE:
                session.images.change(outcome.image, let_go)
    result = FamilyResult.FAILED if notes else FamilyResult.DONE
    return Applied(item, result, " ".join(notes))


def _left(item: FamilyPlan) -> Applied:
    is_refused = item.action is FamilyAction.REFUSED
    result = FamilyResult.REFUSED if is_refused else FamilyResult.UNCHANGED
    return Applied(item, result, image=item.current)


def _carried_out(
    session: Session,
    item: FamilyPlan,
    manner: Manner,
    progress: Shows,
) -> Applied:
    if item.action is FamilyAction.UPDATE:
        return _update(session, item)
    if item.action is FamilyAction.RETIRE:
        return _retire(session, item)
    with progress(item.family) as shown:
        return _rotate(replace(session.anew(), progress=shown), item, manner)


def _rotate(session: Session, item: FamilyPlan, manner: Manner) -> Applied:
    definition = item.definition
    assert definition is not None
    request = rotation(definition, manner)
    if item.candidate is not None:
        request = promotion(definition, item.candidate, manner)
    done = rotate(session, request)
    note = done.note
    if done.failed_stores:
        missing = _("Not stored in: %s") % ", ".join(done.failed_stores)
        note = f"{note} {missing}".strip()
    is_done = done.is_done and not done.failed_stores
    if done.new is not None:
        _share(session, done.new, definition.members)
        if definition.is_deactivated and done.result == ROTATED:
            activation(session.images, done.new, "deactivated")
    if not is_done:
        return Applied(item, FamilyResult.FAILED, note, done.new)
    is_new = done.result in (ROTATED, STAGED)
    result = FamilyResult.DONE if is_new else FamilyResult.UNCHANGED
    return Applied(item, result, note, done.new)


def _update(session: Session, item: FamilyPlan) -> Applied:
    def decided(image: Image) -> Decision:
        if why := moving(image):
            return refused(why)
        return Decision("set", item.change, item.status)

    assert item.current is not None
    found = session.images.get(item.current.id)
    if found is None or found.generation != item.current.generation:
        why = _("another version is current since the plan was made: run it again")
        return Applied(item, FamilyResult.FAILED, why, found)
    outcome = session.apply(found, decided, status_first=False)
    if outcome.result not in NOT_DONE:
        _share(session, outcome.image or found, item.members)
    return _told(item, outcome)


def _share(session: Session, image: Image, wanted: Collection[str]) -> None:
    """Make each project of *wanted* a member of *image*: it accepts that itself."""
    if image.visibility != "shared" or not wanted:
        return
    there = members(session.images, image)
    for project in wanted:
        if project not in there:
            add_member(session.images, image, project)


def _retire(session: Session, item: FamilyPlan) -> Applied:
    assert item.current is not None
    request = DeprecateRequest(reason=ORPHANED, is_confirmed=True)
    [outcome] = deprecate(session, Wanted((item.current.id,)), request)
    return _told(item, outcome)


def _told(item: FamilyPlan, outcome: Outcome) -> Applied:
    result = FamilyResult.FAILED if outcome.result in NOT_DONE else FamilyResult.DONE
    return Applied(item, result, outcome.note, outcome.image)
