# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The clouds of one test run, shared by all its processes."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.cloud import control
from tests.cloud.cloud import Cloud
from tests.cloud.folders import Folder

RUNNING_VARIABLE = "OSC_IMAGETOOLS_CLOUD_DIR"
RELEASE_VARIABLE = "OSC_IMAGETOOLS_CLOUD_RELEASE"
"""Names the release of Keystone and Glance; unset or empty: the newest."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Clouds:
    """One cloud a variant, below a folder that may not exist yet.

    Each ends with the owner (a process ID), however that ends.
    """

    folder: Path
    owner: int

    def get(self, variant: str, say: Say) -> Cloud:
        """The cloud of this variant: started if no process of the run has done so.

        A cloud that runs in $OSC_IMAGETOOLS_CLOUD_DIR is taken instead, if it is of
        this variant. Raises CloudError.
        """
        running = os.environ.get(RUNNING_VARIABLE)
        if running:
            cloud = Cloud.at(Folder(Path(running).absolute()))
            if cloud.state.variant == variant:
                return cloud
        self.folder.mkdir(mode=0o700, exist_ok=True)
        folder = Folder(self.folder / variant)
        release = os.environ.get(RELEASE_VARIABLE) or None
        told = control.up(
            folder, say, variant=variant, release=release, owner=self.owner
        )
        return Cloud(folder, told)

    def end(self) -> None:
        """End all of them and remove the folder, if any was started."""
        if self.folder.exists():
            for path in self.folder.iterdir():
                control.down(Folder(path))
            shutil.rmtree(self.folder)
