# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A new version shown, then the old one hidden: nobody ever finds no image.

1. The old version says what becomes of it, while it is still offered.
2. The new one gets its name and is shown; it is read back.
3. The old one is hidden, in the smallest change there is.
4. The family is listed again and repaired: others may have been at work, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.activation import activation
from osc_imagetools.glance.api import GlanceError
from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.change import Change
from osc_imagetools.lifecycle.decision import bytes_moving
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.generation import Run
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.repair import Repair, is_retired, repairs
from osc_imagetools.lifecycle.retirement import HIDE, SHOW, Retirement
from osc_imagetools.operations.claim import Notice, bury_dead, is_owner_alive
from osc_imagetools.operations.signals import signals_wait

SETTLE_SECONDS = 0.1
"""Until a change that another writer had begun before ours is through."""

MOST_ROUNDS = 20
"""Of listing and repairing: others may be at work as long as that."""


STALE_TASK = timedelta(hours=2)

MOST_SWAPS = 3
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
class Swap:
    """One family, while its current version changes."""

    images: Images
    owner: str
    name: str
    run: Run
    notice: Notice
    repaired: list[Repair] = field(default_factory=list)
    """What had to be mended so far."""

    def listed(self) -> Family:
        """The family as it is now."""
        found = self.images.of_family(self.owner, self.name)
        return Family.of(self.owner, self.name, found)

    def mended(self) -> Family:
        """The family, with one visible version; records of dead runs are deleted."""
        for _ in range(MOST_ROUNDS):
            family = self.listed()
            needed = repairs(family, self._is_owned, self.images.now())
            if not needed:
                # Not sooner: a version that was hidden for a record that is gone
                # looks as if it had been deprecated on purpose.
                return bury_dead(self.images, family, self.notice)
            for repair in needed:
                self._mend(repair)
        raise OperatorError(
            f"The family '{self.name}' does not settle",
            "others keep changing its images",
            "See who else writes to them, then run the command again.",
        )

    def swapped(
        self,
        new: Image,
        generation: int,
        offering: Callable[[Image | None], Change],
        retirement: Callable[[Image], Retirement],
    ) -> Swapped:
        """*new*, offered under that number, and the version that was current, retired.

        *offering* is what shows the new one, by what the other one says at that
        moment, and *retirement* what becomes of that. Nothing is done where a higher
        generation is current by now, or *new* is: two rollbacks may go back to one
        version. Begun again if another writer has undone all of it.
        """
        for _ in range(MOST_SWAPS):
            swapped = self._swapped_once(new, generation, offering, retirement)
            current = swapped.family.current
            if current is None or current.id == new.id:
                return swapped
            if current.generation > generation:
                return swapped
        raise OperatorError(
            f"Image {new.id} did not become the current version of '{self.name}'",
            f"others have undone that {MOST_SWAPS} times",
            "See who else writes to it, then run the command again.",
        )

    def _swapped_once(
        self,
        new: Image,
        generation: int,
        offering: Callable[[Image | None], Change],
        retirement: Callable[[Image], Retirement],
    ) -> Swapped:
        family = self.listed()
        old = family.current
        if old is not None and old.id == new.id:
            return Swapped(old, None, family)
        if old is not None and old.generation > generation:
            return Swapped(new, None, family)
        new = _usable(new, family)
        fault = ""
        try:
            retires = Retirement()
            if old is not None:
                refuse_moving(old, self.images.now())
                retires = retirement(old)
                old = self._announced(old, new, retires)
                if old is not None and old.generation > generation:
                    # Somebody has just made it current again.
                    return Swapped(new, None, self.mended())
            with signals_wait():
                new = self._shown(new, generation, offering(old))
                if old is not None:
                    hide = partial(
                        self._hidden,
                        withdrawal=retires.withdrawal,
                        generation=generation,
                    )
                    old = self._unless_gone(old, hide)
            if old is not None and old.generation < generation:
                finish = partial(self.finished, retirement=retires, new=new)
                try:
                    old = self._unless_gone(old, finish)
                except OperatorError as error:
                    fault = str(error)
            time.sleep(SETTLE_SECONDS)
            return Swapped(new, old, self.mended(), fault)
        except BaseException as error:
            with signals_wait(), suppress(OperatorError):
                current = self.mended().current
                if current is not None and not isinstance(error, Exception):
                    # The swap was finished first, or taken back.
                    self.notice(f"Version {current.version} is current.")
            raise

    def finished(self, old: Image, retirement: Retirement, new: Image) -> Image:
        """*old*, with whatever its retirement brings beside the hiding."""
        if not is_retired(old):
            # A run beside this one has taken the announcement back.
            again = retirement.announced(old, new, self.images.now())
            old = self.images.change(old, again)
        change = retirement.finished(old, new.text(properties.FAMILY_TAG))
        old = self.images.change(old, change)
        if retirement.obsolete:
            old = activation(self.images, old, "deactivated")
        return old

    def _announced(
        self, old: Image, new: Image, retirement: Retirement
    ) -> Image | None:
        """*old*, which says what becomes of it, while it is still offered."""
        change = retirement.announced(old, new, self.images.now())
        # Others may announce the same, each its own successor.
        announce = partial(self.images.change, change=change, gives_way=is_retired)
        return self._unless_gone(old, announce)

    def _unless_gone(self, old: Image, act: Callable[[Image], Image]) -> Image | None:
        """What *act* makes of it; ``None`` if somebody has deleted it meanwhile."""
        try:
            return act(old)
        except GlanceError:
            if self.images.get(old.id) is not None:
                raise
            self.notice(f"Image {old.id} was deleted while it was being replaced.")
            return None

    def _shown(self, new: Image, generation: int, change: Change) -> Image:
        def is_newer(image: Image) -> bool:
            # Another run offers the same image, under a number of its own.
            return image.generation > generation and not image.hidden

        new = self.images.change(new, change, is_newer)
        if new.status != "active":
            # Of the old one nothing is hidden yet.
            self.images.change(new, HIDE)
            raise _unusable(new, f"its status is {new.status}: it is hidden again")
        return new

    def _hidden(self, image: Image, withdrawal: Change, generation: int) -> Image:
        """*image* withdrawn, as one of that *generation* is visible.

        Or shown again, if another run has given it a higher one in that instant: no
        request can tell Glance to hide it only unless.
        """

        def is_newer(seen: Image) -> bool:
            return seen.generation > generation

        image = self.images.change(image, withdrawal, is_newer)
        if is_newer(image):
            image = self.images.change(image, Change({**SHOW.set, "name": self.name}))
        return image

    def _mend(self, repair: Repair) -> None:
        found = self.images.get(repair.image.id)
        if found is None or found.generation != repair.image.generation:
            # What is gone, or was made current again, the next listing tells.
            return
        if repair.successor is not None and not self._is_offered(repair.successor):
            return
        with signals_wait():
            try:
                image = self._repaired(repair)
            except OperatorError:
                # What is gone, or belongs to others by now, the next listing tells.
                if self.images.get(repair.image.id) is not None:
                    raise
                return
        if repair.change.is_seen_on(image):
            self.repaired.append(repair)

    def _repaired(self, repair: Repair) -> Image:
        image, change, successor = repair.image, repair.change, repair.successor
        if successor is not None:
            return self._hidden(image, change, successor.generation)

        def is_overtaken(seen: Image) -> bool:
            # Another run has shown or hidden it: that was decided on older facts.
            return seen.hidden != change.on(image).hidden

        return self.images.change(image, change, is_overtaken)

    def _is_offered(self, image: Image) -> bool:
        """Whether it is read back visible under the family's name."""
        found = self.images.get(image.id)
        return found is not None and bool(
            Family.of(self.owner, self.name, [found]).offered
        )

    def _is_owned(self, image: Image) -> bool:
        is_ours = image.run == str(self.run)
        return not is_ours and is_owner_alive(self.images, image)


def refuse_moving(current: Image, now: datetime) -> None:
    """Raise `OperatorError` if Glance would undo what is changed on *current* now.

    A task that nothing has been heard of for so long that Glance gives its lock to
    others is none.
    """
    is_stale = now - (current.updated_at or now) > STALE_TASK
    why = bytes_moving(current)
    if why and not (is_stale and current.status == "active"):
        raise OperatorError(
            f"Version {current.version} of '{current.family}' can't be replaced now",
            why,
        )


def _usable(new: Image, family: Family) -> Image:
    """*new* as it was listed just now, which servers can start from."""
    found = next((each for each in family.versions if each.id == new.id), None)
    if found is None:
        raise _unusable(new, "it was deleted meanwhile")
    if found.status != "active":
        raise _unusable(new, f"its status is {found.status}")
    if why := bytes_moving(found):
        raise _unusable(new, why)
    return found


def _unusable(new: Image, why: str) -> OperatorError:
    return OperatorError(f"Image {new.id} can't become the current version", why)
