# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The release whose container is tested: all of them, or the one that is asked for."""

from __future__ import annotations

import pytest

from tests.clients.container import Container
from tests.clients.sets import RELEASES
from tests.slices import COMMIT, slice_of_commit


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run be asked for one release."""
    parser.addoption(
        "--release",
        choices=[*RELEASES, COMMIT],
        help=f"only this release; '{COMMIT}': that of the commit that is checked out",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test that has a container, once a release."""
    if "container" in metafunc.fixturenames:
        chosen = _asked_for(metafunc.config)
        metafunc.parametrize("container", chosen, indirect=True, scope="session")


def _asked_for(config: pytest.Config) -> tuple[str, ...]:
    told = config.getoption("--release")
    if told == COMMIT:
        return (RELEASES[slice_of_commit(config.rootpath) % len(RELEASES)],)
    return (told,) if told else RELEASES


@pytest.fixture(scope="session")
def container(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Container:
    """The environment of a release's container, with its clients only."""
    made = Container(tmp_path_factory.mktemp("container"), request.param)
    made.install_clients()
    return made


@pytest.fixture(scope="session")
def before(container: Container) -> dict[str, str]:
    """What it has before the plugin comes."""
    return container.installed()


@pytest.fixture(scope="session")
def conflicts_before(container: Container, before: dict[str, str]) -> set[str]:
    """What in it doesn't go together even then."""
    return container.conflicts()


@pytest.fixture(scope="session")
def with_plugin(
    container: Container, before: dict[str, str], conflicts_before: set[str]
) -> Container:
    """The same container once the plugin is installed."""
    container.install_plugin()
    return container
