# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What somebody wants enforced, and what became of each row of the plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.retention import EnforceRequest, Item
from osc_imagetools.operations.usage import Asked


@dataclass(frozen=True)
class EnforceOrder:
    """For which families, by which rules, and how the services are asked."""

    asked: Asked
    request: EnforceRequest = field(default_factory=EnforceRequest)
    families: tuple[str, ...] = ()
    """Only these; empty: all of the project."""
    due_in: Duration | None = None
    """Look so far ahead. What isn't due yet is only told of."""


class Result(str, Enum):
    """How a row ended: a fixed set, so that scripts can look for it."""

    PLANNED = "planned"
    KEPT = "kept"
    DONE = "done"
    SKIPPED = "skipped"
    """Something keeps it from being done; the note says what."""
    FAILED = "failed"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Enforced:
    """One row: what was planned for an image, and what became of that."""

    item: Item
    result: Result
    note: str = ""


def planned(item: Item) -> Enforced:
    """*item* as a plan shows it."""
    if not item.is_due:
        return Enforced(item, Result.KEPT)
    if item.hindrance:
        return Enforced(item, Result.SKIPPED, item.hindrance)
    return Enforced(item, Result.PLANNED)
