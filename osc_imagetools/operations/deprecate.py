# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images deprecated: the replacement looked at, one PATCH each, then its bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.members import accepted_members
from osc_imagetools.lifecycle.decision import Decision, refused
from osc_imagetools.lifecycle.deprecation import deprecation
from osc_imagetools.lifecycle.deprecation_request import Request
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.replacement import Chain, Link, family_of, unfit
from osc_imagetools.lifecycle.selection import Selectors, selected
from osc_imagetools.operations.resolve import UnresolvedError, any_image
from osc_imagetools.operations.settled import Outcome, Session


@dataclass(frozen=True)
class Wanted:
    """Which images: by name or ID, or else by what they are."""

    names: tuple[str, ...] = ()
    selectors: Selectors | None = None


def deprecate(
    images: Images, owner: str, wanted: Wanted, request: Request, *, is_dry_run: bool
) -> Iterator[Outcome]:
    """What became of each image, as soon as that is known.

    Raises `OperatorError` for what can't be meant of any of them.
    """
    images.require_hidden()
    _refuse_fault(images, request)
    chain = _chain(images, owner, request.replacement) if request.replacement else None
    if chain is not None:
        request = replace(request, replacement=chain.stored)
    session = Session(images, owner, is_dry_run)

    def decided(image: Image) -> Decision:
        if chain is not None:
            members = accepted_members(images, image)
            if why := unfit(chain, image, members):
                return refused(why)
        return deprecation(image, request, session.namesakes(image), images.now())

    for image in _meant(session, wanted):
        if isinstance(image, Image):
            yield session.settled(image, decided, status_first=False)
        else:
            yield image


def _refuse_fault(images: Images, request: Request) -> None:
    try:
        fault = request.fault(images.now())
    except ValueError as error:
        fault = str(error)
    if fault:
        raise OperatorError("Nothing was deprecated", fault)


def _meant(session: Session, wanted: Wanted) -> Iterable[Image | Outcome]:
    if wanted.selectors is None:
        return session.found(wanted.names)
    images, owner, selectors = session.images, session.owner, wanted.selectors
    filters = {"tag": selectors.tags[0]} if selectors.tags else {}
    if selectors.family is not None:
        filters = {"lifecycle_family": selectors.family}
    found = {image.id: image for image in images.whole(owner=owner, **filters)}
    if selectors.family is None:
        names = {image.family for image in found.values() if image.is_managed}
        for name in sorted(filter(None, names)):
            found |= {image.id: image for image in images.of_family(owner, name)}
    return selected(list(found.values()), owner, selectors, images.now())


def _chain(images: Images, owner: str, reference: str) -> Chain:
    """From *reference* to the replacement that is left in the end."""
    links: list[Link] = []
    following: str | None = reference
    while following is not None:
        link = Link(following, _meaning(images, owner, following))
        is_known = link.image.id in {one.image.id for one in links}
        links.append(link)
        following = None if is_known else link.next
    return Chain(tuple(links), accepted_members(images, links[-1].image))


def _meaning(images: Images, owner: str, reference: str) -> Image:
    family = family_of(reference)
    if family is None:
        return any_image(images, owner, reference)
    current = Family.of(owner, family, images.of_family(owner, family)).current
    if current is None:
        raise UnresolvedError(f"The family '{family}' has no current version")
    return current
