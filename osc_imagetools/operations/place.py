# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Where a command works: what an operator mixes up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One project of one region of one cloud."""

    cloud: str
    """Its name in clouds.yaml; else where one logs in."""
    region: str
    """Empty where the cloud has but one."""
    project: str

    def __str__(self) -> str:
        named = {"cloud": self.cloud, "region": self.region, "project": self.project}
        return ", ".join(f"{word} {name}" for word, name in named.items() if name)
