# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is to replace images: looked up once, then held against each of them."""

from __future__ import annotations

from dataclasses import dataclass

from osc_imagetools.glance.images import Images
from osc_imagetools.glance.members import accepted_members
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.deprecation.replacement import (
    Chain,
    Link,
    family_of,
    unfit,
)
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.operations.lookup import UnresolvedError, any_image
from osc_imagetools.operations.session import Session


@dataclass(frozen=True)
class Replacement:
    """What is to replace images, followed to the end of its chain."""

    images: Images
    chain: Chain

    @classmethod
    def named(cls, session: Session, reference: str | None) -> Replacement | None:
        """What *reference* means: an ID, a name, or ``family:<name>``.

        ``None`` if nothing was said. Raises `OperatorError` where no image is meant,
        or several are.
        """
        if reference is None:
            return None
        return cls(session.images, _chain(session.images, session.project, reference))

    @property
    def stored(self) -> str:
        """The reference that is written down."""
        return self.chain.stored

    def unfit(self, image: Image) -> str | None:
        """Why it can't replace *image*, in words; ``None`` if it can."""
        return unfit(self.chain, image, accepted_members(self.images, image))


def _chain(images: Images, project: Project, reference: str) -> Chain:
    """From *reference* to the replacement that is left in the end."""
    links: list[Link] = []
    following: str | None = reference
    while following is not None:
        link = Link(following, _meaning(images, project, following))
        is_known = link.image.id in {one.image.id for one in links}
        links.append(link)
        following = None if is_known else link.next
    return Chain(tuple(links), accepted_members(images, links[-1].image))


def _meaning(images: Images, project: Project, reference: str) -> Image:
    family = family_of(reference)
    if family is None:
        return any_image(images, project, reference)
    found = images.of_family(project.id, family)
    current = Family.of(project.id, family, found).current
    if current is None:
        raise UnresolvedError(_("The family '%s' has no current version") % family)
    return current
