# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image lifecycle list`` on a cloud of 10,000 images, as an operator runs it."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.benchmarks.crowd import IMAGES, crowd
from tests.benchmarks.row import Measure
from tests.benchmarks.stage import MB, Stage
from tests.benchmarks.usage import Usage, waited_for
from tests.cloud.accounts import Account
from tests.cloud.proxy import Proxy

PAGE = 1000
FEW = 50
VISIBLE = 990
"""Of 10,000 managed ones: what is current, and a few that someone shows on purpose."""

LONGEST_SECONDS = 600
LISTING = r"/v2/images$"
OURS = ("image", "lifecycle", "list")
STOCK = (("image", "list"), ("image", "list", "--hidden"))
"""The stock client lists visible images or hidden ones."""
JSON = ("-f", "json")


@contextmanager
def few_against_show(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """Seconds to list the 50 that are managed; to show one of them, by its ID."""
    with crowd(stage, managed=FEW, visible=IMAGES) as images:
        who, image_id = images.operator, images.managed_id
        _require_rows(who, FEW)
        yield (
            lambda: run(who, *OURS).seconds,
            lambda: run(who, "image", "show", image_id).seconds,
        )


@contextmanager
def many_against_stock(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """Seconds to list 10,000 managed images; the same ones by the stock client."""
    with crowd(stage, managed=IMAGES, visible=VISIBLE) as images:
        who = images.operator
        yield (
            lambda: run(who, *OURS).seconds,
            lambda: sum(run(who, *command).seconds for command in STOCK),
        )


@contextmanager
def requests_against_pages(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """List requests for 10,000 managed images; the pages that they fill."""
    with (
        crowd(stage, managed=IMAGES, visible=VISIBLE) as images,
        Proxy(images.operator.glance_url) as proxy,
    ):
        through = images.operator.through(proxy.url)

        def requests() -> float:
            before = len(proxy.matching("GET", LISTING))
            _require_rows(through, IMAGES)
            return len(proxy.matching("GET", LISTING)) - before

        yield requests, lambda: IMAGES / PAGE


@contextmanager
def memory_against_stock(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """MB to list 10,000 managed images; for the stock client to list hidden ones."""
    with crowd(stage, managed=IMAGES, visible=VISIBLE) as images:
        who = images.operator
        yield (
            lambda: run(who, *OURS, "--long", *JSON).peak_bytes / MB,
            lambda: run(who, *STOCK[-1], *JSON).peak_bytes / MB,
        )


def _require_rows(account: Account, count: int) -> None:
    """Raise RuntimeError if that isn't what is listed: then nothing is measured."""
    command = (*OURS, "-f", "value", "-c", "ID")
    outcome = account.openstack(*command, timeout=LONGEST_SECONDS)
    found = len({*outcome.stdout.splitlines()})
    if found != count:
        raise RuntimeError(f"{found} images are listed, not {count}: {outcome.stderr}")


def run(account: Account, *command: str) -> Usage:
    """What a command used up; raises RuntimeError if it didn't end with status 0."""
    started = time.perf_counter()
    client = account.start(*command, stdout=subprocess.DEVNULL)
    return waited_for(client, started)
