# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Families as retention sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.retention import (
    EnforceRequest,
    Item,
    Situation,
    plan,
)
from osc_imagetools.lifecycle.usage.uses import How, Kind, Tally, Use
from osc_imagetools.lifecycle.usage.verdict import Told, Usage, judge
from tests.unit.lifecycle.images import HERE, OWNER, managed

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)


def ago(**length: float) -> str:
    """A time so long before `NOW`."""
    return format_time(NOW - timedelta(**length))


def replaced(generation: int, days: float = 30, **fields: Any) -> Image:
    """A version that stopped being current so many days ago."""
    told = {
        "os_hidden": True,
        "lifecycle_state": "deprecated",
        "lifecycle_published_at": ago(days=days + 30),
        "lifecycle_retired_at": ago(days=days),
        "lifecycle_deprecated_at": ago(days=days),
        "created_at": ago(days=days + 40),
        "updated_at": ago(days=days),
    }
    return managed(f"id{generation}", generation, **{**told, **fields})


def current(generation: int, **fields: Any) -> Image:
    """The version that users find, with the policy of its family."""
    told = {
        "lifecycle_state": "active",
        "lifecycle_published_at": ago(days=20),
        "created_at": ago(days=25),
        "updated_at": ago(days=20),
    }
    return managed(f"id{generation}", generation, **{**told, **fields})


def usage(image: Image, *, servers: int = 0, last_used: str = "") -> Usage:
    """What is known of the use of *image*."""
    tally = Tally()
    for number in range(servers):
        tally.add(Use(Kind.SERVER, f"s{number}", How.BOOTED, project=OWNER), keep=True)
    if last_used:
        tally.used_at(datetime.fromisoformat(last_used.replace("Z", "+00:00")))
    return judge(image, [Told("compute", {image.id: tally})])


def situation(
    versions: Iterable[Image],
    request: EnforceRequest | None = None,
    usages: Mapping[str, Usage] | None = None,
    *,
    dead: Iterable[str] = (),
) -> Situation:
    """A family of *versions*; by default nothing uses any of them."""
    family = Family.of(OWNER, "debian-13", versions)
    if usages is None:
        usages = {one.id: usage(one) for one in family.versions}
    gone = {*dead}
    return Situation(
        family,
        request or EnforceRequest(),
        HERE,
        NOW,
        lambda image, run: run in gone,
        usages,
    )


def planned(
    *versions: Image,
    request: EnforceRequest | None = None,
    usages: Mapping[str, Usage] | None = None,
    dead: Iterable[str] = (),
) -> dict[str, list[Item]]:
    """The items of each version, by its ID."""
    found: dict[str, list[Item]] = {}
    for item in plan(situation(versions, request, usages, dead=dead)):
        found.setdefault(item.image.id, []).append(item)
    return found


def days(number: int) -> Duration:
    return Duration(rest=timedelta(days=number))
