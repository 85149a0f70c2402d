# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image import-url`` against openstack-image-manager."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks.imports import seconds_of_import
from tests.benchmarks.row import Measure
from tests.benchmarks.stage import Stage, sha256, tool
from tests.benchmarks.usage import waited_for
from tests.cloud import interpreters, services_venv
from tests.cloud.accounts import Account
from tests.cloud.errors import CloudError

NAME = "openstack-image-manager"
REQUIREMENT = f"{NAME}>=0.20261006"
"""The first versions have no ``--verify-checksum``."""


@contextmanager
def plain_against_image_manager(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """import-url; a run of openstack-image-manager with one image to import."""
    tool("aria2c")
    program = installed(stage)
    definitions = _definitions(stage)
    yield (
        seconds_of_import(stage, stage.image),
        lambda: _run(stage, program, definitions),
    )


def installed(stage: Stage) -> Path:
    """The program in an environment of its own; raises FileNotFoundError."""
    folder = stage.folder / NAME
    marker = folder / "complete.txt"
    program = folder / "bin" / NAME
    if marker.is_file() and marker.read_text() == REQUIREMENT and program.exists():
        return program
    stage.say(f"Installing {NAME} into {folder} (a minute) …")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        services_venv.install(folder, interpreters.choose(), [REQUIREMENT], stage.say)
    except CloudError as error:
        stage.say(str(error))
        raise FileNotFoundError(f"{NAME} can't be installed") from error
    marker.write_text(REQUIREMENT)
    return program


def _definitions(stage: Stage) -> dict[str, Any]:
    """One image, with what its own check of definitions asks for."""
    url, _ = stage.published(stage.image)
    version = {
        "version": "1",
        "url": url,
        "checksum": f"sha256:{sha256(stage.image)}",
    }
    meta = {
        "architecture": "x86_64",
        "hw_disk_bus": "virtio",
        "hypervisor_type": "qemu",
        "os_distro": "debian",
        "os_purpose": "generic",
        "provided_until": "none",
        "replace_frequency": "never",
        "uuid_validity": "none",
    }
    image = {
        "enable": True,
        "format": "qcow2",
        "login": "debian",
        "meta": meta,
        "min_ram": 0,
        "multi": False,
        "name": "managed",
        "status": "active",
        "tags": [],
        "versions": [version],
        "visibility": "private",
    }
    return {"images": [image]}


def _run(stage: Stage, program: Path, definitions: dict[str, Any]) -> float:
    with tempfile.TemporaryDirectory(dir=stage.folder) as folder:
        # Whatever is JSON is YAML.
        file = Path(folder, "images.yml")
        file.write_text(json.dumps(definitions))
        seconds = managed(stage, stage.account, program, file)
    stage.delete_images()
    return seconds


def managed(stage: Stage, account: Account, program: Path, file: Path) -> float:
    """Seconds of a run of the *program* for the definitions in *file*."""
    with tempfile.TemporaryDirectory(dir=stage.folder) as folder:
        # Its download goes to the disk on which all others have theirs.
        own = {"PATH": os.environ["PATH"], "HOME": folder, "TMPDIR": folder}
        command = [str(program), "--images", str(file), "--verify-checksum"]
        started = time.perf_counter()
        manager = subprocess.Popen(
            command,
            cwd=folder,
            env={**own, **account.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        return waited_for(manager, started).seconds
