# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a verb works with: images of one project, changed one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.activation import activation
from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle.model.decision import Decision
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.run import Run
from osc_imagetools.operations.lookup import own_image
from osc_imagetools.progress import SILENT, Progress


@dataclass(frozen=True)
class Location:
    """One project of one region of one cloud."""

    cloud: str
    """Its name in clouds.yaml; else where one logs in."""
    region: str
    """Empty where the cloud has but one."""
    project: str

    def __str__(self) -> str:
        named = {"cloud": self.cloud, "region": self.region, "project": self.project}
        return ", ".join(f"{word} {name}" for word, name in named.items() if name)


NOWHERE = Location("", "", "")

NOT_DONE = frozenset({"refused", "failed"})
"""Results that make the exit status 1."""


@dataclass(frozen=True)
class Outcome:
    """What became of one image."""

    result: str
    image: Image | None
    """As it is now, or as it would be; ``None`` if none was found."""
    wanted: str = ""
    """What was asked for, by name or ID."""
    changes: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Session:
    """What every verb works with: one project's images, in one command.

    A dry run changes none of them, and remembers what it would have changed: the next
    image is decided on as if that had been done.
    """

    images: Images
    project: Project
    """The one that owns what is changed."""
    location: Location = NOWHERE
    progress: Progress = SILENT
    is_dry_run: bool = False
    _known: dict[str, Image] = field(default_factory=dict)

    @cached_property
    def run(self) -> Run:
        """What owns the records that are made meanwhile."""
        return self.images.machine.new_run()

    def anew(self) -> Session:
        """This session for another run, which owns nothing of what this one left."""
        return replace(self, _known={})

    @property
    def owner(self) -> str:
        """ID of the project."""
        return self.project.id

    def family(self, name: str) -> Family:
        """The family of that *name* as it is now, or would be by now in a dry run."""
        found = {one.id: one for one in self.images.of_family(self.owner, name)}
        would_be = self._known if self.is_dry_run else {}
        return Family.of(self.owner, name, {**found, **would_be}.values())

    def recalled(self, image: Image) -> Image:
        """*image* as it was changed last, or would have been in a dry run."""
        return self._known.get(image.id, image)

    def remember(self, image: Image) -> None:
        """Take *image* as changed in what follows of a dry run."""
        self._known[image.id] = image

    def found(self, wanted: Iterable[str]) -> Iterator[Image | Outcome]:
        """The image that each of *wanted* means, or what says that it means none."""
        for each in wanted:
            try:
                yield own_image(self.images, self.project, each)
            except OperatorError as error:
                yield Outcome("failed", None, each, note=str(error))

    def namesakes(self, name: str) -> list[Image]:
        """The images that a lookup of *name* finds, as far as is known."""
        if not name:
            return []
        listed = {one.id: one for one in self.images.named(name, self.owner)}
        known = {
            one.id: one
            for one in self._known.values()
            if one.id in listed or one.name == name
        }
        return [one for one in {**listed, **known}.values() if not one.hidden]

    def apply(
        self, image: Image, decide: Callable[[Image], Decision], *, status_first: bool
    ) -> Outcome:
        """What became of *image* after what *decide* said was done, and read back."""
        image = self.recalled(image)
        try:
            decision = decide(image)
            if decision.result not in ("refused", "unchanged"):
                image = self._carry_out(image, decision, status_first)
                self.remember(image)
        except OperatorError as error:
            return Outcome("failed", image, image.id, note=str(error))
        return Outcome(
            decision.result, image, image.id, decision.changes, decision.note
        )

    def _carry_out(self, image: Image, decision: Decision, status_first: bool) -> Image:
        if self.is_dry_run:
            return decision.change.on(image)
        status = decision.status or image.status
        if status_first:
            image = activation(self.images, image, status)
        image = self.images.change(image, decision.change)
        return image if status_first else activation(self.images, image, status)
