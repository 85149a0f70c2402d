# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is due, carried out: family by family, each row decided again before it is.

1. What names an image that is deleted as its replacement names another one.
2. Repairs: one version is visible, and no swap is left half done.
3. The family's history has what is deleted.
4. Dates: deprecated, or obsolete.
5. Deletions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.deprecation.deprecate import deprecation
from osc_imagetools.lifecycle.history import history_with
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.decision import Decision, bytes_moving
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.policy import policy_holder
from osc_imagetools.lifecycle.model.state import derive
from osc_imagetools.lifecycle.retention import Action, Item, plan
from osc_imagetools.lifecycle.retention.mark import restoring
from osc_imagetools.operations.enforcement.delete import CHANGED, delete, restore
from osc_imagetools.operations.enforcement.order import (
    Enforced,
    EnforceOrder,
    Result,
    planned,
)
from osc_imagetools.operations.enforcement.plan import moment, situation
from osc_imagetools.operations.rotation.name_holder import refuse_unmanaged
from osc_imagetools.operations.rotation.repair import Repairer
from osc_imagetools.operations.session import NOT_DONE, Session

STILL_NAMED = _("another image still names it as its replacement")


def enforce(
    session: Session, order: EnforceOrder, items: Sequence[Item]
) -> Iterator[Enforced]:
    """What became of each of *items*, the plan, as soon as that is known.

    A dry run tells what it would become.
    """
    lost: set[str] = set()
    for item in items:
        if item.action is Action.REPOINT:
            done = _repointed(session, item)
            yield done
            if done.result is Result.FAILED:
                lost.add(item.going)
    for name, own in _by_family(items, lost).items():
        if any(item.is_planned for item in own):
            yield from Enforcer(session, order, name).carry_out(own)
        else:
            yield from map(planned, own)


def _by_family(items: Iterable[Item], lost: Set[str]) -> dict[str, list[Item]]:
    """*items* by the name of the family, but for those that repoint.

    What is *lost* is still named as a replacement, and stays.
    """
    grouped: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.action is not Action.REPOINT:
            is_lost = item.deletes and item.image.id in lost
            own = item.hindered(STILL_NAMED) if is_lost else item
            grouped[item.image.family or ""].append(own)
    return grouped


def _repointed(session: Session, item: Item) -> Enforced:
    """What became of an image that names what is about to be deleted."""
    assert item.change is not None
    if session.is_dry_run:
        return planned(item)
    images = session.images
    try:
        found = images.get(item.image.id)
        # Else somebody has named another one since.
        is_named = found and found.text(properties.REPLACEMENT) == item.going
        if found and is_named and not bytes_moving(found):
            found = images.change(found, item.change)
    except OperatorError as error:
        return _failed(item, error)
    if found is None or item.change.is_seen_on(found):
        return Enforced(item, Result.DONE)
    return Enforced(item, Result.SKIPPED, CHANGED)


