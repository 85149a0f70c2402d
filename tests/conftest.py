# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One folder of clouds for a whole test run, which goes when the run ends.

The clouds themselves are started by the first test that asks for one. They end with
the process that started the run, however that ends: it is their owner.

Of the long tests, a run takes all that ``-m`` selects, or one slice of them; of the
functional ones all, or the half that this commit has for one end of the clients.
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
from hypothesis import settings

from tests.cloud.cloud import Cloud
from tests.cloud.glance import QUICK_VARIABLE
from tests.cloud.session import Clouds
from tests.slices import COMMIT, ENDS, SLICES, end_of, slice_of, slice_of_commit

# For a night: pytest --hypothesis-profile nightly.
settings.register_profile("nightly", max_examples=10_000, deadline=None)

CLOUDS = pytest.StashKey[Clouds]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run be asked for one slice of the long tests, or for half of the others."""
    parser.addoption(
        "--slice",
        metavar="N",
        help=f"of the long tests, run those of slice N, 0 to {SLICES - 1}; or "
        f"'{COMMIT}': the slice of the commit that is checked out",
    )
    parser.addoption(
        "--half",
        choices=ENDS,
        help="of the functional tests that aren't long, run those that this commit has "
        "for one end of the clients; the next commit has the others for it",
    )


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Name the slice and the half, for whoever wants to run them again."""
    lines = []
    if (number := asked_for(config)) is not None:
        lines.append(
            f"long tests: --slice {number} of 0 to {SLICES - 1} (all: -e long)"
        )
    if end := config.getoption("--half"):
        commit = slice_of_commit(config.rootpath)
        lines.append(f"functional tests: the half of commit {commit} for '{end}'")
    return lines


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Leave out the long tests of other slices, and the other half of the others."""
    number, end = asked_for(config), config.getoption("--half")
    commit = slice_of_commit(config.rootpath)

    def is_elsewhere(item: pytest.Item) -> bool:
        if item.get_closest_marker("long"):
            return number not in (None, slice_of(item.nodeid))
        is_shared = item.nodeid.startswith("tests/functional/")
        return is_shared and end not in (None, end_of(item.nodeid, commit))

    others = [item for item in items if is_elsewhere(item)]
    config.hook.pytest_deselected(items=others)
    left_out = set(others)
    items[:] = [item for item in items if item not in left_out]


def asked_for(config: pytest.Config) -> int | None:
    """The slice that this run takes; ``None``: all of them."""
    told = config.getoption("--slice")
    if told is None:
        return None
    return slice_of_commit(config.rootpath) if told == COMMIT else int(told)


def pytest_configure(config: pytest.Config) -> None:
    """In the process that started the run, and in each worker of xdist."""
    # Ignored by who runs this in the background or under nohup, and then by all that
    # the tests start: but they send these signals.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.environ.setdefault(QUICK_VARIABLE, "1")
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
