# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which image replaces another: the end of a chain, fit for the same audience."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import derive, undo_record

FAMILY_PREFIX = "family:"

WIDTH = {"public": 3, "community": 2, "shared": 1, "private": 0}
"""Who finds or may use an image of that visibility; members are another matter."""


def family_of(reference: str) -> str | None:
    """The family that *reference* names; ``None`` if it is an image's ID or name."""
    name = reference.removeprefix(FAMILY_PREFIX)
    return name if name != reference else None


@dataclass(frozen=True)
class Link:
    """One step of a chain: what was written, and the image that it means now."""

    reference: str
    image: Image

    @property
    def next(self) -> str | None:
        """The reference that its image leads on to, if that is on its way out."""
        if not derive(self.image).state.is_on_its_way_out or not self.image.is_managed:
            return None
        return self.image.text(properties.REPLACEMENT)


@dataclass(frozen=True)
class Chain:
    """From the replacement that was asked for to the one that is left in the end."""

    links: tuple[Link, ...]
    accepted_members: frozenset[str] = frozenset()
    """The projects that have accepted the last image of it, if that is shared."""

    @property
    def end(self) -> Link:
        """What users end up with."""
        return self.links[-1]

    @property
    def stored(self) -> str:
        """The reference to its end: ``family:<name>`` as written, else an ID."""
        return (
            self.end.reference if family_of(self.end.reference) else self.end.image.id
        )

    @property
    def is_cycle(self) -> bool:
        """Whether it comes back to an image that it has passed."""
        passed = [link.image.id for link in self.links]
        return len(set(passed)) < len(passed)


def unfit(chain: Chain, image: Image, accepted_members: Set[str]) -> str | None:
    """Why *chain* can't replace *image*, in words; ``None`` if it can.

    *accepted_members* are the projects that have accepted *image*, if it is shared.
    """
    end = chain.end.image
    if chain.is_cycle or image.id in {link.image.id for link in chain.links}:
        return f"the replacement leads back to it: {_path(chain)}"
    if end.status != "active":
        return f"the replacement {end.id} has no data to boot: it is {end.status}"
    if derive(end).state.is_on_its_way_out:
        return f"the replacement {end.id} is {derive(end).state} itself"
    if end.hidden:
        return f"the replacement {end.id} is hidden"
    return _too_few_see(chain, image, accepted_members)


def members_decide(chain: Chain, image: Image) -> bool:
    """Whether nothing but their members can make *chain* unfit for *image*."""
    is_for_members = audience(image) == "shared"
    width = WIDTH[chain.end.image.visibility]
    is_fit = unfit(chain, image, frozenset()) is None
    return is_for_members and width < WIDTH["community"] and is_fit


def _too_few_see(chain: Chain, image: Image, members: Set[str]) -> str | None:
    end, visibility = chain.end.image, audience(image)
    what = f"the replacement {end.id} is {end.visibility}"
    if WIDTH[end.visibility] >= WIDTH["community"]:
        is_found = WIDTH[end.visibility] >= WIDTH[visibility]
        return None if is_found else f"{what}, but the image is {visibility}"
    if WIDTH[visibility] >= WIDTH["community"]:
        return f"{what}, but the image is {visibility}"
    needed = {image.owner, *(members if visibility == "shared" else ())}
    if missing := sorted(needed - {end.owner, *chain.accepted_members}):
        return f"{what}, and these projects have not accepted it: {', '.join(missing)}"
    return None


def audience(image: Image) -> str:
    """The visibility of *image* before it was deprecated, if it was."""
    told = (undo_record(image) if image.is_managed else None) or {}
    visibility = told.get("visibility")
    if isinstance(visibility, str) and visibility in WIDTH:
        return visibility
    return image.visibility


def _path(chain: Chain) -> str:
    return ", then ".join(link.image.id for link in chain.links)
