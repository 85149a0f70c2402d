# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the process has in memory from which clients are forked: importing this does it.

Beside modules that is what the client finds out anew for every command, and that is the
same for all of them: it reads the metadata of all that is installed.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from typing import Any

import cliff.app
import cliff.command
from keystoneauth1 import loading

import osc_imagetools

# What runs in the forks.
from tests.cloud import beside, doomed, loaded_client, series  # noqa: F401

PLUGINS = ("openstack.", "cliff.formatter.")
"""Entry points of which the client loads every one, or many, whatever is typed."""

NEEDED = (
    *("openstackclient.shell", "openstackclient.common.clientmanager"),
    *("openstack.connection", "openstack.image.v2._proxy"),
    *("openstack.identity.v3._proxy", "keystoneauth1.identity", "netrc"),
    *("dogpile.cache.backends.null", "requests", "tarfile"),
)


def modules() -> Iterator[str]:
    """Those that no command has to load any more."""
    yield from NEEDED
    for distribution in metadata.distributions():
        for entry_point in distribution.entry_points:
            if entry_point.group.startswith(PLUGINS):
                yield entry_point.module
    ours = pkgutil.walk_packages(osc_imagetools.__path__, f"{osc_imagetools.__name__}.")
    yield from (found.name for found in ours)


def load(names: Iterable[str]) -> None:
    """Import them; plugins of the client may lack what they need, as in the client."""
    for name in names:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def remember() -> None:
    """Have the client find out what it keeps for as long as it runs."""
    loading.get_available_plugin_loaders()
    # Which distribution a command comes from: its --help tells that. Older ones of
    # cliff look for it in another way.
    if find := getattr(cliff.command, "_get_distributions_by_modules", None):
        find()


def count_commands_only() -> None:
    """Where lines are counted: in each fork, from where a command begins.

    What comes before is the client's own, and takes three times as long if it is
    watched. Here it ends, and what was counted is written down: else each fork would do
    that once more.
    """
    coverage: Any = sys.modules.get("coverage")
    if coverage is None or not (counting := coverage.Coverage.current()):
        return
    counting.stop()
    counting.save()
    # Each fork has it again, from whoever wants it.
    os.environ.pop("COVERAGE_PROCESS_CONFIG", None)
    run = cliff.app.App.run_subcommand

    def counted(self: cliff.app.App, argv: list[str]) -> int:
        if not coverage.Coverage.current():
            coverage.process_startup(force=True)
        return run(self, argv)

    # A seam that no version of cliff offers otherwise.
    cliff.app.App.run_subcommand = counted  # type: ignore[method-assign]


load(modules())
remember()
count_commands_only()
# What is here stays, so no fork has to look through it, which would copy its pages.
gc.freeze()
