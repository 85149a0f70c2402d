# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""An image that is there already becomes the next version: staged, not yet offered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.carry_over import OF_A_BUILD, OF_A_SNAPSHOT
from osc_imagetools.lifecycle.change import Change
from osc_imagetools.lifecycle.decision import moving
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.state import State


@dataclass(frozen=True)
class Enlistment:
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

    @property
    def fault(self) -> str | None:
        """Why the image can't be the next version, in words."""
        image = self.image
        if why := moving(image):
            return why
        if image.status != "active":
            return f"its status is {image.status}"
        if not image.size:
            return (
                "it has no bytes of its own: it is the snapshot of a server that "
                "boots from a volume"
            )
        if not image.is_managed or not image.generation:
            return None
        if image.family != self.family.name:
            return f"it is a version of '{image.family}'"
        if image.was_offered and not self.is_current:
            return (
                "it was current before: to make it current again, use 'openstack "
                "image rollback --to'"
            )
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
        current = self.family.current
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
                "min_disk": max(self.min_disk, image.min_disk),
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

    @property
    def _inherited(self) -> frozenset[str]:
        """What was written for another image, or for the server it was made of."""
        patterns: tuple[str, ...] = OF_A_SNAPSHOT
        if not self.image.is_managed:
            patterns += (f"{properties.PREFIX}*",)
            if self.image.text("base_image_ref"):
                # The build that the server was made of, long ago.
                patterns += OF_A_BUILD
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
