# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which image replaces another: the end of a chain, fit for the same audience."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from osc_imagetools.i18n import _
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
        return _("the replacement leads back to it: %s") % _path(chain)
    if end.status != "active":
        words = {"id": end.id, "status": end.status}
        return _("the replacement %(id)s has no data to boot: it is %(status)s") % words
    if derive(end).state.is_on_its_way_out:
        words = {"id": end.id, "state": str(derive(end).state)}
        return _("the replacement %(id)s is %(state)s itself") % words
    if end.hidden:
        return _("the replacement %s is hidden") % end.id
    return _too_few_see(chain, image, accepted_members)


def members_decide(chain: Chain, image: Image) -> bool:
    """Whether nothing but their members can make *chain* unfit for *image*."""
    is_for_members = audience(image) == "shared"
    width = WIDTH[chain.end.image.visibility]
    is_fit = unfit(chain, image, frozenset()) is None
    return is_for_members and width < WIDTH["community"] and is_fit


def _too_few_see(chain: Chain, image: Image, members: Set[str]) -> str | None:
    end, visibility = chain.end.image, audience(image)
    words = {"id": end.id, "own": end.visibility, "visibility": visibility}
    narrower = _("the replacement %(id)s is %(own)s, but the image is %(visibility)s")
    if WIDTH[end.visibility] >= WIDTH["community"]:
        is_found = WIDTH[end.visibility] >= WIDTH[visibility]
        return None if is_found else narrower % words
    if WIDTH[visibility] >= WIDTH["community"]:
        return narrower % words
    needed = {image.owner, *(members if visibility == "shared" else ())}
    if missing := sorted(needed - {end.owner, *chain.accepted_members}):
        why = _(
            "the replacement %(id)s is %(own)s, and these projects have not accepted "
            "it: %(projects)s"
        )
        return why % {**words, "projects": ", ".join(missing)}
    return None


def audience(image: Image) -> str:
    """The visibility of *image* before it was deprecated, if it was."""
    told = (undo_record(image) if image.is_managed else None) or {}
    visibility = told.get("visibility")
    if isinstance(visibility, str) and visibility in WIDTH:
        return visibility
    return image.visibility


def _path(chain: Chain) -> str:
    path = ""
    for link in chain.links:
        words = {"path": path, "id": link.image.id}
        path = _("%(path)s, then %(id)s") % words if path else link.image.id
    return path
