# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is said of images and families, written on them and taken away again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from osc_imagetools.errors import OperatorError
from osc_imagetools.lifecycle.decision import Decision
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.policy import bearer
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
