# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The current version of a candidate family becomes that of another one: promoted.

Until then it is found under the candidate's name, so nothing of it changes before the
one change that gives it the other name.
"""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cached_property

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.deprecation.replacement import WIDTH
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.decision import moving
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import (
    is_leaving,
    is_withdrawn,
    staying,
)
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.state import State, derive
from osc_imagetools.lifecycle.rotation.existing_image import ExistingImage
from osc_imagetools.lifecycle.rotation.skip import UNCHANGED, SkipReason, taken_out
from osc_imagetools.lifecycle.rotation.taken_out import is_retired, is_taken_out


class CandidateVersion(ExistingImage):
    """The current version of another family, and what it shall be in this one."""

    @property
    def name(self) -> str:
        """Of the family that it is the candidate of until then."""
        return self.image.family or ""

    def fault(self, project: Project) -> str | None:
        """Why it can't be promoted; *project* is the one that we work for."""
        return self.fault_of(self.image)

    def is_still(self, seen: Image) -> bool:
        """Whether it is, as it is *seen* now, what users of the candidate find."""
        return seen.family == self.name and self.fault_of(seen) is None

    def fault_of(self, seen: Image) -> str | None:
        """Why it can't be promoted as it is *seen* now, in words."""
        if not seen.is_managed:
            return _("it was taken out of its family")
        if why := moving(seen):
            return why
        if seen.status != "active":
            return _("its status is %s") % seen.status
        state = derive(seen).state
        if state is not State.ACTIVE:
            return _("it is %s") % state
        if seen.hidden:
            return _("it was hidden by hand")
        if seen.name != self.image.name:
            return _("it is called '%s' now") % seen.name
        return None

    @property
    def narrower(self) -> bool:
        """Whether it would be for fewer than now: they would lose what they found."""
        return WIDTH[self.visibility] < WIDTH[self.image.visibility]

    def as_ours(self, generation: int) -> Change:
        """What makes it the version of that number, beside what shows it."""
        staged = self.staged(generation)
        values = {
            name: value
            for name, value in staged.set.items()
            if name not in ("os_hidden", properties.STATE)
        }
        values[properties.PROMOTED_FROM] = self.name
        tag = self.image.text(properties.FAMILY_TAG)
        gone = frozenset({tag} if tag else ()) - staged.add_tags
        return replace(staged, set=values, remove_tags=gone)

    def label_of(self, generation: int) -> str:
        """The label that it has, if this family has no other version of it."""
        if self.label is not None or not self.image.version:
            return super().label_of(generation)
        return self.family.free_label(self.image.version)

    @cached_property
    def _inherited(self) -> frozenset[str]:
        """What was written for its family, or for the server it was made of."""
        patterns = (*properties.OF_A_SNAPSHOT, *properties.POLICY)
        return frozenset(
            name
            for name in self.image.fields
            if any(fnmatchcase(name, each) for each in patterns)
        )


def settled(shown: Image, candidate: CandidateVersion, change: Change) -> Change:
    """What is missing on *shown*, which *change* has made a version: mostly nothing.

    The candidate's own family may have told at the same instant that it is to be
    replaced there; that hides nothing here. And another writer may have undone what
    the change has set beside properties. What a person has told of it stays.
    """
    before = candidate.image
    if shown.name == before.name != change.set["name"]:
        undone = {name: change.set[name] for name in ("name", "visibility")}
    else:
        undone = {}
    if not (is_retired(shown) or is_leaving(shown)):
        return Change(set=undone)
    if is_withdrawn(shown):
        undone["os_hidden"] = False
    told = properties.WAY_OUT & shown.fields.keys()
    state = {properties.STATE: str(State.ACTIVE)}
    return staying(Change(set={**state, **undone}, remove=told), shown)


def not_current(family: Family) -> str:
    """Why the *family*, a candidate's, has no version to be promoted, in words."""
    newest = family.newest_published
    if newest is None:
        return _("none of its versions has been current yet")
    words = {"version": newest.version, "name": newest.name, "status": newest.status}
    if newest.status != "active":
        return _("the status of version %(version)s is %(status)s") % words
    if is_taken_out(newest):
        return _("version %(version)s %(what)s") % {**words, "what": taken_out(newest)}
    if newest.name != family.name:
        return _("version %(version)s, its newest, is called '%(name)s'") % words
    words = {**words, "state": str(derive(newest).state)}
    return _("version %(version)s, its newest, is %(state)s") % words


def promoted_before(family: Family, candidate: Family) -> SkipReason | None:
    """That the newest version of *candidate* is one of *family* by now."""
    newest = candidate.newest_published
    mine = [
        version
        for version in family.versions
        if version.text(properties.PROMOTED_FROM) == candidate.name
        and _came_last(newest, version)
    ]
    if not mine:
        return None
    why = _(
        "version %(version)s was promoted from '%(candidate)s', which has had no newer "
        "one since"
    ) % {"version": mine[-1].version, "candidate": candidate.name}
    return SkipReason(UNCHANGED, True, why)


def _came_last(newest: Image | None, version: Image) -> bool:
    """Whether *version* has replaced what is the *newest* of its former family."""
    return newest is None or newest.text(properties.REPLACEMENT) == version.id


def promoting(candidate: CandidateVersion, generation: int, offered: Change) -> Change:
    """The one change: the name and the showing, and that it is a version of ours."""
    mine = candidate.as_ours(generation)
    values = {**mine.set, **offered.set}
    return replace(
        offered,
        set=values,
        remove=(mine.remove | offered.remove) - values.keys(),
        add_tags=mine.add_tags | offered.add_tags,
        remove_tags=(mine.remove_tags | offered.remove_tags) - offered.add_tags,
    )
