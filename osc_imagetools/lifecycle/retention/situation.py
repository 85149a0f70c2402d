# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a family's retention is decided by, as it was read at one moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.policy import Policy, policy_holder
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.retention.request import EnforceRequest
from osc_imagetools.lifecycle.usage.verdict import Usage

NEVER = datetime.max.replace(tzinfo=timezone.utc)
"""What is to be deleted after the year 9999 only."""


@dataclass(frozen=True)
class Situation:
    """One family, what it wants, what somebody allows, and what is known of its use."""

    family: Family
    request: EnforceRequest
    project: Project
    """The one that we work for."""
    now: datetime
    """The cloud's time."""
    is_dead: Callable[[Image, str], bool]
    """Whether the run of that text is gone, as far as an image tells."""
    usages: Mapping[str, Usage] | None = None
    """By ID what is known of the use of each image; ``None``: nobody has asked yet, and
    each is taken as unused."""
    rolled_back: frozenset[str] = frozenset()
    """IDs of the versions that were rolled back: nobody goes back to these."""

    @cached_property
    def policy(self) -> Policy:
        """What the family's owner wants for it."""
        holder = policy_holder(self.family)
        return Policy.on(holder) if holder else Policy()

    @property
    def has_ended(self) -> bool:
        """Whether the family ended."""
        return self.policy.end_at is not None and self.policy.end_at <= self.now

    @property
    def keep(self) -> int | None:
        """How many previous versions to keep; ``None`` where nobody says."""
        told = (self.request.keep, self.policy.keep)
        return max(filter(None, told), default=None)

    @property
    def unused_since(self) -> datetime | None:
        """Since when nothing was started from what is deleted; ``None``: no matter."""
        told = filter(None, (self.request.unused_for, self.policy.unused_for))
        return min((length.before(self.now) for length in told), default=None)

    def usage(self, image: Image) -> Usage | None:
        """What is known of the use of *image*; ``None`` where nobody has asked."""
        return (self.usages or {}).get(image.id)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """By ID the place of each version to go back to, where the newest has 1."""
        previous = self.family.previous
        found = [one for one in previous if one.id not in self.rolled_back]
        return {one.id: place for place, one in enumerate(found, 1)}

    def delete_at(self, image: Image) -> datetime | None:
        """When *image* may be deleted by a date, of its own or by the policy."""
        if properties.DELETE_AT in image.fields:
            return image.moment(properties.DELETE_AT)
        since, after = deprecated_since(image), self.policy.delete_after
        if since is None or after is None:
            return None
        try:
            return after.after(since)
        except ValueError:
            return NEVER


def deprecated_since(image: Image) -> datetime | None:
    """Since when *image* is no longer offered; ``None`` where nothing tells that."""
    told = (properties.RETIRED_AT, properties.DEPRECATED_AT)
    return max(filter(None, map(image.moment, told)), default=None)
