# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a report says of a project's images, before it is drawn or written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from osc_imagetools.lifecycle.checks import Checkup, Finding, Severity, merged
from osc_imagetools.lifecycle.history import CurrentPeriod, current_periods
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import SCHEDULE, State, derive


@dataclass(frozen=True)
class DueStep:
    """What becomes of a version, and when."""

    version: Image
    state: State
    at: datetime
    is_overdue: bool


@dataclass(frozen=True)
class FamilyStory:
    """One family: who was current when, what there is, and what comes next."""

    family: Family
    periods: tuple[CurrentPeriod, ...]
    due: tuple[DueStep, ...]
    """The next step of each version that has one, the earliest first."""

    @property
    def bytes(self) -> int:
        """Of all versions together."""
        return sum(version.size or 0 for version in self.family.versions)


@dataclass(frozen=True)
class Story:
    """A project's families at one moment."""

    owner: str
    now: datetime
    families: tuple[FamilyStory, ...]
    findings: tuple[Finding, ...]
    needed: Mapping[str, str] | None = None
    """By ID why a version may still be needed, empty if it isn't; ``None``: nobody was
    asked."""

    @property
    def images(self) -> int:
        """Versions of all families."""
        return sum(len(story.family.versions) for story in self.families)

    @property
    def bytes(self) -> int:
        """Of all of them together."""
        return sum(story.bytes for story in self.families)

    @property
    def due(self) -> tuple[DueStep, ...]:
        """What is due next in all families, the earliest first."""
        steps = (step for story in self.families for step in story.due)
        return tuple(sorted(steps, key=lambda step: step.at))

    def count(self, severity: Severity) -> int:
        """How many findings are of that severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def as_data(self) -> dict[str, Any]:
        """The same, as machines read it."""
        return {
            "project": self.owner,
            "at": format_time(self.now),
            "images": self.images,
            "bytes": self.bytes,
            "families": [self._of_family(story) for story in self.families],
            "findings": [
                {
                    "severity": str(one.severity),
                    "check": str(one.check),
                    "family": one.family,
                    "image": one.image,
                    "what": one.what,
                    "do": one.do,
                    "commands": list(one.commands),
                }
                for one in self.findings
            ],
        }

    def _of_family(self, story: FamilyStory) -> dict[str, Any]:
        current = story.family.current
        return {
            "family": story.family.name,
            "current": current.id if current else None,
            "bytes": story.bytes,
            "timeline": [period.as_row() for period in story.periods],
            "due": [
                {
                    "id": step.version.id,
                    "state": str(step.state),
                    "at": format_time(step.at),
                    "overdue": step.is_overdue,
                }
                for step in story.due
            ],
            "versions": [
                self._of_version(version) for version in story.family.versions[::-1]
            ],
        }

    def _of_version(self, version: Image) -> dict[str, Any]:
        told = {
            "id": version.id,
            "version": version.version,
            "state": str(derive(version).state),
            "hidden": version.hidden,
            "visibility": version.visibility,
            "size": version.size,
            "created": format_time(version.created_at) if version.created_at else None,
        }
        if self.needed is not None:
            told["needed"] = self.needed.get(version.id, "")
        return told


def story(
    owner: str,
    families: Iterable[Family],
    checkup: Checkup,
    now: datetime,
    needed: Mapping[str, str] | None = None,
) -> Story:
    """What the *families* of that project come to; *now* is the cloud's time."""
    told = sorted(families, key=lambda family: family.name)
    return Story(
        owner,
        now,
        tuple(
            FamilyStory(family, current_periods(family), due_steps(family, now))
            for family in told
        ),
        tuple(merged(checkup.findings)),
        needed,
    )


def due_steps(family: Family, now: datetime) -> tuple[DueStep, ...]:
    """The next step of each version that has one, the earliest first."""
    steps = (_next(version, now) for version in family.versions)
    return tuple(sorted((one for one in steps if one), key=lambda step: step.at))


def _next(version: Image, now: datetime) -> DueStep | None:
    state = derive(version).state
    for name, then in SCHEDULE.items():
        moment = version.moment(name)
        if moment is not None and not state >= then:
            return DueStep(version, then, moment, moment <= now)
    return None
