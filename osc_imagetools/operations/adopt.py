# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images adopted into families, oldest build first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from osc_imagetools.lifecycle.adoption import (
    Adoption,
    Wish,
    adopted,
    outranks,
    renumbered,
)
from osc_imagetools.lifecycle.decision import Decision, refused
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.settings import setting
from osc_imagetools.operations.claim import Notice, bury_dead
from osc_imagetools.operations.replacement import Replacement
from osc_imagetools.operations.run import this_run
from osc_imagetools.operations.settled import Outcome, Session
from osc_imagetools.operations.ticket import taken


def adopt(
    session: Session,
    wishes: Iterable[Wish],
    notice: Notice,
    replacement: Replacement | None = None,
) -> Iterator[Outcome]:
    """What became of each image, and of current versions that got a new number.

    Refused where *replacement*, if the wishes name one, can't replace the image.
    """
    session.images.require_hidden()
    by_family: dict[str, list[Adoption]] = {}
    for wish in wishes:
        for found in session.found([wish.wanted]):
            if isinstance(found, Outcome):
                yield found
            else:
                by_family.setdefault(wish.family, []).append(Adoption(found, wish))
    for name, adoptions in by_family.items():
        adopter = _Adopter(session, name, notice, replacement)
        yield from adopter.settled(adoptions)


class _Adopter:
    """Adopts into one family."""

    def __init__(
        self,
        session: Session,
        name: str,
        notice: Notice,
        replacement: Replacement | None,
    ) -> None:
        self._session, self._images = session, session.images
        self._replacement = replacement
        found = self._images.of_family(session.owner, name)
        self._family = Family.of(session.owner, name, found)
        self._highest = self._family.highest_generation
        if not session.is_dry_run:
            bury_dead(self._images, self._family, notice)
        self._run = this_run()

    def settled(self, adoptions: list[Adoption]) -> Iterator[Outcome]:
        """What became of each; the current version keeps the highest number."""
        current, is_outranked = self._family.current, False
        for adoption in sorted(adoptions, key=lambda one: one.place):
            outcome = self._session.settled(
                adoption.image, partial(self._decided, adoption), status_first=False
            )
            if current and outcome.image:
                is_outranked |= outranks(outcome.image, current)
            yield outcome
        if current and is_outranked:
            yield self._session.settled(
                current,
                lambda image: renumbered(image, self._number()),
                status_first=False,
            )

    def _decided(self, adoption: Adoption, image: Image) -> Decision:
        adoption = replace(adoption, image=image)
        if adoption.fault:
            return refused(adoption.fault)
        if self._replacement and (why := self._replacement.unfit(image)):
            return refused(why)
        if adoption.is_done:
            return setting(image, adoption.wish.said)
        label = adoption.label(self._family)
        if label is None:
            return refused(f"the family has a version '{adoption.wish.label}' already")
        decision = adopted(adoption, label, self._number())
        # Its label is taken from now on.
        versions = (*self._family.versions, decision.change.on(image))
        self._family = replace(self._family, versions=versions)
        return decision

    def _number(self) -> int:
        if self._session.is_dry_run:
            self._highest += 1
        else:
            owner, name = self._family.owner, self._family.name
            self._highest = taken(self._images, owner, name, self._highest, self._run)
        return self._highest
