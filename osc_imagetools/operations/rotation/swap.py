# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A new version shown, then the old one hidden: nobody ever finds no image.

1. The old version says what becomes of it, while it is still offered.
2. The new one gets its name and is shown; it is read back.
3. The old one is hidden, in the smallest change there is.
4. The family is listed again: if the new one is still there, the old one is finished.
5. It is repaired: others may have been at work, too.

What is shown, and what is hidden, is so only while it has the mark of this swap
(`lifecycle.model.fences`): whoever was sooner has taken that away.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.activation import activation
from osc_imagetools.glance.api import GlanceError
from osc_imagetools.glance.images import CHANGE_SETTLES_SECONDS
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import (
    is_hidden_by_hand,
    is_marked_listed,
    least_told,
    marked_coming,
    marked_leaving,
    outdated,
    overruling,
    settling,
    show_mark,
    showing,
    was_shown,
    was_undone_by_a_mark,
)
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.rotation.fingerprint import fingerprints
from osc_imagetools.lifecycle.rotation.retirement import HIDE, Retirement
from osc_imagetools.lifecycle.rotation.skip import rolled_back_with
from osc_imagetools.lifecycle.rotation.taken_back import taken_back
from osc_imagetools.lifecycle.rotation.taken_out import (
    is_retired,
    is_taken_out,
    was_shown_by_hand,
)
from osc_imagetools.lifecycle.rotation.usable import unusable, withdrawn_meanwhile
from osc_imagetools.operations.rotation.checks import refuse_moving
from osc_imagetools.operations.rotation.repair import Repairer
from osc_imagetools.operations.rotation.withdrawn import withdrawn
from osc_imagetools.operations.runs.reservation import FULL
from osc_imagetools.operations.runs.signals import signals_wait

LOG = logging.getLogger(__name__)

MOST_SWAPS = 10
"""Of one version, while another writer undoes each."""


@dataclass(frozen=True)
class Swapped:
    """What was offered and retired, and the family as it is now."""

    new: Image
    old: Image | None
    family: Family
    fault: str = ""
    """What of the retirement could not be done, once the new one was offered."""


