# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What shall be done, step by step, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Step:
    """One thing to do."""

    step: str
    """What it does, in a few words: a fixed set, so that scripts can look for it."""
    what: str
    """To which thing."""
    reason: str

    def as_row(self) -> dict[str, str]:
        """As machines read it."""
        return asdict(self)

    def __str__(self) -> str:
        return f"{self.step} {self.what}: {self.reason}"
