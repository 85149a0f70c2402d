# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Repair a family: one of its versions is visible, and no swap is left half done.

Which repairs it needs is decided in `lifecycle.rotation.repair`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.api import GlanceError
from osc_imagetools.glance.images import CHANGE_SETTLES_SECONDS, Images
from osc_imagetools.glance.members import ACCEPTED, PENDING, members
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import (
    AT_ONCE,
    hiding,
    is_coming_otherwise,
    is_marked_for,
    is_marked_listed,
    is_told_otherwise,
    marked_coming,
    marked_leaving,
    show_mark,
    showing,
    was_changed_as_shown,
)
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import derive
from osc_imagetools.lifecycle.model.step import Step
from osc_imagetools.lifecycle.rotation.beside import is_found_wider
from osc_imagetools.lifecycle.rotation.planned_swap import sharing
from osc_imagetools.lifecycle.rotation.repair import Repair, repairs
from osc_imagetools.lifecycle.rotation.retirement import SHOW
from osc_imagetools.operations.rotation.members import carry_members
from osc_imagetools.operations.runs.reaper import is_owner_alive, reap_dead
from osc_imagetools.operations.runs.reservation import FULL
from osc_imagetools.operations.runs.signals import signals_wait
from osc_imagetools.operations.session import Session

MOST_ROUNDS = 20
"""Of listing and repairing: others may be at work as long as that."""

MOST_TURNS = 10
"""Of waiting for another run, which may have died."""


