# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images deprecated: the replacement looked at, one PATCH each, then its bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle.decision import Decision, refused
from osc_imagetools.lifecycle.deprecation import deprecation
from osc_imagetools.lifecycle.deprecation_request import Request
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.selection import Selectors, selected
from osc_imagetools.operations.replacement import Replacement
from osc_imagetools.operations.settled import Outcome, Session


@dataclass(frozen=True)
class Wanted:
    """Which images: by name or ID, or else by what they are."""

    names: tuple[str, ...] = ()
    selectors: Selectors | None = None


def deprecate(session: Session, wanted: Wanted, request: Request) -> Iterator[Outcome]:
    """What became of each image, as soon as that is known.

    Raises `OperatorError` for what can't be meant of any of them.
    """
    images = session.images
    images.require_hidden()
    _refuse_fault(images, request)
    if replacement := Replacement.named(session, request.replacement):
        request = replace(request, replacement=replacement.stored)

    def decided(image: Image) -> Decision:
        if replacement and (why := replacement.unfit(image)):
            return refused(why)
        return deprecation(image, request, session.namesakes(image.name), images.now())

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
