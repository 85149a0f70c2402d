# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Schedules that once found something, shrunk, as plain data.

What a seed makes changes whenever the schedules get something new: so not the seed is
kept that found a fault, but what it made.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.simulation.schedule import Fault, OrderPlan, Part, Schedule

FOLDER = Path(__file__).parent / "seeds"


@dataclass(frozen=True)
class Kept:
    """A schedule, and what it found."""

    name: str
    """Of the file: the failure's number, and in words how it came about."""
    kind: str
    schedule: Schedule

    def save(self) -> None:
        """Write it down."""
        schedule = asdict(self.schedule)
        schedule["order"]["drops"] = sorted(self.schedule.order.drops)
        told = {"kind": self.kind, "schedule": schedule}
        text = json.dumps(told, indent=1)
        (FOLDER / f"{self.name}.json").write_text(f"{text}\n")


def kept() -> list[Kept]:
    """All of them, by name."""
    return [_read(path) for path in sorted(FOLDER.glob("*.json"))]


def _read(path: Path) -> Kept:
    told = json.loads(path.read_text())
    return Kept(path.stem, told["kind"], _schedule(told["schedule"]))


def _schedule(told: dict[str, Any]) -> Schedule:
    parts = tuple(
        Part(
            **{
                **part,
                "faults": tuple(Fault(**fault) for fault in part["faults"]),
                "deeds": tuple(part["deeds"]),
                "pauses": tuple(part["pauses"]),
            }
        )
        for part in told["parts"]
    )
    order = told["order"]
    order["priorities"] = tuple(order["priorities"])
    order["drops"] = frozenset((who, at) for who, at in order["drops"])
    order["told"] = tuple(((who, at), to) for (who, at), to in order["told"])
    clocks = tuple(told.pop("clocks", ()))
    read = {**told, "parts": parts, "order": OrderPlan(**order), "clocks": clocks}
    return Schedule(**read)
