# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One folder of clouds for a whole test run, which goes when the run ends.

The clouds themselves are started by the first test that asks for one. They end with
the process that started the run, however that ends: it is their owner.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cloud.cloud import Cloud
from tests.cloud.session import Clouds

CLOUDS = pytest.StashKey[Clouds]()


def pytest_configure(config: pytest.Config) -> None:
    """In the process that started the run, and in each worker of xdist."""
    # Ignored by who runs this in the background or under nohup, and then by all that
    # the tests start: but they send these signals.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    told = getattr(config, "workerinput", None)
    if told:
        clouds = Clouds(Path(told["clouds"]), told["owner"])
    else:
        name = f"osc-imagetools-{uuid.uuid4().hex}"
        clouds = Clouds(Path(tempfile.gettempdir(), name), os.getpid())
    config.stash[CLOUDS] = clouds


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist where the clouds of this run are."""
    clouds = node.config.stash[CLOUDS]
    node.workerinput.update(clouds=str(clouds.folder), owner=clouds.owner)


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what was started, in the process that started the run."""
    clouds = config.stash.get(CLOUDS, None)
    if clouds and clouds.owner == os.getpid():
        clouds.end()


@pytest.fixture(scope="session")
def started(request: pytest.FixtureRequest) -> Callable[[str], Cloud]:
    """A function that gives the run's cloud of a variant, starting it if need be."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def say(line: str) -> None:
        # A first start installs the services: not a silent minute.
        with capture.global_and_fixture_disabled():
            print(f"\ntests.cloud: {line}", file=sys.stderr, flush=True)

    def start(variant: str) -> Cloud:
        return request.config.stash[CLOUDS].get(variant, say)

    return start
