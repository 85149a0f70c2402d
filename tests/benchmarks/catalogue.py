# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image catalog apply`` against openstack-image-manager, on the same definitions."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from tests.benchmarks import image_manager
from tests.benchmarks.crowd import sql
from tests.benchmarks.listing import run
from tests.benchmarks.memory import SLOW_FIRST
from tests.benchmarks.row import Measure
from tests.benchmarks.sources import SLOW
from tests.benchmarks.stage import MB, Stage, sha256, tool
from tests.cloud.accounts import Account
from tests.cloud.images import boot_sector

FAMILIES = 10
IMAGE_BYTES = 256 << 20
MANY = 100
SMALL_BYTES = 1 << 16
BLOCK_BYTES = 1 << 20
AT_A_TIME = 4
AT_A_TIME_BYTES = 128 << 20
MORE_MB = 60
"""That several at a time may take."""

META = {
    "architecture": "x86_64",
    "hw_disk_bus": "virtio",
    "hypervisor_type": "qemu",
    "os_distro": "debian",
    "os_purpose": "generic",
    "provided_until": "none",
    "replace_frequency": "never",
    "uuid_validity": "none",
}


@dataclass
class Catalogue:
    """Definitions in a file, and the images that they name at the source."""

    stage: Stage
    path: Path
    size: int
    images: list[dict[str, Any]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    """At the source, by name."""
    _numbers: Iterator[int] = field(default_factory=count)

    def add_family(self) -> None:
        """One more, with one version."""
        image = {
            "enable": True,
            "format": "raw",
            "login": "debian",
            "meta": META,
            "min_ram": 0,
            "multi": True,
            "name": f"family-{len(self.images)}",
            "status": "active",
            "tags": [],
            "versions": [],
            "visibility": "private",
        }
        self.images.append(image)
        self.add_version(image)

    def add_version(self, image: dict[str, Any]) -> None:
        """A newer one, of bytes that no other has."""
        number = next(self._numbers)
        file = self.path.parent / f"disk-{number}.img"
        _write_disk(file, boot_sector(f"{image['name']} {number}"), self.size)
        url = self.stage.source.put(file.name, file)
        self.files.append(file.name)
        digest = f"sha256:{sha256(file)}"
        version = {"version": str(number), "url": url, "checksum": digest}
        image["versions"].append({**version, "build_date": f"{_day(number)}"})
        # Whatever is JSON is YAML, but for what a date is quoted as.
        told = json.dumps({"images": self.images})
        self.path.write_text(told.replace('"@', "").replace('@"', ""))

    def apply(self, account: Account) -> float:
        """Seconds of ours."""
        return run(account, "image", "catalog", "apply", str(self.path)).seconds

    def manage(self, account: Account, program: Path) -> float:
        """Seconds of openstack-image-manager."""
        return image_manager.managed(self.stage, account, program, self.path)


def _write_disk(file: Path, first: bytes, size: int) -> None:
    """Random bytes behind *first*, a few at a time.

    What this process has held in memory counts as a child's peak: Linux hands it on.
    """
    with file.open("wb") as disk:
        disk.write(first)
        while left := size - disk.tell():
            disk.write(os.urandom(min(left, BLOCK_BYTES)))


def _day(number: int) -> str:
    return f"@2026-01-{1 + number % 28:02d}@"


@contextmanager
def first_apply(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """Seconds to bring in ten families of 256 MiB each, verified."""
    with _catalogue(stage, FAMILIES, IMAGE_BYTES) as catalogue:
        program = _manager(stage)
        yield (
            lambda: catalogue.apply(stage.cloud.account()),
            lambda: catalogue.manage(stage.cloud.account(), program),
        )


@contextmanager
def nothing_changed(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """Seconds where all ten are there already."""
    with _applied(stage) as (catalogue, ours, theirs, program):
        yield lambda: catalogue.apply(ours), lambda: catalogue.manage(theirs, program)


@contextmanager
def one_rotated(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """Seconds where one of ten has a new version."""
    with _applied(stage) as (catalogue, ours, theirs, program):

        def apply() -> float:
            catalogue.add_version(catalogue.images[0])
            return catalogue.apply(ours)

        yield apply, lambda: catalogue.manage(theirs, program)


@contextmanager
def many_unchanged(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """Seconds where all of a hundred are there; to show one image."""
    with _catalogue(stage, MANY, SMALL_BYTES) as catalogue:
        account = stage.cloud.account()
        catalogue.apply(account)
        # What has changed in the last minutes is listed twice: a catalogue that is
        # looked at each night is older than that.
        sql(stage, "UPDATE images SET updated_at = updated_at - INTERVAL 1 DAY;")
        name = catalogue.images[0]["name"]
        yield (
            lambda: catalogue.apply(account),
            lambda: run(account, "image", "show", name).seconds,
        )


@contextmanager
def memory_of_jobs(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """MB for four families at a time; for one at a time, and what more is allowed."""
    with _catalogue(stage, AT_A_TIME, AT_A_TIME_BYTES) as catalogue:
        yield (
            lambda: _peak_mb(stage, catalogue, AT_A_TIME),
            lambda: _peak_mb(stage, catalogue, 1) + MORE_MB,
        )


def _peak_mb(stage: Stage, catalogue: Catalogue, jobs: int) -> float:
    """Of a first apply, each of whose sources comes over several connections."""
    for name in catalogue.files:
        stage.source.misbehave(name, SLOW_FIRST)
    command = ("image", "catalog", "apply", "--jobs", str(jobs), str(catalogue.path))
    return run(stage.cloud.account(), *command).peak_bytes / MB


@contextmanager
def slow_source_in_two(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """Seconds from a source of 20 MB/s a connection to two clouds; to one."""
    with _catalogue(stage, 1, IMAGE_BYTES) as catalogue:
        for name in catalogue.files:
            stage.source.misbehave(name, SLOW)
        yield (
            lambda: _in_clouds(stage, catalogue, [["first", "second"]]),
            lambda: _in_clouds(stage, catalogue, [["first"]]),
        )


@contextmanager
def local_source_in_two(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """Seconds from a source on this machine to two clouds; one after the other."""
    with _catalogue(stage, 2, IMAGE_BYTES) as catalogue:
        yield (
            lambda: _in_clouds(stage, catalogue, [["first", "second"]]),
            lambda: _in_clouds(stage, catalogue, [["first"], ["second"]]),
        )


def _in_clouds(stage: Stage, catalogue: Catalogue, runs: list[list[str]]) -> float:
    """Seconds of so many *runs*, each to those clouds, which have nothing yet."""
    one = stage.cloud.account().through()
    assert one.clouds_yaml
    clouds = {"first": stage.cloud, "second": stage.start_cloud("guide")}
    with one.clouds_yaml.open("a") as file:
        for name, cloud in clouds.items():
            file.write(cloud.account().credentials.yaml(name))
    path = str(catalogue.path)
    return sum(
        run(
            one,
            *("image", "catalog", "apply", path),
            *(word for name in names for word in ("--cloud", name)),
        ).seconds
        for names in runs
    )


@contextmanager
def _applied(
    stage: Stage,
) -> Iterator[tuple[Catalogue, Account, Account, Path]]:
    with _catalogue(stage, FAMILIES, IMAGE_BYTES) as catalogue:
        ours, theirs = stage.cloud.account(), stage.cloud.account()
        program = _manager(stage)
        catalogue.apply(ours)
        catalogue.manage(theirs, program)
        yield catalogue, ours, theirs, program


@contextmanager
def _catalogue(stage: Stage, families: int, size: int) -> Iterator[Catalogue]:
    with tempfile.TemporaryDirectory(dir=stage.folder) as folder:
        catalogue = Catalogue(stage, Path(folder, "images.yml"), size)
        for _ in range(families):
            catalogue.add_family()
        yield catalogue


def _manager(stage: Stage) -> Path:
    tool("aria2c")
    return image_manager.installed(stage)
