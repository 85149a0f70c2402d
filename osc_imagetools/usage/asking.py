# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One service while it is asked: what was counted, and what stays open."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field

from osc_imagetools.lifecycle.usage.gaps import Gap, Reach
from osc_imagetools.lifecycle.usage.uses import Tallies, Tally, Use
from osc_imagetools.lifecycle.usage.verdict import Told
from osc_imagetools.usage.question import Question
from osc_imagetools.usage.service import PageGoneError, Service, ServiceError

MOST_RESTARTS = 10
"""Of one listing, while others delete the rows behind which its pages begin."""


@dataclass
class Asking(ABC):
    """A service, the question that it is asked, and what it has told so far."""

    service: Service
    question: Question
    tallies: Tallies = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)

    @abstractmethod
    def look(self) -> None:
        """Ask for all that is wanted; raises `ServiceError`."""

    def told(self) -> Told:
        """What the service tells; what it can't tell is a gap, never an error."""
        try:
            self.look()
        except ServiceError as error:
            self.lacks(str(error))
        return Told(self.service.name, self.tallies, tuple(self.gaps))

    def lacks(self, why: str) -> None:
        """Note that uses of any image may have been missed, and *why*."""
        self.gaps.append(Gap(self.service.name, why))

    def lacks_other_projects(self, why: str) -> None:
        """Note that uses by other projects may have been missed, and *why*."""
        own = self.question.own
        self.gaps.append(Gap(self.service.name, why, Reach.OTHER_PROJECTS, own))

    def count_anew(self, count: Callable[[], None]) -> None:
        """Call *count*, once more from the beginning where a page is gone meanwhile.

        Raises `ServiceError`.
        """
        gaps = [*self.gaps]
        for restart in range(MOST_RESTARTS + 1):
            self.tallies.clear()
            self.gaps[:] = gaps
            try:
                return count()
            except PageGoneError:
                if restart == MOST_RESTARTS:
                    raise

    def add(self, image: str, use: Use) -> None:
        """Count *use* of that *image*."""
        self.tally(image).add(use, keep=self.question.each)

    def tally(self, image: str) -> Tally:
        """What was seen of the uses of that *image* so far."""
        return self.tallies.setdefault(image, Tally())