@dataclass
class Swap(Repairer):
    """One family, while its current version changes."""

    def swap(
        self,
        new: Image,
        generation: int,
        offering: Callable[[Image | None], Change],
        retirement: Callable[[Image], Retirement],
        chosen: Image | None = None,
    ) -> Swapped:
        """*new*, offered under that number, and the version that was current, retired.

        *offering* is what shows the new one, by what the other one says at that
        moment, and *retirement* what becomes of that. Nothing is done where a higher
        generation is current by now, or *new* is: two rollbacks may go back to one
        version. Begun again if another writer has undone all of it. Raises
        `OperatorError` where a person has withdrawn the new one: that stands. Not what
        was known of it when it was *chosen*.
        """
        known = chosen or new
        for _turn in range(MOST_SWAPS):
            swapped = self._swap_once(new, known, generation, offering, retirement)
            standing = swapped.family.incumbent
            current = swapped.family.current
            # By another name users don't find it, though it is visible.
            is_current = current is not None and current.id == new.id
            is_overtaken = (
                standing is not None
                and standing.id != new.id
                and standing.generation > generation
            )
            if is_current or is_overtaken or self._is_promoted(new, swapped.family):
                return swapped
            self._refuse_withdrawn(new, generation, swapped)
            seen = swapped.family.version(new.id)
            if seen is not None and self._is_lost(seen, new):
                known = seen
        raise OperatorError(
            _("Image %(id)s did not become the current version of '%(name)s'")
            % {"id": new.id, "name": self.name},
            _("others undid it %d times") % MOST_SWAPS,
            _("Find out who else writes to it, then run the command again."),
        )

    def _is_promoted(self, new: Image, family: Family) -> bool:
        """Whether another family has got *new* since it was shown, as its candidate."""
        found = None if family.version(new.id) else self.images.get(new.id)
        return found is not None and found.is_managed and found.family != self.name

    def _refuse_withdrawn(self, new: Image, generation: int, swapped: Swapped) -> None:
        """Raise `OperatorError` where *new* was shown, and a person withdrew it."""
        seen = swapped.family.version(new.id)
        if seen is None:
            self._take_out(new, swapped.family.current)
        if seen is None or self._is_withdrawn(seen, new, generation):
            raise withdrawn(self.session.project, new, seen, swapped.family)

    def _is_withdrawn(self, seen: Image, new: Image, generation: int) -> bool:
        """Whether *new*, as it is *seen* now, was shown, and somebody took it out."""
        return was_shown(seen, generation) and not self._is_lost(seen, new)

    def _is_lost(self, seen: Image, new: Image) -> bool:
        """Whether Glance has lost the showing of *new* alone to another writer.

        That takes the name along, as a person would not; or it has left a mark there.
        """
        has_lost_its_name = seen.name == new.name != self.name
        return seen.hidden and (has_lost_its_name or was_undone_by_a_mark(seen))

    def _swap_once(
        self,
        new: Image,
        known: Image,
        generation: int,
        offering: Callable[[Image | None], Change],
        retirement: Callable[[Image], Retirement],
    ) -> Swapped:
        family = self.listed_in_turn(new, generation)
        if family.current is not None and family.current.id == new.id:
            # A person has shown it: what a swap does besides is still to be done.
            return Swapped(family.current, None, self.repair(family))
        old = family.incumbent
        if old is not None and old.id == new.id:
            # It is visible under a name of its own, and gets the family's.
            old = None
        if old is not None and old.generation > generation:
            return Swapped(new, None, family)
        new = self._usable(new, known, family, generation)
        try:
            new = self._mark(new, known, generation)
            return self._carry_out(new, old, generation, offering, retirement)
        except BaseException:
            with signals_wait(self.images.machine), suppress(OperatorError):
                current = self.repair().current
                if current is not None:
                    # The swap was finished first, or taken back.
                    LOG.warning(_("Version %s is current."), current.version)
            raise

    def _carry_out(
        self,
        new: Image,
        old: Image | None,
        generation: int,
        offering: Callable[[Image | None], Change],
        retirement: Callable[[Image], Retirement],
    ) -> Swapped:
        retires = Retirement()
        if old is not None:
            refuse_moving(old, self.images.now())
            retires = retirement(old)
            audience = offering(old).set.get("visibility", new.visibility)
            meant = replace(new, visibility=audience)
            old = self._announce(old, meant, generation, retires)
            if old is not None and old.family != self.name:
                # Another family has promoted it since, and keeps it.
                self._unless_gone(old, self._take_back)
                old = None
            if old is not None and old.generation > generation:
                # Somebody has just made it current again.
                return Swapped(new, None, self.repair())
        fault = ""
        with signals_wait(self.images.machine):
            change = offering(old)
            new = self._show(new, generation, change)
            is_for_all = new.visibility == change.set.get("visibility", new.visibility)
            # Else somebody has withdrawn it since, and what they did stands.
            if old is not None and not is_for_all:
                said = _("Image %(id)s is %(visibility)s now: somebody changed it")
                fault = said % {"id": new.id, "visibility": new.visibility}
                old = self._unless_gone(old, self._take_back)
            elif old is not None and self.is_found(new):
                hide = partial(
                    self.hide,
                    withdrawal=retires.withdrawal,
                    successor=new,
                    at_once=True,
                )
                old = self._unless_gone(old, hide)
        self.images.machine.sleep(CHANGE_SETTLES_SECONDS)
        old, family, failure = self._finish_old(old, new, retires)
        return Swapped(new, old, self.repair(family), fault or failure)

    def _finish_old(
        self, old: Image | None, new: Image, retirement: Retirement
    ) -> tuple[Image | None, Family, str]:
        """*old*, finished if it was replaced; the family; what could not be done."""
        family = self.listed()
        seen = old and family.version(old.id)
        if seen is not None and not retirement.withdrawal.is_seen_on(seen):
            # Others came between, or somebody has withdrawn the new one.
            family = self.repair(family)
            seen = family.version(seen.id)
        if seen is None or not retirement.withdrawal.is_seen_on(seen):
            return seen, family, ""
        if family.current is None or family.current.generation <= seen.generation:
            return seen, family, ""
        finish = partial(self.finish, retirement=retirement, new=new)
        try:
            seen = self._unless_gone(seen, finish)
        except OperatorError as error:
            return seen, family, str(error)
        return seen, family.replacing(seen) if seen else family, ""

    def finish(self, old: Image, retirement: Retirement, new: Image) -> Image:
        """*old*, with whatever its retirement brings beside the hiding.

        Where a person has hidden it, it is known as that, and stays as it is.
        """
        if is_hidden_by_hand(old) or is_taken_out(old):
            return self.images.change(old, outdated(old, new.generation))
        if not is_retired(old):
            # A run beside this one has taken the announcement back.
            again = retirement.announced(old, new, self.images.now())
            old = self.images.change(old, again)
        change = retirement.finished(old, new.text(properties.FAMILY_TAG))
        old = self.images.change(old, settling(change, old))
        # Else it has become current again.
        if retirement.obsolete and is_retired(old):
            old = activation(self.images, old, "deactivated")
        return old

    def _usable(
        self, new: Image, known: Image, family: Family, generation: int
    ) -> Image:
        """*new* as it is listed now, which servers can start from.

        Raises `OperatorError`.
        """
        found = family.version(new.id)
        why = unusable(found, new, known)
        if found is None or why:
            raise _unusable(new, why or "")
        return found

    def _mark(self, new: Image, known: Image, generation: int) -> Image:
        """*new*, which can be shown once, and of which no more than that is *known*.

        Whoever shows it from here on takes the mark away.
        """
        if show_mark(new, self.session.run, generation) in new.fields:
            return new

        def is_overtaken(image: Image) -> bool:
            is_elsewhere = image.family != self.name
            return is_elsewhere or image.generation > generation or self.is_found(image)

        with signals_wait(self.images.machine):
            before = new
            new = self.images.change(new, marked_coming(generation), is_overtaken)
            if why := withdrawn_meanwhile(before, new, known):
                self._unmark(new, generation)
                raise _unusable(new, why)
        return new

    def give_up(self, new: Image, generation: int) -> None:
        """Take the mark from *new*, which this swap to *generation* doesn't show.

        Else nobody may delete it, for it looks as if it were about to be shown.
        """
        found = self.images.get(new.id)
        if found is not None:
            with signals_wait(self.images.machine):
                self._unmark(found, generation)

    def _unmark(self, new: Image, generation: int) -> None:
        own = frozenset({show_mark(new, self.session.run, generation)})
        self.images.change(new, Change(remove=own))

    def _announce(
        self, old: Image, new: Image, generation: int, retirement: Retirement
    ) -> Image | None:
        """*old*, which says that *new* replaces it, while it is still offered."""
        change = retirement.announced(old, new, self.images.now())
        # What a rollback goes back to takes nothing out if it is withdrawn itself.
        known = fingerprints(new) if new.generation == generation else frozenset()
        marks = marked_leaving(generation, new.visibility, known).marks
        change = overruling(replace(change, marks=marks), old)

        def is_told(image: Image) -> bool:
            # Others may announce the same, each its own successor.
            is_marked = is_marked_listed(image, generation)
            if image.family != self.name:
                return True
            return is_retired(image) and (is_marked or image.hidden)

        def announce(image: Image) -> Image:
            try:
                return self.images.change(image, change, is_told)
            except GlanceError as error:
                if error.status != FULL:
                    raise
                # A quota of properties has no room for all of it. Nobody is kept from
                # going back by that: only what the swap itself needs is told.
                said = _("Version %(version)s gets fewer properties. %(why)s")
                LOG.warning(said, {"version": image.version, "why": error})
                return self.images.change(image, least_told(change), is_told)

        return self._unless_gone(old, announce)

    def _take_back(self, old: Image) -> Image:
        """*old*, which stays what it was; and hidden, if others have hidden it."""
        found = self.images.get(old.id) or old
        return found if found.hidden else self.images.change(found, taken_back(found))

    def _unless_gone(self, old: Image, act: Callable[[Image], Image]) -> Image | None:
        """What *act* makes of it; ``None`` if somebody has deleted it meanwhile."""
        try:
            return act(old)
        except GlanceError:
            if self.images.get(old.id) is not None:
                raise
            LOG.warning(_("Image %s was deleted while it was being replaced."), old.id)
            return None

    def _show(self, new: Image, generation: int, change: Change) -> Image:
        """*new* as it is once it was shown, by whomever: it may be hidden again."""

        def is_over(image: Image) -> bool:
            # Another run may offer the same image, under a number of its own.
            if image.family != self.name:
                # Promoted by another family, whose name it has.
                return True
            is_newer = image.generation > generation and not image.hidden
            is_over = is_newer or was_shown(image, generation)
            return is_over or was_shown_by_hand(image, new)

        # To announce it may have taken a minute: somebody may have been at work.
        found = self.images.get(new.id)
        if found is None:
            return replace(new, status="deleted")
        if is_over(found) and not self._is_lost(found, new):
            return found
        mark = show_mark(found, self.session.run, generation)
        try:
            new = self.images.change(found, showing(change, found, mark), is_over)
        except GlanceError:
            if self.images.get(new.id) is not None:
                raise
            return replace(new, status="deleted")
        if new.status != "active":
            # Of the old one nothing is hidden yet.
            self.images.change(new, HIDE)
        return new

    def _take_out(self, new: Image, current: Image | None) -> None:
        """Keep the bytes of *new*, which a person has deleted, from coming again."""
        if current is None:
            return
        told = rolled_back_with(current, fingerprints(new))
        with signals_wait(self.images.machine), suppress(OperatorError):
            self.images.change(current, Change({properties.BLOCKED: told}))


def _unusable(new: Image, why: str) -> OperatorError:
    what = _("Image %s can't become the current version") % new.id
    return OperatorError(what, why)
