# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a report says of a project: who was current when, what is due, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from osc_imagetools.lifecycle.checks import Checkup, Finding, Observed, merged
from osc_imagetools.lifecycle.history import CurrentPeriod, current_periods, deleted
from osc_imagetools.lifecycle.inventory import Scope, unmanaged
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import SCHEDULE, derive
from osc_imagetools.lifecycle.usage.verdict import Usage


@dataclass(frozen=True)
class DueStep:
    """The next thing that the dates of a version say."""

    state: str
    """What it becomes then."""
    at: datetime


@dataclass(frozen=True)
class VersionReport:
    """One version, also one that was deleted."""

    image: Image
    period: CurrentPeriod | None
    """When it was current; ``None``: nothing tells that."""
    is_current: bool
    is_gone: bool
    step: DueStep | None
    usage: Usage | None
    """``None``: nobody was asked."""

    @property
    def state(self) -> str:
        """As `lifecycle list` shows it; ``deleted`` where it is gone."""
        return "deleted" if self.is_gone else str(derive(self.image).state)

    def as_row(self) -> dict[str, Any]:
        """As machines read it."""
        image, period, step = self.image, self.period, self.step
        return {
            "id": image.id,
            "version": image.version,
            "generation": image.generation or None,
            "state": self.state,
            "current": self.is_current,
            "built_at": _told(image.built_at),
            "size_bytes": image.size,
            "current_since": _told(period.since if period else None),
            "current_until": _told(period.until if period else None),
            "due_state": step.state if step else None,
            "due_at": _told(step.at if step else None),
            "usage": str(self.usage.verdict) if self.usage else None,
            "usage_reasons": list(self.usage.why) if self.usage else [],
        }


@dataclass(frozen=True)
class FamilyReport:
    """A family; its versions oldest first, the deleted ones before the others."""

    name: str
    versions: tuple[VersionReport, ...]

    @property
    def current(self) -> VersionReport | None:
        """The version that its name finds."""
        return next((one for one in self.versions if one.is_current), None)

    @property
    def next_step(self) -> VersionReport | None:
        """The version for which something is due first."""
        due = [(one.step.at, one.image.id, one) for one in self.versions if one.step]
        return min(due)[-1] if due else None

    @property
    def size_bytes(self) -> int:
        """Of all data that Glance has."""
        return sum(one.image.size or 0 for one in self.versions)

    @property
    def untold(self) -> int:
        """How many versions tell no time in which they were current."""
        return sum(1 for one in self.versions if one.period is None)


@dataclass(frozen=True)
class Report:
    """What was read of a project at one moment."""

    project: str
    now: datetime
    """The cloud's time."""
    families: tuple[FamilyReport, ...]
    unmanaged: tuple[Image, ...]
    checkup: Checkup
    has_usage: bool = False

    @property
    def size_bytes(self) -> int:
        """Of the data of all images of the project, in a family or not."""
        managed = sum(family.size_bytes for family in self.families)
        return managed + sum(image.size or 0 for image in self.unmanaged)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong; equal warnings of several images are one."""
        return tuple(merged(self.checkup.findings))

    def as_row(self) -> dict[str, Any]:
        """As machines read it: the keys are an interface, they stay."""
        return {
            "project": self.project,
            "made_at": format_time(self.now),
            "images": self.checkup.images,
            "size_bytes": self.size_bytes,
            "images_in_no_family": len(self.unmanaged),
            "families": [
                {
                    "family": family.name,
                    "size_bytes": family.size_bytes,
                    "versions_without_times": family.untold,
                    "versions": [one.as_row() for one in family.versions],
                }
                for family in self.families
            ],
            "findings": [_finding(one) for one in self.findings],
        }


@dataclass(frozen=True)
class _Known:
    """What is known beside the family itself."""

    usages: Mapping[str, Usage] = field(default_factory=dict)

    def family(self, family: Family) -> FamilyReport:
        periods = {one.version.id: one for one in current_periods(family)}
        gone = deleted(family)
        gone_ids = {image.id for image in gone}
        current = family.current
        return FamilyReport(
            family.name,
            tuple(
                VersionReport(
                    image,
                    periods.get(image.id),
                    is_current=current is not None and image.id == current.id,
                    is_gone=image.id in gone_ids,
                    step=None if image.id in gone_ids else next_step(image),
                    usage=self.usages.get(image.id),
                )
                for image in (*gone, *family.versions)
            ),
        )


def report(
    observed: Observed, checkup: Checkup, usages: Iterable[Usage] | None = None
) -> Report:
    """The report on what was *observed*; ``None`` for *usages*: nobody was asked."""
    known = _Known({one.image.id: one for one in usages or ()})
    return Report(
        observed.owner,
        observed.now,
        tuple(known.family(family) for family in observed.families),
        unmanaged(observed.by_id.values(), Scope.of(observed.project)),
        checkup,
        has_usage=usages is not None,
    )


def next_step(image: Image) -> DueStep | None:
    """The first step of its schedule that *image* has not taken, due or still to come.

    ``None`` where there is none, or a date before it can't be read.
    """
    reached = derive(image).state
    for name, state in SCHEDULE.items():
        if name not in image.fields:
            continue
        moment = image.moment(name)
        if moment is None:
            return None
        # Of states only ">=" means their order: "<" would be that of their letters.
        if not reached >= state:
            return DueStep(str(state), moment)
    return None


def _told(moment: datetime | None) -> str | None:
    return format_time(moment) if moment else None


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "severity": str(one.severity),
        "check": str(one.check),
        "family": one.family or None,
        "image": one.image or None,
        "what": one.what,
        "what_to_do": one.do,
        "commands": list(one.commands),
    }
