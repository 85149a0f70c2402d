# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images adopted into families: each gets its place among the versions.

1. Numbers are taken, one for each image and for each version above one, in order.
2. The versions get theirs, the newest first: at no moment does an older one rank above.
3. The images are adopted, the oldest first; each says by which run, before.
4. The family is listed again: another run may have adopted one at the same moment.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import CHANGE_SETTLES_SECONDS
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.adoption import (
    Adoption,
    Wish,
    adopted,
    line,
    moving_policy,
    once,
    renamed,
)
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.decision import Decision, moving, refused
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import of_family, option, ours
from osc_imagetools.lifecycle.rotation.repair import repairs
from osc_imagetools.lifecycle.settings import setting
from osc_imagetools.operations.editing.renumber import placed_again, renumber
from osc_imagetools.operations.editing.replacement import Replacement
from osc_imagetools.operations.missing import refuse_no_family
from osc_imagetools.operations.name_taken import warn_of_name
from osc_imagetools.operations.runs.other_runs import refuse_living
from osc_imagetools.operations.runs.reaper import is_owner_alive, reap_dead
from osc_imagetools.operations.runs.reservation import reserve_generation
from osc_imagetools.operations.session import NOT_DONE, Outcome, Session

LOG = logging.getLogger(__name__)


def adopt(
    session: Session,
    wishes: Iterable[Wish],
    replacement: Replacement | None = None,
    *,
    renames_newest: bool = False,
) -> Iterator[Outcome]:
    """What became of each image, and of versions that got a new number or name.

    Refused where *replacement*, if the wishes name one, can't replace the image. The
    newest version gets the family's name if *renames_newest*, where none has it.
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
        adopter = _Adopter(session, name, replacement)
        yield from adopter.confirmed([*adopter.apply(adoptions)])
        yield from adopter.named(renames_newest=renames_newest)


def rename_newest(session: Session, name: str) -> Iterator[Outcome]:
    """What became of the newest version, which is to get the family's *name*.

    Raises `OperatorError` where no version can get it.
    """
    adopter = _Adopter(session, name)
    return adopter.named(renames_newest=True, is_wanted=True)


class _Adopter:
    """Adopts into one family."""

    def __init__(
        self, session: Session, name: str, replacement: Replacement | None = None
    ) -> None:
        self._session, self._images = session, session.images
        self._replacement = replacement
        family = session.family(name)
        is_alive = partial(is_owner_alive, self._images)
        is_repaired = not repairs(family, is_alive, self._images.now())
        if is_repaired:
            # Else a version that was hidden for one of them would never come back.
            family = reap_dead(
                self._images, family, is_dry_run=session.is_dry_run
            ).family
        self._family, self._highest = family, family.highest_generation
        warn_of_name(family)

    def apply(self, adoptions: list[Adoption]) -> Iterator[Outcome]:
        """What became of each, and of the versions that rank above one now."""
        wanted: dict[str, Adoption] = {}
        for adoption in adoptions:
            if why := self._unwanted(adoption):
                yield Outcome("refused", adoption.image, adoption.image.id, note=why)
            elif adoption.is_done:
                yield self._said(adoption)
            else:
                wanted[adoption.image.id] = adoption
        labels = self._labels(wanted)
        for own_id in wanted.keys() - labels.keys():
            image, label = wanted[own_id].image, wanted[own_id].wish.label
            why = _("the family has a version '%s' already") % label
            yield Outcome("refused", image, own_id, note=why)
            del wanted[own_id]
        ids, numbered = line(self._family, wanted.values())
        try:
            numbers = self._numbers([one for one in ids if one in numbered], wanted)
        except OperatorError as error:
            for adoption in wanted.values():
                image = adoption.image
                yield Outcome("failed", image, image.id, note=str(error))
            return
        done = {one.wanted: one for one in self._renumbered(numbers, wanted)}
        stuck = [one for one in done.values() if one.result in NOT_DONE]
        for own_id, number in numbers.items():
            if own_id in wanted:
                label = labels[own_id]
                yield self._adopted(wanted[own_id], label, number, stuck)
            else:
                yield done[own_id]

    def confirmed(self, outcomes: list[Outcome]) -> Iterator[Outcome]:
        """*outcomes*, of which an adoption is none that another run has undone.

        Two that adopt one image in the same instant both read their own word back.
        """
        adopted = [one for one in outcomes if one.result == "adopted"]
        if adopted and not self._session.is_dry_run:
            self._images.machine.sleep(CHANGE_SETTLES_SECONDS)
            self._family = self._listed()
        there = {version.id: version for version in self._family.versions}
        for one in outcomes:
            if one not in adopted or one.image == there.get(one.wanted):
                yield one
            elif one.wanted in there:
                yield self._wholly(one, there[one.wanted])
            else:
                yield self._taken(one)

    def _wholly(self, outcome: Outcome, found: Image) -> Outcome:
        """*outcome*, whose place in the family is its own again.

        Of two changes at once Glance may save the properties of both, mixed.
        """
        image = placed_again(self._images, outcome.image or found, found)
        return replace(outcome, image=image)

    def _taken(self, outcome: Outcome) -> Outcome:
        """That another run was later, and has *outcome*'s image."""
        found = self._images.get(outcome.wanted)
        why = _("it is no longer a version of '%s'") % self._family.name
        if found is None:
            why = _("it was deleted in the meantime")
        elif found.is_managed and found.family != self._family.name:
            why = _("another run adopted it into '%s' in the meantime") % found.family
        return replace(outcome, result="refused", image=found, changes=(), note=why)

    def named(
        self, *, renames_newest: bool, is_wanted: bool = False
    ) -> Iterator[Outcome]:
        """What became of the newest version where none has the family's name."""
        family = self._family
        newest = family.incumbent
        if newest is None:
            if is_wanted:
                refuse_no_family(self._images, self._session.project, family)
                raise _no_version(self._session.project, family)
            if family.versions:
                LOG.warning(_("No version of '%s' is visible and boots."), family.name)
        elif newest == family.current:
            if is_wanted:
                why = _("it is called '%s'") % family.name
                yield Outcome("unchanged", newest, newest.id, note=why)
        elif renames_newest:
            namesakes = self._session.namesakes(family.name)
            yield self._session.apply(
                newest,
                lambda image: renamed(image, family.name, namesakes),
                status_first=False,
            )
        else:
            LOG.warning("%s", _not_named(self._session.project, family, newest))

    def _unwanted(self, adoption: Adoption) -> str | None:
        """Why it is not adopted, in words."""
        if why := adoption.fault(self._session.project):
            return why
        if self._replacement and (why := self._replacement.unfit(adoption.image)):
            return why
        return None

    def _labels(self, wanted: dict[str, Adoption]) -> dict[str, str]:
        """The label of each by its ID; of one that was said and is taken there is none.

        The older image has it.
        """
        labels: dict[str, str] = {}
        family = self._family
        for own_id in line(family, wanted.values())[0]:
            if own_id in wanted and (label := wanted[own_id].label(family)):
                labels[own_id] = label
                version = adopted(wanted[own_id], label, 0).change.on(
                    wanted[own_id].image
                )
                family = replace(family, versions=(*family.versions, version))
        return labels

    def _said(self, adoption: Adoption) -> Outcome:
        return self._session.apply(
            adoption.image,
            lambda image: setting(image, adoption.wish.said, self._session.project),
            status_first=False,
        )

    def _numbers(self, ids: list[str], wanted: dict[str, Adoption]) -> dict[str, int]:
        """A number for each of these IDs, in this order; raises `OperatorError`."""
        if self._session.is_dry_run:
            return {own_id: self._highest + at for at, own_id in enumerate(ids, 1)}
        owner, name = self._family.owner, self._family.name
        if any(own_id not in wanted for own_id in ids):
            # What a living run brings in would rank below the current version.
            refuse_living(self._images, self._family)
        numbers, highest = dict[str, int](), self._highest
        for own_id in ids:
            number = reserve_generation(
                self._images, owner, name, highest, self._session.run
            )
            if number > highest + 1 and highest == self._highest:
                LOG.warning("%s", _used_up(name, highest + 1, number - 1))
            numbers[own_id] = highest = number
        return numbers

    def _renumbered(
        self, numbers: dict[str, int], wanted: dict[str, Adoption]
    ) -> Iterator[Outcome]:
        """What became of the versions, the newest first."""
        versions = {version.id: version for version in self._family.versions}
        for own_id, number in reversed(numbers.items()):
            if own_id not in wanted:
                yield self._kept(
                    renumber(self._session, self._family, versions[own_id], number)
                )

    def _listed(self) -> Family:
        return self._session.family(self._family.name)

    def _adopted(
        self, adoption: Adoption, label: str, number: int, stuck: list[Outcome]
    ) -> Outcome:
        image = adoption.image
        if stuck:
            above = {"id": stuck[0].wanted, "note": stuck[0].note}
            why = _("image %(id)s has to rank above it: %(note)s") % above
            return Outcome("refused", image, image.id, note=why)

        def decided(image: Image) -> Decision:
            fresh = replace(adoption, image=image)
            if why := self._unwanted(fresh):
                return refused(why)
            version = adopted(fresh, label, number).change.on(image)
            policy = moving_policy(self._family, version)
            decision = adopted(fresh, label, number, policy)
            return decision if self._session.is_dry_run else once(decision)

        try:
            image = self._marked(image)
        except OperatorError as error:
            return Outcome("failed", image, image.id, note=str(error))
        outcome = self._session.apply(image, decided, status_first=False)
        if outcome.result == "adopted" and outcome.image is not None:
            family = Family.of(self._family.owner, self._family.name, [outcome.image])
            if [one.generation for one in family.versions] != [number]:
                return self._taken(outcome)
        return self._kept(outcome)

    def _marked(self, image: Image) -> Image:
        """*image*, which says what run adopts it: the adoption takes that away.

        So it is carried out once, however late Glance gets it, and by one run of those
        that do it one after the other.
        """
        if self._session.is_dry_run:
            return image
        mark = Change(set={properties.ADOPTING: str(self._session.run)})

        def is_version(seen: Image) -> bool:
            return seen.is_managed and seen.generation > 0

        found = self._images.get(image.id)
        if found is None or is_version(found) or moving(found):
            return found or image
        image = self._images.change(found, mark, is_version)
        if is_version(image) and mark.is_seen_on(image):
            # Another run was sooner, and its own mark was gone by then.
            gone = Change(remove=frozenset({properties.ADOPTING}))
            image = self._images.change(image, gone)
        return image

    def _kept(self, outcome: Outcome) -> Outcome:
        """*outcome*, whose image is known in the family from now on."""
        if outcome.image and outcome.result not in NOT_DONE:
            family = self._family
            images = (*family.versions, outcome.image)
            self._family = Family.of(family.owner, family.name, images)
        return outcome


def _no_version(project: Project, family: Family) -> OperatorError:
    return OperatorError(
        _("No version of '%s' can get that name") % family.name,
        _("no version that was published is visible and bootable"),
        _("See them: %s") % of_family(project, "lifecycle show", family.name),
    )


def _not_named(project: Project, family: Family, newest: Image) -> str:
    words = ("--rename-newest", *option("family", family.name))
    how = ours(project, "lifecycle set", *words)
    return _(
        "No version is called '%(name)s': a lookup of that name finds nothing "
        "yet. The next rotation replaces version %(version)s, which is "
        "called '%(newest_name)s'. To give that version the name now: %(how)s"
    ) % {
        "name": family.name,
        "version": newest.version,
        "newest_name": newest.name,
        "how": how,
    }


def _used_up(name: str, first: int, last: int) -> str:
    one = _(
        "No version of '%(name)s' can get generation %(first)s: each is given out "
        "once, and its image ID stays taken when the image has left the family."
    )
    several = _(
        "No version of '%(name)s' can get generation %(first)s to %(last)s: each is "
        "given out once, and its image ID stays taken when the image has left the "
        "family."
    )
    told = one if first == last else several
    return told % {"name": name, "first": first, "last": last}
