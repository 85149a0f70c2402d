# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""An image that is there already becomes the next version: staged, not yet offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cached_property

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.decision import moving
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import command, of_family
from osc_imagetools.lifecycle.model.state import State
from osc_imagetools.lifecycle.rotation.inheritance import own_min_disk


@dataclass(frozen=True)
class ExistingImage:
    """An image, and what it shall be as a version of *family*."""

    image: Image
    family: Family
    visibility: str
    properties: Mapping[str, str]
    """Carried over, and said; the image's own stand between the two."""
    said: Mapping[str, str]
    tags: frozenset[str]
    min_disk: int
    min_ram: int
    label: str | None = None
    build_date: date | None = None

    def fault(self, project: Project) -> str | None:
        """Why the image can't be the next version, in words.

        *project* is the one that we work for.
        """
        image = self.image
        if why := moving(image):
            return why
        if image.status == "deactivated":
            how = command("set", "--activate", image.id)
            return _("it is deactivated; to allow its use: %s") % how
        if image.status != "active":
            return _("its status is %s") % image.status
        if not image.size:
            return _(
                "it has no data of its own: it is a snapshot of a server that "
                "boots from a volume"
            )
        if not image.is_managed or not image.generation:
            return None
        if image.family != self.family.name:
            return _("it is a version of '%s'") % image.family
        if image.was_offered and not self.is_current:
            how = of_family(project, "rollback", self.family.name, "--to", image.id)
            return _("it was current before; to make it current again: %s") % how
        return None

    @property
    def is_version(self) -> bool:
        """Whether an earlier run has made it one of the family."""
        image = self.image
        is_own = image.is_managed and image.family == self.family.name
        return is_own and image.generation > 0

    @property
    def is_current(self) -> bool:
        """Whether it is the current version, maybe since the family was listed."""
        image, current = self.image, self.family.current
        versions = [image] if current is None else [current, image]
        family = Family.of(self.family.owner, self.family.name, versions)
        return family.current is not None and family.current.id == image.id

    @property
    def is_staged(self) -> bool:
        """Whether an earlier run has given it a number that still counts."""
        current = self.family.incumbent
        newest = current.generation if current else 0
        return self.is_version and self.image.generation > newest

    @property
    def built(self) -> date | None:
        """When it was built: as said, or as it says, else when it was created."""
        said = None
        if properties.BUILD_DATE not in self._inherited:
            said = self.image.moment(properties.BUILD_DATE)
        moment = said or self.image.created_at
        return self.build_date or (moment.date() if moment else None)

    def staged(self, generation: int) -> Change:
        """The one change that makes it that version, hidden, under its own name."""
        image = self.image
        told = {
            properties.ID: image.id,
            properties.FAMILY: self.family.name,
            properties.VERSION: self.label_of(generation),
            properties.GENERATION: str(generation),
            properties.STATE: str(State.STAGED),
        }
        if self.built is not None:
            told[properties.BUILD_DATE] = self.built.isoformat()
        return Change(
            set={
                **self._properties,
                **told,
                "os_hidden": True,
                "visibility": self.visibility,
                "min_disk": max(
                    self.min_disk, image.min_disk, own_min_disk(image) or 0
                ),
                "min_ram": max(self.min_ram, int(image.fields.get("min_ram") or 0)),
            },
            remove=(self._inherited | properties.WAY_OUT)
            - self._properties.keys()
            - told.keys(),
            add_tags=self.tags | {properties.TAG},
        )

    @property
    def _properties(self) -> dict[str, str]:
        own = {
            name: text
            for name, text in self.image.fields.items()
            if name in self.properties and name not in self._inherited
        }
        return {**self.properties, **own, **self.said}

    @cached_property
    def _inherited(self) -> frozenset[str]:
        """What was written for another image, or for the server it was made of."""
        patterns: tuple[str, ...] = properties.OF_A_SNAPSHOT
        if not self.image.is_managed:
            patterns += (f"{properties.PREFIX}*",)
            if self.image.text("base_image_ref"):
                # The build that the server was made of, long ago.
                patterns += properties.OF_A_BUILD
        return frozenset(
            name
            for name in self.image.fields
            if any(fnmatchcase(name, each) for each in patterns)
        )

    def label_of(self, generation: int) -> str:
        """Its label as the version of that number."""
        image = self.image
        if image.is_managed and image.version and self.label is None:
            return image.version
        built = f"{self.built:%Y%m%d}" if self.built else str(generation)
        return self.label or self.family.free_label(built)
