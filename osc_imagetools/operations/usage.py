# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who still uses images: the images are found, the services asked, the verdict made."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle.inventory import Choice, Scope
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.usage.descendants import descendants
from osc_imagetools.lifecycle.usage.verdict import Told, Usage, judge
from osc_imagetools.operations import inventory
from osc_imagetools.operations.lookup import any_image
from osc_imagetools.usage.question import Question

Survey = Callable[[Question], tuple[Told, ...]]
"""Asks the services; see `osc_imagetools.usage.survey`."""

OF_SNAPSHOTS = {"image_type": "snapshot"}
"""What Nova writes on the images that it makes of servers."""


@dataclass(frozen=True)
class Selection:
    """Which images are asked about: those that are named, or versions of families."""

    scope: Scope
    names: tuple[str, ...] = ()
    family: str = ""
    choice: Choice = field(default_factory=Choice)


@dataclass(frozen=True)
class Asked:
    """How the services are asked, whoever wants to know."""

    survey: Survey
    own: str
    """The session's project."""
    all_projects: bool | None = None
    without: tuple[str, ...] = ()
    each: bool = False

    def of(self, found: Collection[Image], *more: Told) -> tuple[Usage, ...]:
        """What is known of the use of each image, in one pass over the services.

        *more* is what was told by others. Nothing is asked where no image is meant.
        """
        if not found:
            return ()
        ids = frozenset(image.id for image in found)
        question = Question(ids, _names(found), self.own, self.all_projects, self.each)
        told = (*self.survey(question), *more)
        return tuple(judge(image, told, without=self.without) for image in found)


@dataclass(frozen=True)
class UsageReport:
    """What is known of the use of each image, and what names mean none."""

    usages: tuple[Usage, ...]
    errors: tuple[OperatorError, ...] = ()


def selected(
    images: Images, selection: Selection
) -> tuple[list[Image], list[OperatorError]]:
    """The images that are meant, each once, and an error for each name of none.

    Raises `MissingFamilyError` where there is no such family.
    """
    if not selection.names:
        families = inventory.families(images, selection.scope, selection.family)
        choice = selection.choice
        return [one for family in families for one in choice.of(family)], []
    found: dict[str, Image] = {}
    errors: list[OperatorError] = []
    for name in selection.names:
        try:
            own = selection.scope.project
            image = any_image(images, own, name, also_hidden=True)
        except OperatorError as error:
            errors.append(error)
        else:
            found[image.id] = image
    return list(found.values()), errors


def usage(
    images: Images,
    asked: Asked,
    selection: Selection,
    *,
    with_descendants: bool = False,
) -> UsageReport:
    """What is known of the use of the images that are meant.

    Nothing is asked where no image is meant. Raises `OperatorError` where images can't
    be listed.
    """
    found, errors = selected(images, selection)
    more: tuple[Told, ...] = ()
    if found and with_descendants:
        ids = frozenset(image.id for image in found)
        snapshots = images.list_fast(**OF_SNAPSHOTS)
        more = (descendants(snapshots, ids, each=asked.each),)
    return UsageReport(asked.of(found, *more), tuple(errors))


def _names(found: Iterable[Image]) -> dict[str, set[str]]:
    names: dict[str, set[str]] = defaultdict(set)
    for image in found:
        # A template that names the family means its current version, now or later.
        for name in filter(None, (image.name, image.family)):
            names[name].add(image.id)
    return dict(names)
