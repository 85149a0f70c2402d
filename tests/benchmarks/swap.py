# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How long a lookup finds two versions in a rotation, and what a rollback costs."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from tests.benchmarks.row import Measure
from tests.benchmarks.stage import Stage
from tests.benchmarks.usage import waited_for
from tests.cloud.accounts import Account
from tests.cloud.beside import Beside, Lookup, beside, lookups
from tests.cloud.images import boot_sector
from tests.cloud.series import Series, series

MS = 1000
NAME = "swapped"
JSON_PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


@contextmanager
def two_against_hide(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """Milliseconds in which a rotation shows two; of one PATCH of ``os_hidden``.

    A user of another project asks for the name all the while, as fast as Glance
    answers, and the first is told by when those answers came.
    """
    owner, another = stage.cloud.account(roles=["admin"]), stage.cloud.account()
    name = f"{NAME}-{owner.project_id}"
    builds = _builds(stage)
    with series(owner) as client:
        _rotate(client, name, next(builds))
        # What is hidden by itself is as large a record as what the rotation hides.
        hidden = _rotate(client, f"{name}-beside", next(builds))
        with beside(lookups(another, name)) as asked:
            yield (
                lambda: _moment_of_two(client, name, builds, asked),
                lambda: _hide(owner, hidden),
            )


@contextmanager
def rollback_against_show(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """Seconds to roll back, as an operator runs it; to show the image."""
    owner = stage.cloud.account(roles=["admin"])
    name = f"{NAME}-{owner.project_id}"
    builds = _builds(stage)
    with series(owner) as client:

        def rollback() -> float:
            for _ in range(2):
                _rotate(client, name, next(builds))
            return _seconds(owner, "image", "rollback", name)

        yield rollback, lambda: _seconds(owner, "image", "show", name)


def _builds(stage: Stage) -> Iterator[Path]:
    """Ever new disks of one sector."""
    path = stage.folder / "build.img"
    for number in count():
        path.write_bytes(boot_sector(f"{time.time()} {number}"))
        yield path


def _rotate(client: Series, name: str, build: Path) -> str:
    """The ID of a new version."""
    told = ["--file", str(build), "--allow-unverified", "--public"]
    outcome = client.run("image", "rotate", "-f", "json", *told, name)
    if outcome.status:
        raise RuntimeError(outcome.stderr)
    result: dict[str, Any] = outcome.json()
    return str(result["new_id"])


def _moment_of_two(
    client: Series, name: str, builds: Iterator[Path], asked: Beside[Lookup]
) -> float:
    """Milliseconds; of a rotation in which a lookup fell into that moment."""
    while True:
        asked.done()
        _rotate(client, name, next(builds))
        seen = asked.done()
        if not all(lookup.found for lookup in seen):
            raise RuntimeError("a lookup found no image")
        if took := _longest_of_two(seen):
            return MS * took


def _longest_of_two(seen: Sequence[Lookup]) -> float:
    """Seconds from the first answer with two images to the next one with one.

    0 where no lookup fell into that moment.
    """
    began = next((one.at for one in seen if len(one.found) > 1), None)
    if began is None:
        return 0.0
    later = (one.at for one in seen if one.at > began and len(one.found) == 1)
    return next(later, seen[-1].at) - began


def _hide(owner: Account, image_id: str) -> float:
    """Milliseconds of the PATCH; then it is shown again."""
    took = _patched(owner, image_id, hidden=True)
    _patched(owner, image_id, hidden=False)
    return MS * took


def _patched(owner: Account, image_id: str, *, hidden: bool) -> float:
    change = json.dumps([{"op": "add", "path": "/os_hidden", "value": hidden}])
    path = f"/v2/images/{image_id}"
    started = time.perf_counter()
    answer = owner.glance("PATCH", path, data=change, headers=JSON_PATCH)
    answer.raise_for_status()
    return time.perf_counter() - started


def _seconds(owner: Account, *command: str) -> float:
    started = time.perf_counter()
    client = owner.start(*command, stdout=subprocess.DEVNULL)
    return waited_for(client, started).seconds
