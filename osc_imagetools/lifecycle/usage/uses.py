# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What was made from images, as the services showed it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum


class Kind(str, Enum):
    """What can be made from an image, and may need it again."""

    SERVER = "server"
    VOLUME = "volume"
    SNAPSHOT = "snapshot"
    CLUSTER_TEMPLATE = "cluster template"
    NODE = "bare metal node"
    IMAGE = "image"
    """A private image that was made of a server: it needs the first one no more."""

    def __str__(self) -> str:
        return self.value


class How(str, Enum):
    """What the image is to that which was made from it."""

    BOOTED = "booted from"
    FROM_VOLUME = "booted from a volume made from"
    VOLUME = "volume made from"
    ROOT_DISK = "root disk made from"
    """A volume that a server boots from."""
    SNAPSHOT = "snapshot of a volume made from"
    NAMED = "named in"
    DEPLOYED = "deployed with"
    DESCENDANT = "made of a server booted from"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Use:
    """One thing that was made from an image."""

    kind: Kind
    id: str
    how: How
    name: str | None = None
    project: str | None = None
    user: str | None = None
    status: str | None = None
    launched_at: datetime | None = None
    """When a server was first active, or a volume was made."""


@dataclass
class Tally:
    """What was seen of the uses of one image; `add` and `used_at` fill it."""

    counts: Counter[Kind] = field(default_factory=Counter)
    projects: set[str] = field(default_factory=set)
    last_used: datetime | None = None
    """When a server was last started from the image, as far as was seen."""
    uses: list[Use] = field(default_factory=list)
    """Each of them, where they were asked for."""

    def add(self, use: Use, *, keep: bool) -> None:
        """Count *use*; *keep* it for whoever wants to see each of them."""
        self.counts[use.kind] += 1
        if use.project and use.kind is not Kind.IMAGE:
            self.projects.add(use.project)
        if keep:
            self.uses.append(use)

    def used_at(self, moment: datetime | None) -> None:
        """Something was started from the image at that *moment*, and may be gone."""
        if moment and (self.last_used is None or moment > self.last_used):
            self.last_used = moment

    def update(self, other: Tally) -> None:
        """Count what *other* has counted, too."""
        self.counts.update(other.counts)
        self.projects.update(other.projects)
        self.used_at(other.last_used)
        self.uses.extend(other.uses)


Tallies = dict[str, Tally]
"""By the ID of the image; only of images that something was seen of."""
