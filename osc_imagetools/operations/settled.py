# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images, one after the other, each decided on and changed: what became of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.activation import activation
from osc_imagetools.glance.images import Images
from osc_imagetools.lifecycle.decision import Decision
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.operations.resolve import own_image

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


@dataclass
class Session:
    """One owner's images while they are changed one after the other.

    A dry run changes none, and remembers what it would have changed: the next image is
    decided on as if that had been done.
    """

    images: Images
    owner: str
    is_dry_run: bool = False
    _known: dict[str, Image] = field(default_factory=dict)

    def found(self, wanted: Iterable[str]) -> Iterator[Image | Outcome]:
        """The image that each of *wanted* means, or what says that it means none."""
        for each in wanted:
            try:
                yield own_image(self.images, self.owner, each)
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

    def settled(
        self, image: Image, decide: Callable[[Image], Decision], *, status_first: bool
    ) -> Outcome:
        """What became of *image* after what *decide* said was done, and read back."""
        image = self._known.get(image.id, image)
        try:
            decision = decide(image)
            if decision.result not in ("refused", "unchanged"):
                image = self._done(image, decision, status_first)
                self._known[image.id] = image
        except OperatorError as error:
            return Outcome("failed", image, image.id, note=str(error))
        return Outcome(
            decision.result, image, image.id, decision.changes, decision.note
        )

    def _done(self, image: Image, decision: Decision, status_first: bool) -> Image:
        if self.is_dry_run:
            return decision.change.on(image)
        status = decision.status or image.status
        if status_first:
            image = activation(self.images, image, status)
        image = self.images.change(image, decision.change)
        return image if status_first else activation(self.images, image, status)
