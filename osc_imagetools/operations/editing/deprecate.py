# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images deprecated: the replacement looked at, one PATCH each, then its bytes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.deprecation.deprecate import deprecation
from osc_imagetools.lifecycle.deprecation.reinstate import reinstatement, restored_name
from osc_imagetools.lifecycle.deprecation.request import DeprecateRequest
from osc_imagetools.lifecycle.inventory import Selectors, selected
from osc_imagetools.lifecycle.model.decision import Decision, refused
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import State
from osc_imagetools.lifecycle.usage.verdict import Needs
from osc_imagetools.operations.editing.replacement import Replacement
from osc_imagetools.operations.missing import refuse_no_family
from osc_imagetools.operations.session import Outcome, Session
from osc_imagetools.printable import printable

LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """Which images: by name or ID, or else by what they are."""

    names: tuple[str, ...] = ()
    selectors: Selectors | None = None


def deprecate(
    session: Session,
    wanted: Wanted,
    request: DeprecateRequest,
    needs: Needs | None = None,
) -> Iterator[Outcome]:
    """What became of each image, as soon as that is known.

    Where *needs* is given, what becomes obsolete has to be unused, or confirmed.
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
        namesakes = session.namesakes(image.name)
        return deprecation(image, request, namesakes, images.now(), session.project)

    meant = _meant(session, wanted)
    if needs and request.state is State.OBSOLETE and not request.is_confirmed:
        meant = list(meant)
        found = [image for image in meant if isinstance(image, Image)]
        request = replace(request, needs=needs(found))
    for image in meant:
        if isinstance(image, Image):
            yield session.apply(image, decided, status_first=False)
        else:
            yield image


def _refuse_fault(images: Images, request: DeprecateRequest) -> None:
    try:
        fault = request.fault(images.now())
    except ValueError as error:
        fault = str(error)
    if fault:
        raise OperatorError(_("Nothing was deprecated"), fault)


def _meant(session: Session, wanted: Wanted) -> Iterable[Image | Outcome]:
    if wanted.selectors is None:
        return session.found(wanted.names)
    images, owner, selectors = session.images, session.owner, wanted.selectors
    found = _described(images, owner, selectors)
    if selectors.family is not None:
        family = Family.of(owner, selectors.family, found)
        refuse_no_family(images, session.project, family)
    chosen = selected(found, owner, selectors, images.now())
    with_current = replace(selectors, include_current=True)
    fitting = selected(found, owner, with_current, images.now())
    _tell_left_out([image for image in fitting if image not in chosen])
    if not fitting:
        LOG.warning(_("No image of this project matches the options"))
    return chosen


def _described(images: Images, owner: str, selectors: Selectors) -> list[Image]:
    """What may fit, with every version of each family in it."""
    if selectors.family is not None:
        return images.of_family(owner, selectors.family)
    found = {one.id: one for one in images.list_all(owner=owner, tag=selectors.tags[0])}
    names = {image.family for image in found.values() if image.is_managed}
    for name in sorted(filter(None, names)):
        found |= {image.id: image for image in images.of_family(owner, name)}
    return list(found.values())


def _tell_left_out(currents: Iterable[Image]) -> None:
    for image in currents:
        LOG.warning(
            _(
                "Left out: %(id)s, the current version of '%(family)s' (to include it, "
                "use --include-current)"
            ),
            {"id": image.id, "family": printable(str(image.family))},
        )


def reinstate(session: Session, wanted: Iterable[str]) -> Iterator[Outcome]:
    """What became of each of *wanted*, as soon as that is known."""
    session.images.require_hidden()

    def decided(image: Image) -> Decision:
        namesakes = session.namesakes(restored_name(image))
        return reinstatement(image, namesakes, session.project)

    for image in session.found(wanted):
        if isinstance(image, Image):
            yield session.apply(image, decided, status_first=True)
        else:
            yield image
