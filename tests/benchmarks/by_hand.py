# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What people type instead of one command of ours."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.packings import Packing
from tests.benchmarks.row import Measure
from tests.benchmarks.stage import Stage, tool
from tests.benchmarks.usage import waited_for

CURL = ("curl", "--silent", "--show-error", "--fail", "--noproxy", "*")
LIST = "SHA256SUMS"

Command = Sequence[str]


def pipe(stage: Stage, file: Path, *between: Command) -> Measure:
    """``curl <the file> | … | curl -T - <Glance>``: nothing is verified."""
    url, _ = stage.published(file)
    _require([CURL, *between])

    def measure() -> float:
        upload = _upload(stage)
        started = time.perf_counter()
        _run_piped([*CURL, url], *between, upload)
        return _seconds_since(started, stage)

    return measure


def pipe_of_copy(stage: Stage, file: Path, packing: Packing) -> Measure:
    """The same for what can't be unpacked as it comes: ``curl -o`` goes before."""
    url, _ = stage.published(file)
    _require([CURL, packing.unpack])

    def measure() -> float:
        upload = _upload(stage)
        with tempfile.TemporaryDirectory(dir=stage.folder) as folder:
            copy = str(Path(folder, file.name))
            started = time.perf_counter()
            _run([*CURL, "-o", copy, url], folder)
            _run_piped([*packing.unpack, copy], upload)
            return _seconds_since(started, stage)

    return measure


def recipe(
    stage: Stage, steps: Sequence[Command], image: str, disk_format: str = "qcow2"
) -> Measure:
    """The steps in an empty folder, then ``openstack image create --file <image>``."""
    _require(steps)
    create = ("image", "create", "--disk-format", disk_format, "--file")

    def measure() -> float:
        with tempfile.TemporaryDirectory(dir=stage.folder) as folder:
            started = time.perf_counter()
            for step in steps:
                _run(step, folder)
            path = str(Path(folder, image))
            client = stage.account.start(
                *create, path, "stock", stdout=subprocess.DEVNULL
            )
            waited_for(client, started)
            return _seconds_since(started, stage)

    return measure


def fetch_and_verify(stage: Stage, file: Path) -> list[Command]:
    """The steps ``curl -o``, twice, and ``sha256sum -c``."""
    url, listing = stage.published(file)
    return [
        [*CURL, "-o", file.name, url],
        [*CURL, "-o", LIST, listing],
        ["sha256sum", "-c", LIST],
    ]


def _require(commands: Sequence[Command]) -> None:
    for command in commands:
        tool(command[0])


def _upload(stage: Stage) -> list[str]:
    headers = ["-H", f"X-Auth-Token: {stage.account.token}"]
    headers += ["-H", "Content-Type: application/octet-stream"]
    return [*CURL, "-T", "-", *headers, stage.upload_url(stage.new_record("qcow2"))]


def _seconds_since(started: float, stage: Stage) -> float:
    seconds = time.perf_counter() - started
    stage.delete_images()
    return seconds


def _run(command: Command, folder: str) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def _run_piped(*commands: Command) -> None:
    """What a shell does between commands that a ``|`` connects, with pipefail."""
    with ExitStack() as running:
        children: list[subprocess.Popen[bytes]] = []
        for number, command in enumerate(commands, 1):
            child = subprocess.Popen(
                command,
                stdin=children[-1].stdout if children else subprocess.DEVNULL,
                stdout=subprocess.PIPE if number < len(commands) else None,
            )
            if children and children[-1].stdout:
                # Else the one before would not notice if this one died.
                children[-1].stdout.close()
            children.append(running.enter_context(child))
    for child in children:
        if child.returncode:
            raise subprocess.CalledProcessError(child.returncode, child.args)
