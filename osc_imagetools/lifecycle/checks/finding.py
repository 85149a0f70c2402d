# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with an image or a family, and what it was seen in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle import inventory
from osc_imagetools.lifecycle.checks.severity import Check, Severity
from osc_imagetools.lifecycle.model import remedy
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import GONE, Image
from osc_imagetools.lifecycle.model.project import Project


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be."""

    check: Check
    family: str
    """Empty where the image is in none."""
    image: str
    """The ID of the image that it is about; empty if of the family as a whole."""
    what: str
    do: str
    """What helps, in words."""
    commands: tuple[str, ...] = ()
    """The command lines that do it; empty where a person has to decide something."""
    together: str = ""
    """What is wrong, in words for several images; empty: those for one will do."""

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.check.severity


@dataclass(frozen=True)
class Observed:
    """What was read at one moment, as far as the checks of one project need it."""

    owner: str
    """The ID of the project whose images are checked."""
    images: tuple[Image, ...]
    """All that this project owns; and of others', what its own may refer to."""
    now: datetime
    """The cloud's time."""
    is_dead: Callable[[Image], bool] = field(default=lambda _: False, repr=False)
    """Whether the run that owns a record is gone."""
    standard: str | None = None
    """What current versions have to meet, by its name in `standards.STANDARDS`."""
    members: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    """The projects that have accepted a shared image, by its ID, as far as that was
    read; ``None`` where this user may not read it."""

    needs: Mapping[str, str] = field(default_factory=dict)
    """By ID why somebody may need an image that is to be deleted; empty where nobody
    does, or nobody has asked."""

    is_elsewhere: bool = False
    """Whether the session is for another project, so that commands have to name it."""
    only: frozenset[str] = frozenset()
    """The families that were asked for; empty: everything."""
    unmanaged: bool = False
    """Whether images that belong to no family were asked for as well."""

    def covers(self, family: str | None) -> bool:
        """Whether somebody asked for what is in *family*, or in none."""
        return not self.only or family in self.only

    @property
    def project(self) -> Project:
        """The one whose images are checked."""
        return Project(self.owner, self.is_elsewhere)

    def told(self, image: Image) -> str:
        """The ID of *image*, and its project where that is another one."""
        if image.owner == self.owner:
            return image.id
        words = {"id": image.id, "project": image.owner}
        return _("%(id)s of project %(project)s") % words

    def ours(self, verb: remedy.Own, *words: str) -> str:
        """The command line of a command of ours for the project."""
        return remedy.ours(self.project, verb, *words)

    @cached_property
    def by_id(self) -> dict[str, Image]:
        """What is there, by its ID."""
        return {image.id: image for image in self.images if image.status not in GONE}

    @property
    def own(self) -> Iterator[Image]:
        """The project's images."""
        return (image for image in self.by_id.values() if image.owner == self.owner)

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """The project's families."""
        return inventory.families(self.by_id.values(), inventory.Scope.of(self.project))

    def family(self, name: str) -> Family | None:
        """The project's family of that name."""
        return next((each for each in self.families if each.name == name), None)

    @cached_property
    def other_families(self) -> tuple[Family, ...]:
        """Those of other projects, private images left out."""
        found = inventory.families(self.by_id.values(), inventory.Scope(self.owner))
        return tuple(family for family in found if family.owner != self.owner)
