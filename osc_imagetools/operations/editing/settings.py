# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is said of images and families, written on them and taken away again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from osc_imagetools.lifecycle.inventory import Scope
from osc_imagetools.lifecycle.model.decision import Decision, refused
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.policy import policy_holder
from osc_imagetools.lifecycle.settings import setting
from osc_imagetools.operations.editing.replacement import Replacement
from osc_imagetools.operations.missing import missing_family
from osc_imagetools.operations.session import Outcome, Session


def change_images(
    session: Session, wanted: Iterable[str], decide: Callable[[Image], Decision]
) -> Iterator[Outcome]:
    """What became of each image after what *decide* said was done."""
    for found in session.found(wanted):
        if isinstance(found, Outcome):
            yield found
        else:
            yield session.apply(found, decide, status_first=False)


def set_images(
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
        return setting(image, values, session.project)

    yield from change_images(session, wanted, decided)


def change_family(
    session: Session, name: str, decide: Callable[[Image], Decision]
) -> Outcome:
    """The outcome for the version that holds the family's policy.

    Raises `MissingFamilyError` where there is no such family.
    """
    found = session.images.of_family(session.owner, name)
    image = policy_holder(Family.of(session.owner, name, found))
    if image is None:
        raise missing_family(session.images, Scope.of(session.project), name)
    return session.apply(image, decide, status_first=False)
