# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A candidate family's current version shown under our name: one change for both.

Before that change it is what users of the candidate find, and nothing but a mark tells
of the swap; after it, it is a version like any other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.api import GlanceError
from osc_imagetools.glance.images import CHANGE_SETTLES_SECONDS
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.decision import bytes_moving
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import (
    is_coming_otherwise,
    marked_promoted,
    promotion_mark,
    showing,
)
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.remedy import command, of_family, option
from osc_imagetools.lifecycle.rotation.candidate import (
    CandidateVersion,
    not_current,
    promoted_before,
    promoting,
    settled,
)
from osc_imagetools.lifecycle.rotation.retirement import Retirement
from osc_imagetools.lifecycle.rotation.skip import SkipReason
from osc_imagetools.lifecycle.rotation.taken_out import has_lost_its_name
from osc_imagetools.operations.lookup import by_id
from osc_imagetools.operations.missing import refuse_no_family
from osc_imagetools.operations.rotation.existing_image import described_image
from osc_imagetools.operations.rotation.inheritance import Inheritance
from osc_imagetools.operations.rotation.repair import MOST_TURNS, Repairer
from osc_imagetools.operations.rotation.swap import Swap, Swapped
from osc_imagetools.operations.runs.signals import signals_wait
from osc_imagetools.operations.session import Session

LOG = logging.getLogger(__name__)


def find_candidate(
    session: Session, inheritance: Inheritance, family: Family, repairer: Repairer
) -> CandidateVersion | SkipReason:
    """The version that the named family offers, and what it shall be as ours.

    That family is repaired first by *repairer*. Raises `OperatorError` if it can't be
    promoted.
    """
    theirs = repairer.repair()
    if (why := promoted_before(family, theirs)) and theirs.current is None:
        return why
    refuse_no_family(session.images, session.project, theirs)
    image = theirs.current
    if image is None:
        rotating = of_family(session.project, "rotate", theirs.name)
        raise OperatorError(
            _("The family '%s' has no current version to promote") % theirs.name,
            not_current(theirs),
            _("To publish the next candidate: %s") % rotating,
        )
    if inheritance.request.candidate_id not in (None, image.id):
        raise OperatorError(
            _("The candidate of '%s' is another one by now") % family.name,
            _("version %(version)s of '%(name)s' is current")
            % {"version": image.version, "name": theirs.name},
            _("Make a new plan, which tells when that one is due."),
        )
    candidate = described_image(session, inheritance, family, image, CandidateVersion)
    if candidate.narrower:
        wider, wanted = image.visibility, candidate.visibility
        narrowing = command("set", f"--{wanted}", image.id)
        raise OperatorError(
            _("Image %(id)s can't become the next version of '%(name)s'")
            % {"id": image.id, "name": family.name},
            _(
                "it is %(wider)s, and would be %(wanted)s: whoever else uses it would "
                "lose it"
            )
            % {"wider": wider, "wanted": wanted},
            _("Use --%(wider)s; or, if nobody does: %(narrowing)s")
            % {"wider": wider, "narrowing": narrowing},
        )
    return candidate


def warn_of_candidate(candidate: CandidateVersion) -> None:
    """Say what becomes of the candidate's own name."""
    LOG.warning(
        _("The name '%s' finds no image from now on, until that family is rotated."),
        candidate.name,
    )


