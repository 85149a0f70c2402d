# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with an image or a family, and what it was seen in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import cached_property

from osc_imagetools.lifecycle import survey
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import GONE, Image


class Severity(str, Enum):
    """How bad a finding is, in this order."""

    WARNING = "warning"
    """Something is due, doubtful or untidy; users get what they ask for."""
    ERROR = "error"
    """Users get nothing, or the wrong thing; or an image is broken."""

    def __str__(self) -> str:
        return self.value

    @property
    def and_worse(self) -> frozenset[Severity]:
        """This one and those above it."""
        order = list(Severity)
        return frozenset(order[order.index(self) :])


class Check(str, Enum):
    """What is looked for. The values are an interface: scripts look for them."""

    TWO_VISIBLE = "two-visible"
    NONE_VISIBLE = "none-visible"
    DEAD_RUN = "dead-run"
    FAILED_IMPORT = "failed-import"
    REPLACEMENT_MISSING = "replacement-missing"
    REPLACEMENT_UNFIT = "replacement-unfit"
    STANDARD = "standard"
    TAG = "tag"
    STUCK = "stuck"
    PAST_DUE = "past-due"
    PAST_PROVIDED_UNTIL = "past-provided-until"
    TOO_OLD = "too-old"
    CONTRADICTION = "contradiction"
    SCHEDULE = "schedule"
    UNREADABLE = "unreadable"
    NO_MIN_DISK = "no-min-disk"
    INHERITED = "inherited"
    CLAIMED = "claimed"

    def __str__(self) -> str:
        return self.value

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return Severity.ERROR if self in _ERRORS else Severity.WARNING


_ERRORS = frozenset(
    {
        *(Check.TWO_VISIBLE, Check.NONE_VISIBLE, Check.DEAD_RUN, Check.FAILED_IMPORT),
        *(Check.REPLACEMENT_MISSING, Check.REPLACEMENT_UNFIT, Check.STANDARD),
        Check.TAG,
    }
)


@dataclass(frozen=True)
class Finding:
    """One thing that is not as it should be."""

    check: Check
    family: str
    """Empty where the image is in none."""
    image: str
    """The ID of the image that it is about; empty if of the family as a whole."""
    what: str
    do: str

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.check.severity


@dataclass(frozen=True)
class Observed:
    """What was read at one moment, as far as the checks of one project need it."""

    owner: str
    """The ID of the project whose images are checked."""
    images: tuple[Image, ...]
    """All that this project owns; and of others', what its own may refer to."""
    now: datetime
    """The cloud's time."""
    is_dead: Callable[[Image], bool] = field(default=lambda _: False, repr=False)
    """Whether the run that owns a record is gone."""
    standard: str | None = None
    """What current versions have to meet, by its name in `standards.STANDARDS`."""
    members: Mapping[str, frozenset[str] | None] = field(default_factory=dict)
    """The projects that have accepted a shared image, by its ID, as far as that was
    read; ``None`` where this user may not read it."""

    @cached_property
    def by_id(self) -> dict[str, Image]:
        """What is there, by its ID."""
        return {image.id: image for image in self.images if image.status not in GONE}

    @property
    def own(self) -> Iterator[Image]:
        """The project's images."""
        return (image for image in self.by_id.values() if image.owner == self.owner)

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """The project's families."""
        return survey.families(
            self.by_id.values(), survey.Scope(self.owner, only=self.owner)
        )

    @cached_property
    def other_families(self) -> tuple[Family, ...]:
        """Those of other projects, private images left out."""
        found = survey.families(self.by_id.values(), survey.Scope(self.owner))
        return tuple(family for family in found if family.owner != self.owner)
