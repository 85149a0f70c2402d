# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A version that is about to exist: what its record says first, and when published."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.fences import OWNED
from osc_imagetools.lifecycle.model.generation import ticket_id
from osc_imagetools.lifecycle.model.importing_name import importing_name
from osc_imagetools.lifecycle.model.run import Run


@dataclass(frozen=True)
class Description:
    """The version that somebody wants."""

    visibility: str | None = None
    """``None``: that of the current version, else ``shared``."""
    protected: bool | None = None
    """``None``: as the current version, else not."""
    min_disk: int = 0
    """GiB; 0: what the image's own disk needs."""
    min_ram: int = 0
    """MiB."""
    properties: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    label: str | None = None
    build_date: date | None = None
    stays_hidden: bool = False
    """Verified, but not offered: it keeps the state ``staged`` and its own name."""
    standard: str | None = None
    """The properties that it must have: ``scs-0102``."""


@dataclass(frozen=True)
class NewVersion:
    """Everything that is known of a version before its bytes move."""

    owner: str
    family: str
    label: str
    build_date: date
    visibility: str
    disk_format: str
    container_format: str = "bare"
    min_disk: int = 0
    """GiB."""
    min_ram: int = 0
    """MiB."""
    protected: bool = False
    stays_hidden: bool = False
    """It keeps a name of its own and the state ``staged`` when it is verified."""
    source: str = ""
    """The URL, without credentials and query."""
    properties: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()

    def record(self, own_id: str, generation: int, run: Run) -> dict[str, Any]:
        """The body of the one POST, hidden and under a name of its own.

        The client resolves hidden names too, so an unverified image never
        has the family's name. A protected one could not be removed again, so that
        waits. *own_id* is a new one: servers keep bytes by the ID of their image.
        """
        return self._body(own_id) | {
            properties.ID: own_id,
            properties.FAMILY: self.family,
            properties.VERSION: self.label,
            properties.GENERATION: str(generation),
            properties.STATE: "importing",
            properties.RUN: str(run),
        }

    def probe(self, run: Run) -> dict[str, Any]:
        """The body of a POST that asks for the same rights and claims no number."""
        own_id = str(uuid.uuid4())
        return self._body(own_id) | _owned(own_id, self.family, run)

    @property
    def fields(self) -> dict[str, Any]:
        """What describes it, as Glance's fields, on whatever record."""
        return {
            properties.IMAGE_SOURCE: self.source,
            properties.BUILD_DATE: self.build_date.isoformat(),
            **self.properties,
            "owner": self.owner,
            "visibility": self.visibility,
            "disk_format": self.disk_format,
            "container_format": self.container_format,
            "min_disk": self.min_disk,
            "min_ram": self.min_ram,
            "tags": sorted({*self.tags, properties.TAG}),
        }

    def _body(self, own_id: str) -> dict[str, Any]:
        name = importing_name(self.family, own_id)
        return {**self.fields, "id": own_id, "name": name, "os_hidden": True}


def ticket(owner: str, family: str, generation: int, run: Run) -> dict[str, Any]:
    """The body of a POST that uses a number up, for an image that is there already."""
    empty = _empty(ticket_id(owner, family, generation), owner, family, run)
    return {**empty, "visibility": "private", properties.GENERATION: str(generation)}


def members_probe(owner: str, family: str, run: Run) -> dict[str, Any]:
    """The body of a POST of a record that takes members, and claims no number."""
    empty = _empty(str(uuid.uuid4()), owner, family, run)
    return {**empty, "visibility": "shared"}


def _empty(own_id: str, owner: str, family: str, run: Run) -> dict[str, Any]:
    return {
        "id": own_id,
        "name": importing_name(family, own_id),
        "owner": owner,
        "os_hidden": True,
        "tags": [properties.TAG],
        **_owned(own_id, family, run),
    }


def _owned(own_id: str, family: str, run: Run) -> dict[str, Any]:
    """What tells the family's next run, should *run* die, that the record may go."""
    return {
        properties.ID: own_id,
        properties.FAMILY: family,
        properties.STATE: "importing",
        properties.RUN: str(run),
    }


@dataclass(frozen=True)
class Verified:
    """What is known once every byte has passed every check."""

    source_digest: str
    """``sha256:<hex>`` of what the URL served; empty if Glance fetched that."""
    how: str
    """``sha256``, ``sha512+pgp``, ``none`` …: the value of ``lifecycle_verified``."""
    published: str = ""
    """``<algorithm>:<hex> wire`` or ``… payload``; empty where none was published."""
    etag: str = ""
    size: int = 0
    """Bytes that the URL served."""

    def properties(self) -> dict[str, str]:
        """The properties that tell it."""
        told = {properties.VERIFIED: self.how}
        if self.source_digest:
            told[properties.SOURCE_DIGEST] = self.source_digest
        if self.published:
            told[properties.PUBLISHED_DIGEST] = self.published
            return told
        if self.etag:
            told[properties.SOURCE_ETAG] = self.etag
        if self.size:
            told[properties.SOURCE_SIZE] = str(self.size)
        return told


LONGEST_NAME = 255 - len(importing_name("", "0" * 36))
"""Characters: Glance takes 255, and the importing name needs some of them."""


def staging(version: NewVersion, verified: Verified, *, min_disk: int) -> Change:
    """What says that every byte has passed every check; its run still owns it."""
    return Change(
        set={
            properties.STATE: "staged",
            "visibility": version.visibility,
            "min_disk": min_disk,
            **verified.properties(),
        }
    )


def offer(name: str, *, protected: bool, now: datetime) -> Change:
    """The one change that gives a verified image its name and shows it.

    No run owns it then.
    """
    return Change(
        set={
            "name": name,
            "os_hidden": False,
            properties.STATE: "active",
            properties.PUBLISHED_AT: format_time(now),
            "protected": protected,
        },
        remove=frozenset({properties.RUN}),
    )


def publication(
    version: NewVersion, verified: Verified, *, min_disk: int, now: datetime
) -> Change:
    """Both in one; or only the first where it is to stay staged, owned by no run.

    Once: others may have gone back to an earlier version by the time it is repeated.
    """
    staged = staging(version, verified, min_disk=min_disk)
    if version.stays_hidden:
        values = {**staged.set, "protected": version.protected}
        owner = frozenset({properties.RUN})
        return Change(set=values, remove=owner, requires=OWNED)
    offered = offer(version.family, protected=version.protected, now=now)
    values = {**staged.set, **offered.set}
    return Change(set=values, remove=offered.remove, requires=OWNED)
