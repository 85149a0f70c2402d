# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of the version that was current, before, in and after the swap.

1. Announced, while it is still offered: state, dates, replacement, and what to restore.
2. Hidden, in the smallest change there is: until it is read back two are visible.
3. Finished: a name, a visibility, a tag that only the current version has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from osc_imagetools.lifecycle.deprecation.undo import UndoRecord
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.policy import Policy
from osc_imagetools.lifecycle.model.state import State, undo_record

HIDE = Change(set={"os_hidden": True})
"""The smallest PATCH halves the moment in which two are visible."""

SHOW = Change(set={"os_hidden": False})

OS_PURPOSE = "os_purpose"


@dataclass(frozen=True)
class Retirement:
    """How the version that was current is retired; by default it is only hidden."""

    reason: str | None = None
    delete_in: Duration | None = None
    """``None``: as the family's policy says."""
    delete_after: Duration | None = None
    """The family's policy, if it is said anew; ``None``: as the version says."""
    name: str | None = None
    """The name that it gets; ``None``: it keeps the family's."""
    visibility: str | None = None
    """``community`` or ``private``; ``None``: as it is."""
    hides: bool = True
    obsolete: bool = False
    """Whether it no longer boots, either."""
    os_purpose: str | None = None

    def announced(self, image: Image, successor: Image, now: datetime) -> Change:
        """What is told of *image* while it is still offered.

        The record of what to restore names the hiding too, which comes after it.
        """
        wanted = self._told(image, successor, now) | self._later(image)
        change = UndoRecord(SHOW.on(image) if self.hides else image, wanted).change
        values = {
            name: value
            for name, value in change.set.items()
            if name not in self._later(image)
        }
        if not image.was_offered:
            # A person has shown it: whoever has found it may use it.
            values[properties.PUBLISHED_AT] = format_time(now)
        # Its own run must not show it again.
        owner = frozenset({properties.RUN} & image.fields.keys())
        return replace(change, set=values, remove=change.remove | owner)

    @property
    def withdrawal(self) -> Change:
        """What takes *image* from those who look up the family's name."""
        return HIDE if self.hides else Change(set={"name": self.name})

    def finished(self, image: Image, tag: str | None) -> Change:
        """What is still to be done on *image* once it is withdrawn.

        *tag* is the one that only the current version has.
        """
        values = {n: v for n, v in self._later(image).items() if n != "os_hidden"}
        if not self.hides:
            # A repair hides what still has the family's name.
            values["os_hidden"] = False
        gone = frozenset({tag} if tag else ()) - {properties.TAG}
        return Change(set=values, remove_tags=gone)

    def is_unfinished(self, image: Image) -> bool:
        """Whether a run that retired *image* so ended before it had finished that."""
        told = undo_record(image) or {}
        later = {*self._later(image)} - {"os_hidden"}
        if self.obsolete:
            later.add("status")
        return any(
            name in told and told[name] == image.fields.get(name) for name in later
        )

    def _told(self, image: Image, successor: Image, now: datetime) -> dict[str, Any]:
        told = {
            properties.STATE: str(self.state),
            properties.DEPRECATED_AT: _past(image, properties.DEPRECATED_AT, now),
            properties.RETIRED_AT: format_time(now),
            properties.REPLACEMENT: successor.id,
            properties.REASON: self.reason or f"replaced by {_label(successor)}",
        }
        if self.obsolete:
            told[properties.OBSOLETE_AT] = _past(image, properties.OBSOLETE_AT, now)
            told["status"] = "deactivated"
        if (delete_at := self.delete_at(image, now)) is not None:
            told[properties.DELETE_AT] = delete_at
        if self.os_purpose:
            told[OS_PURPOSE] = self.os_purpose
        return told

    def _later(self, image: Image) -> dict[str, Any]:
        """What waits until the successor is offered."""
        later: dict[str, Any] = {"os_hidden": True} if self.hides else {}
        if self.name and self.name != image.name:
            later["name"] = self.name
        if self.visibility and self.visibility != image.visibility:
            later["visibility"] = self.visibility
        return later

    @property
    def state(self) -> State:
        """What the version becomes."""
        return State.OBSOLETE if self.obsolete else State.DEPRECATED

    def delete_at(self, image: Image, now: datetime) -> str | None:
        """When it may be deleted; an earlier word on that stays unless told anew."""
        if self.delete_in is not None:
            return format_time(self.delete_in.after(now))
        after = self.delete_after or Policy.on(image).delete_after
        if after is None or image.moment(properties.DELETE_AT) is not None:
            return None
        try:
            return format_time(after.after(now))
        except ValueError:
            return None


def _past(image: Image, name: str, now: datetime) -> str:
    """The date of what is carried out now, unless it was before."""
    stored = image.moment(name)
    return format_time(stored if stored is not None and stored <= now else now)


def _label(successor: Image) -> str:
    return f"version {successor.version or successor.id}"
