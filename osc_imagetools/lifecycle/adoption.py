# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images that become versions of a family, and nothing else about them changes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.adoption_order import Place, day_of, label_in, merged
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.decision import Decision, moving, refused
from osc_imagetools.lifecycle.model.family import Family, name_taken
from osc_imagetools.lifecycle.model.fences import numbered
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.policy import policy_holder, policy_of
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import ours
from osc_imagetools.lifecycle.model.state import State, derive

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Wish:
    """What somebody wants an image to be as a version."""

    wanted: str
    """The image's name or ID."""
    family: str
    label: str | None = None
    """``None``: the day of its build, else of its creation."""
    build_date: date | None = None
    """``None``: what the image says of it, if anything."""
    said: Mapping[str, str] = field(default_factory=dict)
    """Other properties of ours, by name."""


@dataclass(frozen=True)
class Adoption:
    """An image, and what is wanted of it."""

    image: Image
    wish: Wish

    @property
    def day(self) -> date | None:
        """When it was built, as far as anything tells: a name or a label too."""
        return self.wish.build_date or day_of(self.image, self.wish.label or "")

    @property
    def is_offered(self) -> bool:
        """Whether a lookup of the family's name finds it."""
        return self.image.is_usable and self.image.name == self.wish.family

    @property
    def place(self) -> Place:
        """What decides where it stands among the others."""
        image = self.image
        wanted = self.wanted_label
        return Place(image.id, wanted, self.day, image.created_at, self.is_offered)

    @property
    def wanted_label(self) -> str:
        """What was said; else the day of its build, else of its creation."""
        wish, created_at = self.wish, self.image.created_at
        told = wish.build_date or self.image.moment(properties.BUILD_DATE)
        return (
            wish.label
            or (f"{told:%Y%m%d}" if told else label_in(self.image.name))
            or (f"{created_at:%Y%m%d}" if created_at else self.image.id)
        )

    @property
    def is_done(self) -> bool:
        """Whether it has a place in the family already."""
        image = self.image
        is_version = image.is_managed and bool(image.generation)
        return is_version and image.family == self.wish.family

    def fault(self, project: Project) -> str | None:
        """Why it can't be adopted, in words; *project* is the one we work for."""
        image = self.image
        if why := moving(image):
            return why
        if image.is_managed and image.generation and not self.is_done:
            how = ours(project, "lifecycle unset", "--all", image.id)
            words = {"family": image.family, "how": how}
            return (
                _("it is a version of '%(family)s'. To remove it first: %(how)s")
                % words
            )
        return None

    def label(self, family: Family) -> str | None:
        """A label that is free in *family*; ``None`` if the one wanted is taken."""
        free = family.free_label(self.wanted_label)
        return None if self.wish.label and free != self.wanted_label else free


def adopted(
    adoption: Adoption, label: str, generation: int, policy: Mapping[str, str] = _NONE
) -> Decision:
    """The one change that makes it that version of its family.

    The *policy* is the family's, if it stands on this version from now on.
    """
    image, wish = adoption.image, adoption.wish
    told = {
        **policy,
        **wish.said,
        properties.ID: image.id,
        properties.FAMILY: wish.family,
        properties.VERSION: label,
        properties.GENERATION: str(generation),
        properties.STATE: str(_state(image)),
    }
    if wish.build_date:
        told[properties.BUILD_DATE] = wish.build_date.isoformat()
    if added := _added(image, told):
        told[properties.ADDED] = json.dumps(added, sort_keys=True)
    if image.is_usable and image.created_at and not image.was_offered:
        # Whatever its name: users had it, so a rollback may go back to it.
        told.setdefault(properties.PUBLISHED_AT, format_time(image.created_at))
    inherited = [] if image.is_managed else image.fields
    foreign = {name for name in inherited if name.startswith(properties.PREFIX)}
    change = Change(
        set=told,
        remove=frozenset(foreign - told.keys()),
        add_tags=frozenset({properties.TAG}),
    )
    return Decision("adopted", change, changes=(*told, "tags"))


def once(decision: Decision) -> Decision:
    """*decision*, carried out only as long as the image says that a run adopts it."""
    mark, change = frozenset({properties.ADOPTING}), decision.change
    marked = replace(change, remove=change.remove | mark, requires=mark)
    return replace(decision, change=marked)


def moving_policy(family: Family, version: Image) -> dict[str, str]:
    """The family's policy, if it stands on *version* once that is adopted."""
    last = policy_holder(family)
    if last is None:
        return {}
    images = (*family.versions, version)
    after = policy_holder(Family.of(family.owner, family.name, images))
    is_moving = after is not None and after.id == version.id != last.id
    return policy_of(last) if is_moving else {}


def _added(image: Image, told: Mapping[str, str]) -> dict[str, str]:
    """What *image* gets beside properties of ours, and did not have."""
    return {
        name: text
        for name, text in told.items()
        if name not in image.fields and not name.startswith(properties.PREFIX)
    }


def line(
    family: Family, adoptions: Iterable[Adoption]
) -> tuple[tuple[str, ...], frozenset[str]]:
    """The IDs of versions and adopted images, oldest first; which need a number.

    Those are the adopted ones, and what ranks above one of them. A version that was
    never offered yet is no part of it: it gets a number when it is.
    """
    versions = [
        version
        for version in family.versions
        if version.generation and not _is_to_come(version)
    ]
    others = [adoption.place for adoption in adoptions]
    current = family.current
    places = merged(
        [Place.of(version) for version in versions],
        current.id if current else None,
        others,
    )
    ids = tuple(place.image_id for place in places)
    first = min((ids.index(other.image_id) for other in others), default=len(ids))
    return ids, frozenset(ids[first:])


def renumbered(image: Image, generation: int, *, is_current: bool) -> Decision:
    """A version of a family that older ones were adopted into."""
    change = Change(set={properties.GENERATION: str(generation)})
    change = numbered(change, image, generation)
    note = _("older ones were adopted: they rank below it")
    if is_current:
        note = _("it stays the current version: the adopted ones rank below it")
    return Decision("renumbered", change, changes=(properties.GENERATION,), note=note)


def renamed(image: Image, family: str, namesakes: Collection[Image]) -> Decision:
    """The newest version, which gets the family's name.

    *namesakes* are the images that a lookup of that name finds.
    """
    if why := moving(image):
        return refused(why)
    if taken := name_taken(family, image.owner, namesakes, except_id=image.id):
        words = {
            "id": taken.image.id,
            "project": taken.image.owner,
            "name": family,
        }
        if taken.is_own:
            return refused(_("image %(id)s already has the name '%(name)s'") % words)
        why = _("image %(id)s of project %(project)s already has the name '%(name)s'")
        return refused(why % words)
    change = Change(set={"name": family})
    note = _("it can no longer be found as '%s'") % image.name
    return Decision("renamed", change, changes=("name",), note=note)


def _is_to_come(version: Image) -> bool:
    return derive(version).state in (State.IMPORTING, State.STAGED)


def _state(image: Image) -> State:
    """What it is already: nobody is told anything new."""
    state = derive(image).state
    if image.is_managed or state is State.OBSOLETE:
        return state
    return State.DEPRECATED if image.hidden else State.ACTIVE
