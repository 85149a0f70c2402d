# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images that become versions of a family, and nothing else about them changes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.change import Change
from osc_imagetools.lifecycle.decision import Decision, moving
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.moments import format_time
from osc_imagetools.lifecycle.state import State, derive


@dataclass(frozen=True)
class Wish:
    """What somebody wants an image to be as a version."""

    wanted: str
    """The image's name or ID."""
    family: str
    label: str | None = None
    """``None``: its build date."""
    build_date: date | None = None
    """``None``: what the image says of it, else the day of its creation."""
    said: Mapping[str, str] = field(default_factory=dict)
    """Other properties of ours, by name."""


@dataclass(frozen=True)
class Adoption:
    """An image, and what is wanted of it."""

    image: Image
    wish: Wish

    @property
    def built(self) -> date:
        """When it was built; the last of all days where nothing is known."""
        if self.wish.build_date:
            return self.wish.build_date
        moment = self.image.moment(properties.BUILD_DATE) or self.image.created_at
        return moment.date() if moment else date.max

    @property
    def is_offered(self) -> bool:
        """Whether a lookup of the family's name finds it."""
        return not self.image.hidden and self.image.name == self.wish.family

    @property
    def place(self) -> tuple[date, bool, float, str]:
        """Its place in the order: by build date; of one day the offered one is last.

        Of several of those the one that Glance got last.
        """
        made = self.image.created_at
        age = made.timestamp() if made else math.inf
        return self.built, self.is_offered, age, self.image.id

    @property
    def is_done(self) -> bool:
        """Whether it has a place in the family already."""
        image = self.image
        is_version = image.is_managed and bool(image.generation)
        return is_version and image.family == self.wish.family

    @property
    def fault(self) -> str | None:
        """Why it can't be adopted, in words."""
        image = self.image
        if why := moving(image):
            return why
        if image.is_managed and image.generation and not self.is_done:
            return (
                f"it is a version of '{image.family}': let go of it first with "
                "'openstack image lifecycle unset --all'"
            )
        return None

    def label(self, family: Family) -> str | None:
        """A label that is free in *family*; ``None`` if the one wanted is taken."""
        wanted = self.wish.label or f"{self.built:%Y%m%d}"
        free = family.free_label(wanted)
        return None if self.wish.label and free != wanted else free


def adopted(adoption: Adoption, label: str, generation: int) -> Decision:
    """The one change that makes it that version of its family."""
    image, wish = adoption.image, adoption.wish
    told = {
        **wish.said,
        properties.ID: image.id,
        properties.FAMILY: wish.family,
        properties.VERSION: label,
        properties.GENERATION: str(generation),
        properties.STATE: str(_state(image)),
    }
    if wish.build_date:
        told[properties.BUILD_DATE] = wish.build_date.isoformat()
    if adoption.is_offered and image.created_at:
        told.setdefault(properties.PUBLISHED_AT, format_time(image.created_at))
    inherited = [] if image.is_managed else image.fields
    foreign = {name for name in inherited if name.startswith(properties.PREFIX)}
    change = Change(
        set=told,
        remove=frozenset(foreign - told.keys()),
        add_tags=frozenset({properties.TAG}),
    )
    return Decision("adopted", change, changes=(*told, "tags"))


def outranks(image: Image, current: Image) -> bool:
    """Whether *image* was adopted above the *current* version, which has to come last.

    By this run or by one that died then. A version that was never offered yet is meant
    to rank above it.
    """
    is_version = image.is_managed and image.family == current.family
    if not is_version or derive(image).state in (State.IMPORTING, State.STAGED):
        return False
    return image.generation > current.generation


def renumbered(image: Image, generation: int) -> Decision:
    """The current version of a family that others were adopted into."""
    change = Change(set={properties.GENERATION: str(generation)})
    note = "it stays the current version: the adopted ones rank below it"
    return Decision("renumbered", change, changes=(properties.GENERATION,), note=note)


def _state(image: Image) -> State:
    """What it is already: nobody is told anything new."""
    state = derive(image).state
    if image.is_managed or state is State.OBSOLETE:
        return state
    return State.DEPRECATED if image.hidden else State.ACTIVE
