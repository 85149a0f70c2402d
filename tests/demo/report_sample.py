# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A site that isn't there, for a picture of its report and for what tests look at."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from osc_imagetools.lifecycle.checks import Check, Checkup, Finding
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.report import Story, story

OWNER = "0f3c9d7be1a24c5e8f60b1d2c3a4e5f6"
NOW = datetime(2026, 6, 15, 4, 45, tzinfo=timezone.utc)
NAMES = ("almalinux-10", "debian-12", "debian-13", "rocky-9", "ubuntu-24.04")
MONTH = timedelta(days=30)


def sample(names: tuple[str, ...] = NAMES, versions: int = 5) -> Story:
    """Its story: so many versions of each family, a month apart."""
    families = [
        Family.of(OWNER, name, _versions(name, number, versions))
        for number, name in enumerate(names)
    ]
    return story(OWNER, families, Checkup((_finding(families[0]),), 0, 0), NOW)


def _versions(name: str, number: int, count: int) -> Iterator[Image]:
    first = NOW - count * MONTH + timedelta(days=3 * (number % 9))
    for place in range(count):
        since, until = first + place * MONTH, first + (place + 1) * MONTH
        yield _image(name, place + 1, since, until, is_last=place == count - 1)


def _image(
    name: str, generation: int, since: datetime, until: datetime, *, is_last: bool
) -> Image:
    own_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name} {generation}"))
    told: dict[str, Any] = {
        "id": own_id,
        "name": name,
        "owner": OWNER,
        "status": "active",
        "visibility": "public",
        "os_hidden": not is_last,
        "size": (400 + 37 * generation) << 20,
        "tags": ["lifecycle"],
        "created_at": format_time(since),
        "lifecycle_id": own_id,
        "lifecycle_family": name,
        "lifecycle_version": f"{since:%Y%m%d}",
        "lifecycle_generation": str(generation),
        "lifecycle_state": "active" if is_last else "deprecated",
        "lifecycle_published_at": format_time(since),
    }
    if not is_last:
        told["lifecycle_retired_at"] = format_time(until)
        told["lifecycle_deprecated_at"] = format_time(until)
        told["lifecycle_delete_at"] = format_time(until + 3 * MONTH)
    return Image.from_glance(told)


def _finding(family: Family) -> Finding:
    version = family.versions[-1]
    return Finding(
        Check.PAST_DUE,
        family.name,
        version.id,
        "it is due to be deleted",
        "Delete what nobody uses.",
        ("openstack image lifecycle enforce",),
    )