class Enforcer:
    """One family of the session's project, while what is due is carried out."""

    def __init__(self, session: Session, order: EnforceOrder, name: str) -> None:
        self.session, self.order, self.name = session, order, name
        self._acts: dict[Action, Callable[[Item], Enforced]] = {
            Action.REPAIR: self._repaired,
            Action.RESTORE: self._restored,
            Action.DEPRECATE: self._deprecated,
            Action.OBSOLETE: self._deprecated,
            Action.DELETE: self._deleted,
        }

    def carry_out(self, items: Sequence[Item]) -> Iterator[Enforced]:
        """What became of each row, deletions last."""
        if not self.session.is_dry_run:
            try:
                family = self._repaired_family(items)
                items = self._decided_again(family, items)
                self._remember_deleted(family, items)
            except OperatorError as error:
                yield from (_failed(item, error) for item in items)
                return
        for item in sorted(items, key=lambda item: item.deletes):
            yield self._done(item)

    def _done(self, item: Item) -> Enforced:
        if not item.is_planned:
            return planned(item)
        if self.session.is_dry_run and item.deprecation is None:
            return planned(item)
        try:
            return self._acts[item.action](item)
        except OperatorError as error:
            return _failed(item, error)

    def _repaired_family(self, items: Iterable[Item]) -> Family:
        """The family as it is now, with the repairs that it needs."""
        if any(item.action is Action.REPAIR for item in items):
            refuse_unmanaged(self.session, self.name)
            Repairer(self.session, self.name).repair()
        return self.session.family(self.name)

    def _decided_again(self, family: Family, items: Sequence[Item]) -> list[Item]:
        """*items*, by the family as it is now; nothing is added to what was shown."""
        again = {
            (item.image.id, item.action): item for item in self._plan(family, items)
        }

        def decided(item: Item) -> Item:
            if not item.is_planned or item.action is Action.REPAIR:
                return item
            if (found := again.get((item.image.id, item.action))) is not None:
                return found
            image = family.version(item.image.id)
            is_over = item.deletes if image is None else _is_there(item, image)
            return item if is_over else item.hindered(CHANGED)

        return [decided(item) for item in items]

    def _plan(self, family: Family, items: Iterable[Item]) -> tuple[Item, ...]:
        """What is due for *family* by what was known of the use of its images."""
        known = {item.image.id: item.usage for item in items if item.usage}
        now, request = moment(self.session, self.order), self.order.request
        return plan(situation(self.session, family, request, now, known))

    def _remember_deleted(self, family: Family, items: Iterable[Item]) -> None:
        """Note what is about to be deleted. What stays after all is not told twice."""
        gone = [item.image for item in items if item.deletes and item.image.was_offered]
        holder = policy_holder(family)
        if holder is None or all(image.id == holder.id for image in gone):
            return
        told = history_with(holder, gone, self.session.images.now())
        self.session.images.change(holder, Change({properties.HISTORY: told}))

    def _repaired(self, item: Item) -> Enforced:
        """The row of a repair, which the family has had by now, or needs no more."""
        return Enforced(item, Result.DONE)

    def _restored(self, item: Item) -> Enforced:
        restore(self.session, item.image)
        return Enforced(item, Result.DONE)

    def _deprecated(self, item: Item) -> Enforced:
        session, request = self.session, item.deprecation
        assert request is not None
        now = moment(session, self.order)

        def decide(image: Image) -> Decision:
            namesakes = session.namesakes(image.name)
            return deprecation(image, request, namesakes, now, session.project)

        outcome = session.apply(item.image, decide, status_first=False)
        if outcome.result in NOT_DONE:
            failed = outcome.result == "failed"
            return Enforced(
                item, Result.FAILED if failed else Result.SKIPPED, outcome.note
            )
        done = Result.PLANNED if session.is_dry_run else Result.DONE
        return Enforced(item, done, outcome.note)

    def _deleted(self, item: Item) -> Enforced:
        return delete(self.session, item, lambda image: self._why_kept(item, image))

    def _why_kept(self, item: Item, image: Image) -> str:
        """Why *image*, which has our mark, has to stay; empty where it need not."""
        [usage] = self.order.asked.of([image])
        family = self.session.family(self.name)
        seen = family.version(image.id)
        if seen is None:
            return ""
        # As it was before our own mark: that keeps it from nothing.
        known = replace(restoring(seen).on(seen), updated_at=item.image.updated_at)
        asked = replace(item, usage=usage, image=image)
        decisions = self._plan(family.replacing(known), [asked])
        found = {one.action: one for one in decisions if one.image.id == image.id}
        if (decided := found.get(Action.DELETE)) is not None:
            return decided.hindrance
        return "; ".join(one.reason for one in found.values())


def _is_there(item: Item, image: Image) -> bool:
    """Whether *image* has become already what *item* would make of it."""
    wanted = item.deprecation
    return wanted is not None and derive(image).state >= wanted.state


def _failed(item: Item, error: OperatorError) -> Enforced:
    if not item.is_planned:
        return planned(item)
    return Enforced(item, Result.FAILED, str(error))
