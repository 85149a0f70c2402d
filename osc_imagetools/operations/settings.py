# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is said of images and families, written on them and taken away again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from osc_imagetools.errors import OperatorError
from osc_imagetools.lifecycle.decision import Decision, refused
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.policy import bearer
from osc_imagetools.lifecycle.settings import setting
from osc_imagetools.operations.replacement import Replacement
from osc_imagetools.operations.settled import Outcome, Session


def of_images(
    session: Session, wanted: Iterable[str], decide: Callable[[Image], Decision]
) -> Iterator[Outcome]:
    """What became of each image after what *decide* said was done."""
    for found in session.found(wanted):
        if isinstance(found, Outcome):
            yield found
        else:
            yield session.settled(found, decide, status_first=False)


def said(
    session: Session,
    wanted: Iterable[str],
    values: Mapping[str, str],
    replacement: Replacement | None,
) -> Iterator[Outcome]:
    """What became of each image of which *values* are said, by name of the property.

    Refused where *replacement*, if one of them names it, can't replace the image.
    """

    def decided(image: Image) -> Decision:
        if replacement and (why := replacement.unfit(image)):
            return refused(why)
        return setting(image, values)

    yield from of_images(session, wanted, decided)


def of_family(
    session: Session, name: str, decide: Callable[[Image], Decision]
) -> Outcome:
    """What became of the version that bears the family's policy.

    Raises `OperatorError` where there is no such family.
    """
    found = session.images.of_family(session.owner, name)
    image = bearer(Family.of(session.owner, name, found))
    if image is None:
        raise OperatorError(
            f"There is no family '{name}'",
            "no image of this project is a version of it",
            "See 'openstack image lifecycle list', or adopt images into it.",
        )
    return session.settled(image, decide, status_first=False)
