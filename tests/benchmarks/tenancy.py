# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image usage list`` and ``lifecycle enforce`` on a site with many of everything."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from typing import Any

import openstack

from tests.benchmarks.crowd import IMAGES, crowd
from tests.benchmarks.listing import LISTING, LONGEST_SECONDS, PAGE, VISIBLE, run
from tests.benchmarks.row import Measure
from tests.benchmarks.stage import MB, Stage
from tests.cloud import compute
from tests.cloud.accounts import Account
from tests.cloud.proxy import Proxy

ASKED_ABOUT = 500
MADE = 2_400
"""Servers, and as many volumes."""
BATCH = 200

OURS = ("image", "usage", "list", "-f", "json")
ENFORCE = ("image", "lifecycle", "enforce", "--dry-run", "-f", "json")
ALONE = ("--without", "compute", "--without", "block-storage")
"""The cloud of the other rows has neither."""


@contextmanager
def usage_against_pages(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """Seconds to tell who uses 500 images; to list all that may, in plain pages."""
    with _tenants(stage) as operator:
        yield (
            lambda: run(operator, *OURS, "--managed").seconds,
            lambda: _listed(operator),
        )


@contextmanager
def usage_memory(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """MB to tell who uses 500 images; who uses one, where only its users are asked."""
    with _tenants(stage) as operator:
        [one] = _managed(operator)[:1]
        yield (
            lambda: run(operator, *OURS, "--managed").peak_bytes / MB,
            lambda: run(operator, *OURS, one).peak_bytes / MB,
        )


@contextmanager
def enforce_against_pages(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """List requests of a dry run over 10,000 managed images; the pages they fill."""
    with (
        crowd(stage, managed=IMAGES, visible=VISIBLE) as images,
        Proxy(images.operator.glance_url) as proxy,
    ):
        through = images.operator.through(proxy.url)

        def requests() -> float:
            before = len(proxy.matching("GET", LISTING))
            run(through, *ENFORCE, *ALONE)
            return len(proxy.matching("GET", LISTING)) - before

        yield requests, lambda: IMAGES / PAGE


@contextmanager
def enforce_memory(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """MB of a dry run over 10,000 managed images; of a list of the same."""
    with crowd(stage, managed=IMAGES, visible=VISIBLE) as images:
        listing = ("image", "lifecycle", "list", "--long", "-f", "json")
        yield (
            lambda: run(images.operator, *ENFORCE, *ALONE).peak_bytes / MB,
            lambda: run(images.operator, *listing).peak_bytes / MB,
        )


@contextmanager
def _tenants(stage: Stage) -> Iterator[Account]:
    """An admin of a site with 500 managed images, and what was made from them."""
    there = stage.on(compute.VARIANT)
    with crowd(there, managed=ASKED_ABOUT, visible=IMAGES) as images:
        operator, tenants = images.operator, there.cloud.tenants
        wanted = list(islice(cycle(_managed(operator)), MADE))
        stage.say(f"Making {MADE} servers and {MADE} volumes …")
        for batch in range(0, MADE, BATCH):
            tenants.servers(operator, wanted[batch : batch + BATCH])
            tenants.volumes(operator, wanted[batch : batch + BATCH])
        yield operator


def _managed(operator: Account) -> Sequence[str]:
    return [one["id"] for one in operator.listed(tag="lifecycle")]


def _listed(operator: Account) -> float:
    """Seconds for every server and volume of the site, page after page."""
    told = {name[3:].lower(): value for name, value in operator.env.items()}
    region = told.pop("region_name", None)
    told.pop("identity_api_version", None)
    cloud = openstack.connect(
        load_envvars=False, load_yaml_config=False, auth=told, region_name=region
    )
    cloud.authorize()
    begun = time.perf_counter()
    for service, path, kind in (
        (cloud.compute, "/servers/detail", "servers"),
        (cloud.block_storage, "/volumes/detail", "volumes"),
    ):
        marker = ""
        while page := _page(service, path, kind, marker):
            marker = page[-1]["id"]
    return time.perf_counter() - begun


def _page(service: Any, path: str, kind: str, marker: str) -> list[dict[str, Any]]:
    asked = {"all_tenants": "1", "limit": str(PAGE)}
    if marker:
        asked["marker"] = marker
    answer = service.get(path, params=asked, timeout=LONGEST_SECONDS)
    answer.raise_for_status()
    rows: list[dict[str, Any]] = answer.json()[kind]
    return rows
