# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Where a cloud and what it is made of lie on disk."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


def cache() -> Path:
    """The project's folder in the user's cache; made if missing."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(base, "osc-imagetools")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@dataclass(frozen=True)
class Folder:
    """One cloud's folder: what is in it has a name here."""

    path: Path

    def __str__(self) -> str:
        """Where it is, for people."""
        return str(self.path)

    @property
    def lock(self) -> Path:
        """Held by the cloud's supervisor as long as it lives; holds its process ID."""
        return self.path / "supervisor.lock"

    @property
    def start_lock(self) -> Path:
        """Held by whoever is starting the cloud."""
        return self.path / "start.lock"

    @property
    def state(self) -> Path:
        """What runs, in JSON; written by the supervisor."""
        return self.path / "cloud.json"

    @property
    def clouds_yaml(self) -> Path:
        """The accounts, in the form that OpenStack's clients read."""
        return self.path / "clouds.yaml"

    @property
    def files(self) -> Path:
        """What belongs to the running cloud only, and goes with it."""
        return self.path / "files"

    @property
    def source_root(self) -> Path:
        """What the source server serves."""
        return self.files / "source"

    @property
    def logs(self) -> Path:
        """Logs of this start of the cloud."""
        return self.path / "log"

    def log(self, service: str) -> Path:
        """The log of a service, or of the supervisor."""
        return self.logs / f"{service}.log"