@dataclass
class Repairer:
    """One family, as it is read and repaired by one run."""

    session: Session
    name: str
    repaired: list[Repair] = field(default_factory=list)
    """The repairs that were made so far."""
    steps: list[Step] = field(default_factory=list)
    """The same, with all else that was done so far, as a plan shows it."""
    may_stay_pending: bool = False
    """Whether members may have to accept a version that another one is hidden for."""

    @property
    def images(self) -> Images:
        """All that the session sees, not of this family alone."""
        return self.session.images

    @property
    def owner(self) -> str:
        """ID of the project that the family belongs to."""
        return self.session.owner

    def listed(self) -> Family:
        """The family as it is now."""
        return self.session.family(self.name)

    def listed_in_turn(self, image: Image, generation: int) -> Family:
        """The family once no other run is about to show *image*, or after a second.

        A change to the same image, sent just before the other one shows it, would hide
        it again: Glance saves whole rows. Who is stopped there is not waited for.
        """
        for _turn in range(MOST_TURNS):
            family = self.listed()
            seen = family.version(image.id)
            if seen is None or not is_coming_otherwise(seen, generation):
                break
            self.images.machine.sleep(CHANGE_SETTLES_SECONDS)
        return family

    def repair(self, listed: Family | None = None) -> Family:
        """The family, with one visible version; records of dead runs are deleted.

        *listed* is the family if it has already been listed. Raises `OperatorError`.
        """
        for _turn in range(MOST_ROUNDS):
            family, listed = listed or self.listed(), None
            needed = repairs(family, self._is_owned, self.images.now())
            if not needed:
                # Not sooner: a version that was hidden for a record that is gone
                # looks as if it had been deprecated on purpose.
                is_dry_run = self.session.is_dry_run
                reaped = reap_dead(self.images, family, is_dry_run=is_dry_run)
                self.steps += reaped.steps()
                return reaped.family
            for repair in needed:
                if self.session.is_dry_run:
                    self._remember(repair)
                else:
                    self._apply_unless_gone(repair)
        raise OperatorError(
            _("The family '%s' does not become stable") % self.name,
            _("others keep changing its images"),
            _("Find out who else writes to them, then run the command again."),
        )

    def hide(
        self,
        image: Image,
        withdrawal: Change,
        successor: Image,
        *,
        at_once: bool = False,
    ) -> Image:
        """*image* withdrawn, as its *successor* is visible.

        Unless it no longer has the mark: it is wanted again then, or hidden. Or shown
        again, if another run has given it a higher number in that instant. The mark
        stays, and tells that this was our hiding, until the successor was seen again.
        """
        generation = successor.generation

        def is_newer(seen: Image) -> bool:
            # Or another family's, which has promoted it.
            return seen.generation > generation or seen.family != self.name

        def is_over(seen: Image) -> bool:
            # It wasn't hidden at once: the other one may be gone by now.
            is_out = withdrawal.is_seen_on(seen)
            return is_out or is_newer(seen) or not self._is_offered(successor)

        if not is_marked_listed(image, generation):
            mark = marked_leaving(generation, successor.visibility)
            image = self.images.change(image, mark, is_newer)
            # The mark may have taken a minute.
            if is_newer(image) or not self._is_offered(successor):
                return image
        if withdrawal.is_seen_on(image):
            # Somebody was sooner: the mark must not tell that this was our hiding.
            return image
        hide = hiding(withdrawal, image, generation, at_once=at_once)
        began = self.images.machine.monotonic()
        image, may_be_ours = self.images.try_change(image, hide, is_over)
        took = timedelta(seconds=self.images.machine.monotonic() - began)
        # Later than in that instant its mark was gone: a person has hidden it. Who was
        # stopped meanwhile can't tell whether that was in the same instant.
        is_ours = may_be_ours and image.family == self.name and took <= AT_ONCE
        if is_ours and is_newer(image) and was_changed_as_shown(image):
            return self._show_again(image)
        return image

    def _show_again(self, image: Image) -> Image:
        """*image*, hidden by us in the instant in which it was made current."""

        def is_settled(seen: Image) -> bool:
            told = derive(seen).state.is_on_its_way_out
            return told or not seen.hidden or seen.generation != image.generation

        if is_settled(image):
            return image
        shown = Change({**SHOW.set, "name": self.name})
        return self._show_once(image, shown, is_settled)

    def _bring_back(self, image: Image, shown: Change) -> Image:
        """*image*, *shown* as long as no other version is visible."""

        def is_settled(seen: Image) -> bool:
            return not (seen.hidden and self._is_to_come_back(seen))

        return self._show_once(image, shown, is_settled)

    def _is_to_come_back(self, image: Image) -> bool:
        needed = repairs(self.listed(), self._is_owned, self.images.now())
        return any(one.step == "show" and one.image.id == image.id for one in needed)

    def _show_once(
        self, image: Image, shown: Change, is_settled: Callable[[Image], bool]
    ) -> Image:
        """*image*, *shown*: once, however late that arrives, and only if it is meant.

        Whatever is published later takes its mark away, as its run ends.
        """
        marked = self.images.change(image, marked_coming(image.generation), is_settled)
        if is_settled(marked):
            return marked
        mark = show_mark(marked, self.session.run, image.generation)
        return self.images.change(marked, showing(shown, marked, mark), is_settled)

    def _remember(self, repair: Repair) -> None:
        """Take *repair* for done, in a dry run."""
        image = self.session.recalled(repair.image)
        if repair.successor is not None and not is_marked_for(image, repair.successor):
            lacking = self._lacking(image, repair.successor)
            self.steps += sharing(lacking, repair.successor.id)
        self.session.remember(repair.on(image))
        if not self._ends_own_hiding(repair):
            self._record(repair)

    def _record(self, repair: Repair) -> None:
        self.repaired.append(repair)
        self.steps.append(repair.as_step())

    def _apply_unless_gone(self, repair: Repair) -> None:
        found = self.images.get(repair.image.id)
        if found is None or found.generation != repair.image.generation:
            # What is gone, or was made current again, the next listing tells.
            return
        if found.hidden and not repair.image.hidden:
            # It wasn't shown, or another writer has undone that.
            return
        if is_told_otherwise(found, repair.image):
            # A swap has begun, or ended, since that was decided.
            return
        if repair.successor is not None and not self._is_offered(repair.successor):
            return
        if repair.successor is not None and not is_marked_for(found, repair.successor):
            # Else its swap has seen to that, as it was told.
            self._carry_members(found, repair.successor)
        with signals_wait(self.images.machine):
            try:
                image = self._apply(repair)
            except OperatorError:
                # What is gone, or belongs to others by now, the next listing tells.
                if self.images.get(repair.image.id) is not None:
                    raise
                return
        if repair.change.is_seen_on(image) and not self._ends_own_hiding(repair):
            self._record(repair)

    def _carry_members(self, image: Image, successor: Image) -> None:
        """Let those who find *image* find its *successor*, before that is hidden.

        Raises `NotAcceptedError`.
        """
        if lacking := self._lacking(image, successor):
            self.steps += sharing(lacking, successor.id)
            carry_members(
                self.images,
                successor,
                lacking,
                may_stay_pending=self.may_stay_pending,
            )

    def _lacking(self, image: Image, successor: Image) -> Mapping[str, str]:
        """The members who find *image* and not its *successor*.

        A person may have shown that one before a run had seen to it.
        """
        if not image.visibility == successor.visibility == "shared":
            return {}
        there = members(self.images, successor)
        said = members(self.images, image)
        return {
            project: answer
            for project, answer in said.items()
            if there.get(project, PENDING) == PENDING
            and (project not in there or answer == ACCEPTED)
        }

    def _ends_own_hiding(self, repair: Repair) -> bool:
        """Whether *repair* only takes the mark away that ours has left."""
        return repair.step == "settle" and any(
            one.image.id == repair.image.id and one.successor is not None
            for one in self.repaired
        )

    def _apply(self, repair: Repair) -> Image:
        image, change, successor = repair.image, repair.change, repair.successor
        if successor is not None:
            return self.hide(image, change, successor)

        def is_overtaken(seen: Image) -> bool:
            # Another run has shown or hidden it, or promoted it into another family:
            # that was decided on older facts.
            is_elsewhere = seen.family != self.name
            return is_elsewhere or seen.hidden != change.on(image).hidden

        if repair.step == "show" and image.hidden:
            try:
                return self._bring_back(image, change)
            except GlanceError as error:
                if error.status != FULL:
                    raise
                # There is no room for a mark: what users look for comes first.
        return self.images.change(image, change, is_overtaken)

    def _is_offered(self, image: Image) -> bool:
        """Whether it is read back visible under the family's name, to no fewer."""
        found = self.images.get(image.id)
        if found is None or not self.is_found(found):
            return False
        return not is_found_wider(image, found)

    def is_found(self, image: Image) -> bool:
        """Whether a lookup of the family's name finds *image*, as it was read."""
        return bool(Family.of(self.owner, self.name, [image]).offered)

    def _is_owned(self, image: Image) -> bool:
        is_ours = image.run == str(self.session.run)
        return not is_ours and is_owner_alive(self.images, image)
