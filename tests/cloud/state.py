# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a running cloud says about itself, in a file of its folder."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass

from tests.cloud.errors import CloudError
from tests.cloud.folders import Folder


@dataclass(frozen=True)
class Running:
    """One service: its process, and whether the supervisor saw it answer."""

    url: str
    pid: int
    answering: bool
    restarts: int


@dataclass(frozen=True)
class State:
    """A cloud that is up."""

    supervisor: int
    variant: str
    database: str
    release: str | None
    services: dict[str, Running]
    source_control: str

    def write(self, folder: Folder) -> None:
        """Replace the file at one instant: nobody ever reads half of it."""
        half = folder.state.with_name(f"{folder.state.name}.{os.getpid()}")
        half.write_text(json.dumps(asdict(self), indent=1))
        half.replace(folder.state)


def read(folder: Folder) -> State:
    """The state of a running cloud; raises CloudError if there is none."""
    try:
        told = json.loads(folder.state.read_text())
    except FileNotFoundError:
        raise CloudError(
            f"No cloud runs in {folder}. Start it: tox -e cloud -- up --dir {folder}"
        ) from None
    services = {name: Running(**each) for name, each in told.pop("services").items()}
    return State(services=services, **told)
