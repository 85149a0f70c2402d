# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The versions of a family: who belongs, who owns a record, which labels are taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.dates import parse_time
from osc_imagetools.lifecycle.model.generation import highest_named
from osc_imagetools.lifecycle.model.image import GONE, Image
from osc_imagetools.lifecycle.model.state import (
    WITHOUT_BYTES,
    State,
    derive,
    has_other_name,
)


@dataclass(frozen=True)
class Family:
    """The images that succeed one another under one name of one owner."""

    owner: str
    name: str
    versions: tuple[Image, ...]
    """By generation, lowest first."""
    used_up: int = 0
    """The highest number known of versions that are gone; 0 where none is known."""

    @classmethod
    def of(cls, owner: str, name: str, images: Iterable[Image]) -> Family:
        """The family among *images*, each counted once.

        What inherited our properties, belongs to another owner, or is being
        deleted is none of its versions.
        """
        members = {
            image.id: image
            for image in images
            if image.is_managed
            and image.family == name
            and image.owner == owner
            and image.status not in GONE
        }
        versions = sorted(members.values(), key=lambda one: (one.generation, one.id))
        return cls(owner, name, tuple(versions), highest_named(owner, name, versions))

    def without(self, images: Iterable[Image]) -> Family:
        """The family without those of *images* that are its versions."""
        ids = {image.id for image in images}
        kept = (version for version in self.versions if version.id not in ids)
        return replace(self, versions=tuple(kept), used_up=self.highest_generation)

    def version(self, image_id: str) -> Image | None:
        """The version that is the image of that ID."""
        return next((one for one in self.versions if one.id == image_id), None)

    def replacing(self, image: Image) -> Family:
        """The family with that reading of one of its versions."""
        kept = [each for each in self.versions if each.id != image.id]
        read = Family.of(self.owner, self.name, [*kept, image])
        return replace(read, used_up=self.used_up)

    @property
    def highest_generation(self) -> int:
        """The highest number known to be given out; 0 for a new family."""
        return max((self.used_up, *(version.generation for version in self.versions)))

    @property
    def owned(self) -> tuple[Image, ...]:
        """The records that a run, dead or alive, says it owns."""
        return tuple(version for version in self.versions if version.is_owned)

    @property
    def offered(self) -> tuple[Image, ...]:
        """The versions that a lookup of the family's name finds, lowest first."""
        return tuple(
            version
            for version in self.versions
            if version.name == self.name and version.is_usable
        )

    @property
    def current(self) -> Image | None:
        """The version that a user who asks for the name must get, if there is one.

        Of the visible active ones the one of the highest generation.
        """
        return self.offered[-1] if self.offered else None

    @property
    def incumbent(self) -> Image | None:
        """The version whose place the next one takes: the current one, if there is one.

        Else the newest that was offered, if it is visible still and boots, whatever
        its name: an adopted image keeps its own. One that was
        replaced, and stays in the lists under a name for that, is none.
        """
        newest = self.newest_published
        if self.current or newest is None:
            return self.current
        is_left = derive(newest).state.is_on_its_way_out and has_other_name(newest)
        return newest if newest.is_usable and not is_left else None

    @property
    def latest(self) -> Image | None:
        """The current version, else the last one that was.

        The next version takes over from it, and a rollback leaves it: in an emergency
        somebody has hidden or deactivated it already.
        """
        return self.current or self.newest_published

    @property
    def published(self) -> tuple[Image, ...]:
        """The versions that were current once, lowest first."""
        return tuple(
            version
            for version in self.versions
            if version.generation and version.was_offered
        )

    @property
    def newest_published(self) -> Image | None:
        """Of the versions that were current once, the one of the highest generation."""
        return self.published[-1] if self.published else None

    @property
    def newest_found(self) -> Image | None:
        """Of those the newest that users have found by the family's name.

        Not one that was adopted since, and is visible under a name of its own.
        """
        found = [
            version
            for version in self.published
            if version.hidden
            or version.name == self.name
            or properties.RETIRED_AT in version.fields
        ]
        return found[-1] if found else None

    @property
    def previous(self) -> tuple[Image, ...]:
        """The versions that came before the `latest`, newest first.

        Not those whose number doesn't tell that, nor those that have no data or were
        never offered.
        """
        latest = self.latest
        return tuple(
            version
            for version in reversed(self.versions)
            if latest is not None
            and not version.is_owned
            and 0 < version.generation < latest.generation
            and derive(version).state not in (State.IMPORTING, State.STAGED)
            and version.status not in WITHOUT_BYTES
        )

    def free_label(self, wanted: str) -> str:
        """*wanted*, or the first of ``<wanted>.2``, ``.3``… that is not taken."""
        taken = {version.version for version in self.versions}
        label, number = wanted, 1
        while label in taken:
            number += 1
            label = f"{wanted}.{number}"
        return label


@dataclass(frozen=True)
class NameTaken:
    """A visible image that a second one of the same name would collide with."""

    image: Image
    is_own: bool


def name_taken(
    name: str, owner: str, images: Iterable[Image], *, except_id: str = ""
) -> NameTaken | None:
    """The image that a lookup of *name* finds already; own ones come first.

    Another owner's private image (an admin sees it) and another owner's
    community image (names of those don't resolve) collide with nothing.
    """
    found = [
        image
        for image in images
        if image.name == name
        and not image.hidden
        and image.id != except_id
        and image.status not in GONE
    ]
    for image in found:
        if image.owner == owner:
            return NameTaken(image, is_own=True)
    for image in found:
        if image.visibility in ("public", "shared"):
            return NameTaken(image, is_own=False)
    return None


def is_looked_up(name: str) -> bool:
    """Whether the stock client's lookup of *name* reaches Glance as it is meant.

    Glance reads ``eq:debian`` as an operator and a name; not so a time of ISO 8601.
    """
    return ":" not in name or parse_time(name) is not None
