# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The families of several owners, out of a heap of images, and what to pick of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from osc_imagetools.lifecycle.history import current_at
from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import GONE, Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.state import State, derive, due


@dataclass(frozen=True)
class Scope:
    """Whose images a reading command covers, of those that the user may see."""

    own: str
    """The ID of the project that we work for; empty where the session has none."""
    only: str = ""
    """The ID of the one owner that was asked for; empty: all of them."""
    everything: bool = False
    """Whether other projects' private images count, which only an admin sees."""
    is_elsewhere: bool = False
    """Whether the session is for another project than the one we work for."""

    @classmethod
    def of(cls, project: Project) -> Scope:
        """What *project* owns, and nothing else."""
        return cls(project.id, only=project.id, is_elsewhere=project.is_elsewhere)

    @property
    def project(self) -> Project:
        """The project that we work for."""
        return Project(self.own, self.is_elsewhere)

    def covers(self, image: Image) -> bool:
        """Whether *image* is one to show; what is being deleted is none."""
        if image.status in GONE or (self.only and image.owner != self.only):
            return False
        if self.only or self.everything or image.owner == self.own:
            return True
        return image.visibility != "private"


@dataclass(frozen=True)
class Choice:
    """Which versions were asked for; nothing said: all of them."""

    states: frozenset[State] = frozenset()
    due_until: datetime | None = None
    """Only those for which something is due until then, or was before."""
    current_at: datetime | None = None
    """Only those that were current at that moment."""

    def of(self, family: Family) -> tuple[Image, ...]:
        """The chosen versions of *family*, newest generation first."""
        return tuple(
            version for version in self._in_time(family)[::-1] if self._fits(version)
        )

    def _in_time(self, family: Family) -> tuple[Image, ...]:
        if self.current_at is None:
            return family.versions
        then = current_at(family, self.current_at)
        return (then,) if then else ()

    def _fits(self, version: Image) -> bool:
        if self.states and derive(version).state not in self.states:
            return False
        return self.due_until is None or due(version, self.due_until) is not None


def families(images: Iterable[Image], scope: Scope) -> tuple[Family, ...]:
    """Every family among *images* that *scope* covers, by name and then by owner.

    The same name of another owner is another family.
    """
    members: dict[tuple[str, str], list[Image]] = defaultdict(list)
    for image in images:
        if image.is_managed and image.family and scope.covers(image):
            members[image.family, image.owner].append(image)
    return tuple(
        Family.of(owner, name, members[name, owner]) for name, owner in sorted(members)
    )


def unmanaged(images: Iterable[Image], scope: Scope) -> tuple[Image, ...]:
    """The images that *scope* covers and no family has, by name, oldest first.

    What inherited our properties is one of them.
    """
    found = {
        image.id: image
        for image in images
        if not image.is_managed and scope.covers(image)
    }
    return tuple(sorted(found.values(), key=_by_name_and_age))


def _by_name_and_age(image: Image) -> tuple[str, bool, float, str]:
    made = image.created_at
    return image.name, made is None, made.timestamp() if made else 0, image.id


@dataclass(frozen=True)
class Selectors:
    """What an image has to be; all of it."""

    family: str | None = None
    tags: tuple[str, ...] = ()
    older_than: Duration | None = None
    """By when Glance created it."""
    include_current: bool = False


def selected(
    images: Collection[Image], owner: str, selectors: Selectors, now: datetime
) -> list[Image]:
    """Those of *images* that are meant, oldest first.

    *images* hold every version of each family in it, or a current version would not be
    known as one: it is left out unless it was asked for.
    """
    mine = [image for image in images if image.owner == owner]
    found = [image for image in mine if _fits(image, selectors, now)]
    if not selectors.include_current:
        current = _current_ids(mine, owner)
        found = [image for image in found if image.id not in current]
    return sorted(found, key=lambda one: (one.generation, _created(one, now), one.id))


def _fits(image: Image, selectors: Selectors, now: datetime) -> bool:
    if image.status in GONE or not image.tags.issuperset(selectors.tags):
        return False
    if selectors.family not in (None, image.family if image.is_managed else None):
        return False
    if selectors.older_than is None:
        return True
    created = image.created_at
    return created is not None and created < selectors.older_than.before(now)


def _current_ids(images: Collection[Image], owner: str) -> set[str]:
    names = {image.family for image in images if image.is_managed}
    currents = (Family.of(owner, name or "", images).current for name in names)
    return {current.id for current in currents if current is not None}


def _created(image: Image, now: datetime) -> datetime:
    return image.created_at or now
