# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image import-url`` against what people type instead."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.benchmarks.row import Measure
from tests.benchmarks.stage import Stage, tool
from tests.benchmarks.usage import Usage, waited_for

CURL = ("--silent", "--show-error", "--fail", "--noproxy", "*")
LIST = "SHA256SUMS"


def import_url(stage: Stage, file: Path) -> Usage:
    """What one verified import of the file used; its image is deleted again."""
    url, listing = stage.published(file)
    started = time.perf_counter()
    command = ("image", "import-url", url, file.name, "--checksum-url", listing)
    client = stage.account.start(*command, stdout=subprocess.DEVNULL)
    used = waited_for(client, started)
    stage.delete_images()
    return used


@contextmanager
def gzip_against_pipe(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """import-url of the .gz; curl, gzip and curl, which verify nothing."""
    yield (
        _import(stage, stage.gzipped),
        _pipe(stage, stage.gzipped, [tool("gzip"), "-d"]),
    )


@contextmanager
def plain_against_pipe(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """import-url of the image itself; curl into curl, which verify nothing."""
    yield _import(stage, stage.image), _pipe(stage, stage.image)


@contextmanager
def gzip_against_recipe(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """import-url of the .gz; what the stock client's users do."""
    for program in ("curl", "sha256sum", "gunzip"):
        tool(program)
    yield _import(stage, stage.gzipped), lambda: _recipe(stage)


def _import(stage: Stage, file: Path) -> Measure:
    return lambda: import_url(stage, file).seconds


def _pipe(stage: Stage, file: Path, *between: Sequence[str]) -> Measure:
    curl = [tool("curl"), *CURL]
    url, _ = stage.published(file)

    def run() -> float:
        target = stage.new_record("qcow2")
        upload = [*curl, "-T", "-", "-H", f"X-Auth-Token: {stage.account.token}"]
        upload += ["-H", "Content-Type: application/octet-stream", target]
        started = time.perf_counter()
        _run_piped([*curl, url], *between, upload)
        seconds = time.perf_counter() - started
        stage.delete_images()
        return seconds

    return run


def _run_piped(*commands: Sequence[str]) -> None:
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
            raise RuntimeError(f"{child.args!r} ended with {child.returncode}")


def _recipe(stage: Stage) -> float:
    """Seconds from the first of the four commands to the end of the last."""
    url, listing = stage.published(stage.gzipped)
    with tempfile.TemporaryDirectory(dir=stage.folder) as folder:
        packed = Path(folder, stage.gzipped.name)

        def run(*command: str) -> None:
            subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)

        started = time.perf_counter()
        run("curl", *CURL, "-o", packed.name, url)
        run("curl", *CURL, "-o", LIST, listing)
        run("sha256sum", "-c", LIST)
        run("gunzip", packed.name)
        create = ("image", "create", "--disk-format", "qcow2", "--file")
        client = stage.account.start(
            *create, str(packed.with_suffix("")), "stock", stdout=subprocess.DEVNULL
        )
        waited_for(client, started)
        seconds = time.perf_counter() - started
    stage.delete_images()
    return seconds