@dataclass
class Promotion(Swap):
    """The same swap, to a version that another family offers until it is shown."""

    candidate: CandidateVersion | None = None
    """Known once it was decided on."""

    def as_ours(self, image: Image, generation: int) -> Image:
        """*image* as it will be once it is the version of that number."""
        candidate = self._known_candidate()
        is_ours = image.family == self.name
        return image if is_ours else candidate.as_ours(generation).on(image)

    def open_to_members(self, new: Image) -> None:
        """Let a private candidate have members, who have to be there before the swap.

        Nobody sees more of it by that.
        """
        found = self.images.get(new.id)
        if found is None or not new.visibility == "shared" != found.visibility:
            return
        if found.visibility == "private" and not self._is_over(found):
            with signals_wait(self.images.machine):
                shared = Change({"visibility": "shared"})
                self.images.change(found, shared, self._is_over)

    def _known_candidate(self) -> CandidateVersion:
        assert self.candidate is not None
        return self.candidate

    def _usable(
        self, new: Image, known: Image, family: Family, generation: int
    ) -> Image:
        candidate = self._known_candidate()
        theirs = self.session.family(candidate.name)
        ours = family.version(new.id)
        if ours is not None and has_lost_its_name(ours):
            return ours
        found = theirs.version(new.id)
        if found is None or theirs.current is None or theirs.current.id != new.id:
            raise self._not_promoted(found or self.images.get(new.id), theirs)
        return self.as_ours(found, generation)

    def _mark(self, new: Image, known: Image, generation: int) -> Image:
        candidate = self._known_candidate()
        with signals_wait(self.images.machine):
            found = self.images.get(new.id) or replace(new, status="deleted")
            if candidate.is_still(found):
                found = self.images.change(
                    found, marked_promoted(generation), self._is_over
                )
            if found.family != self.name and not candidate.is_still(found):
                self._unmark(found, generation)
                raise self._not_promoted(found)
        return self.as_ours(found, generation)

    def _carry_out(
        self,
        new: Image,
        old: Image | None,
        generation: int,
        offering: Callable[[Image | None], Change],
        retirement: Callable[[Image], Retirement],
    ) -> Swapped:
        try:
            return super()._carry_out(new, old, generation, offering, retirement)
        except BaseException:
            with signals_wait(self.images.machine), suppress(OperatorError):
                if (found := self.images.get(new.id)) is not None:
                    self._unmark(found, generation)
            raise

    def _unmark(self, found: Image, generation: int) -> None:
        mark = frozenset({promotion_mark(found, generation)})
        if bytes_moving(found) is None and mark <= found.fields.keys():
            self.images.change(found, Change(remove=mark, requires=mark))

    def _is_over(self, seen: Image) -> bool:
        """Whether it is no longer what users of the candidate find, as *seen* now."""
        return not self._known_candidate().is_still(seen)

    def _show(self, new: Image, generation: int, change: Change) -> Image:
        candidate = self._known_candidate()
        found = self.images.get(new.id)
        if found is None:
            return replace(new, status="deleted")
        mark = promotion_mark(found, generation)
        change = promoting(candidate, generation, change)
        if found.family == self.name:
            return self._settle(found, change)
        if self._is_over(found):
            return found
        try:
            shown = self.images.change(
                found, showing(change, found, mark), self._is_over
            )
            shown = self._settle(shown, change)
        except GlanceError:
            if self.images.get(new.id) is not None:
                raise
            return replace(new, status="deleted")
        return shown

    def _settle(self, shown: Image, change: Change) -> Image:
        """*shown*, without what others have told or undone at the same instant."""
        if shown.family != self.name or self._is_replaced(shown):
            return shown
        left = settled(shown, self._known_candidate(), change)
        return self.images.change(shown, left, self._is_replaced)

    def _is_lost(self, seen: Image, new: Image) -> bool:
        return has_lost_its_name(seen)

    def listed_in_turn(self, image: Image, generation: int) -> Family:
        """Once no other run is about to show the candidate, or after a second."""
        for _turn in range(MOST_TURNS):
            found = self.images.get(image.id)
            if found is None or self._is_over(found):
                break
            if not is_coming_otherwise(found, generation):
                break
            self.images.machine.sleep(CHANGE_SETTLES_SECONDS)
        return super().listed_in_turn(image, generation)

    def _is_replaced(self, shown: Image) -> bool:
        """Whether it is to be replaced in our family, and not in the candidate's."""
        successor = by_id(self.images, shown.text(properties.REPLACEMENT) or "")
        return successor is not None and successor.family == self.name

    def _is_promoted(self, new: Image, family: Family) -> bool:
        # It is another family's until it is shown.
        return False

    def _refuse_withdrawn(self, new: Image, generation: int, swapped: Swapped) -> None:
        found = self.images.get(new.id)
        if found is not None and found.family != self.name:
            self._unmark(found, generation)
            raise self._not_promoted(found)
        super()._refuse_withdrawn(new, generation, swapped)

    def _not_promoted(
        self, seen: Image | None, theirs: Family | None = None
    ) -> OperatorError:
        candidate = self._known_candidate()
        image, current = candidate.image, theirs.current if theirs else None
        what = _("Version %(version)s of '%(name)s' was not promoted") % {
            "version": image.version,
            "name": candidate.name,
        }
        if seen is None or seen.status == "deleted":
            return OperatorError(what, _("somebody deleted it in the meantime"))
        if current is not None and current.id != image.id:
            words = option("from-family", candidate.name)
            again = of_family(self.session.project, "rotate", self.name, *words)
            why = _("version %s is current there by now") % current.version
            return OperatorError(what, why, _("To promote that one: %s") % again)
        if seen.family != candidate.name:
            return OperatorError(
                what, _("it is a version of '%s' by now") % seen.family
            )
        why = candidate.fault_of(seen) or _("others changed it at the same moment")
        return OperatorError(what, _("%s, and stays so") % why)
