# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The record: one image as plain data, read from what Glance answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.dates import parse_time
from osc_imagetools.lifecycle.model.importing_name import importing_name

VISIBILITIES = ("private", "community", "shared", "public")
"""By how many projects a lookup by name finds an image in, fewest first."""

GONE = frozenset({"deleted", "pending_delete"})
"""Statuses of an image that a listing may still show (Glance's own race)."""

MOST_DIGITS = 18
"""Of a generation: Python refuses thousands of them, and nobody made so many."""

OUT_OF_REACH = 10 ** (MOST_DIGITS - 1)
"""A generation from which on there may be no number for the versions to come."""


@dataclass(frozen=True)
class Image:
    """One image, as Glance showed it at one moment."""

    id: str
    name: str
    owner: str
    status: str
    visibility: str
    hidden: bool
    size: int | None = None
    virtual_size: int | None = None
    disk_format: str | None = None
    container_format: str | None = None
    min_disk: int = 0
    protected: bool = False
    hash_algorithm: str | None = None
    hash_value: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    tags: frozenset[str] = frozenset()
    fields: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_glance(cls, shown: Mapping[str, Any]) -> Image:
        """The record of what ``GET /v2/images/{id}`` or a listing answered."""
        return cls(
            id=shown["id"],
            name=shown.get("name") or "",
            owner=shown.get("owner") or "",
            status=shown["status"],
            visibility=shown["visibility"],
            hidden=bool(shown.get("os_hidden")),
            size=shown.get("size"),
            virtual_size=shown.get("virtual_size"),
            disk_format=shown.get("disk_format"),
            container_format=shown.get("container_format"),
            min_disk=shown.get("min_disk") or 0,
            protected=bool(shown.get("protected")),
            hash_algorithm=shown.get("os_hash_algo"),
            hash_value=shown.get("os_hash_value"),
            created_at=parse_time(shown.get("created_at")),
            updated_at=parse_time(shown.get("updated_at")),
            tags=frozenset(shown.get("tags") or ()),
            fields=dict(shown),
        )

    def text(self, name: str) -> str | None:
        """The value of property *name*; ``None`` where it is missing or no text."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else None

    def moment(self, name: str) -> datetime | None:
        """The time in property *name*; ``None`` where it is missing or no time."""
        return parse_time(self.fields.get(name))

    @property
    def is_managed(self) -> bool:
        """Whether our properties were written for this image, not inherited.

        Nova and Cinder copy properties into snapshots and uploads, so only an
        image that names itself counts.
        """
        return self.text(properties.ID) == self.id and bool(self.family)

    @property
    def family(self) -> str | None:
        """The family that it says it belongs to."""
        return self.text(properties.FAMILY)

    @property
    def version(self) -> str | None:
        """Its label within the family."""
        return self.text(properties.VERSION)

    @property
    def generation(self) -> int:
        """Its place in the family; 0 where it has none: that ranks below all."""
        return number_in(self.text(properties.GENERATION) or "")

    @property
    def is_owned(self) -> bool:
        """Whether a run, dead or alive, may delete it: it was never offered.

        Anybody can write a run on what was, and anybody can show what a run owns: that
        takes its importing name, which comes back with no hiding.
        """
        has_own_name = self.name == importing_name(self.family or "", self.id)
        was_seen = self.was_offered or properties.RETIRED_AT in self.fields
        return bool(self.run) and self.hidden and has_own_name and not was_seen

    @property
    def is_usable(self) -> bool:
        """Whether users see it in their lists, and can start servers from it."""
        return not self.hidden and self.status == "active"

    @property
    def built_at(self) -> datetime | None:
        """When it was built, by what it says; else when it was created."""
        return self.moment(properties.BUILD_DATE) or self.created_at

    @property
    def was_offered(self) -> bool:
        """Whether it is, or was, the current version of its family."""
        return self.is_managed and self.moment(properties.PUBLISHED_AT) is not None

    @property
    def run(self) -> str | None:
        """The run that owns the record right now."""
        return self.text(properties.RUN)


def number_in(text: str) -> int:
    """The generation that *text* tells; 0 where it tells none."""
    is_number = text.isascii() and text.isdigit()
    return int(text) if is_number and len(text) <= MOST_DIGITS else 0
