# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the plugin's mere presence costs every call of the client."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import osc_imagetools
from tests.benchmarks.row import Measure
from tests.benchmarks.stage import Stage
from tests.benchmarks.usage import waited_for

DISTRIBUTION = "osc-imagetools"


@contextmanager
def with_against_without(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    """CPU seconds of ``openstack --version`` with the plugin; without it.

    In two environments alike but for the plugin, which is in the one as a wheel
    installs it: an editable installation costs each start of Python more. Not in
    /tmp, where the client caches no entry points.
    """
    with tempfile.TemporaryDirectory(dir=stage.folder) as made:
        folder = Path(made)
        without = _environment(folder / "without")
        with_plugin = _environment(folder / "with")
        _install_plugin(_packages(folder / "with"))
        yield (
            lambda: _cpu_seconds(with_plugin, folder),
            lambda: _cpu_seconds(without, folder),
        )


def _environment(folder: Path) -> Path:
    """The Python of a new environment, which has all that ours has but the plugin."""
    venv.create(folder, symlinks=True)
    packages = _packages(folder)
    ours = _names_of_ours()
    for base in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        for path in Path(base).iterdir():
            if path.name not in ours:
                (packages / path.name).symlink_to(path)
    python = folder / "bin" / "python"
    # Bytecode and the cache of entry points are there before anything is measured.
    _cpu_seconds(python, folder.parent)
    return python


def _packages(folder: Path) -> Path:
    options = {"base": str(folder), "platbase": str(folder)}
    return Path(sysconfig.get_path("purelib", vars=options))


def _names_of_ours() -> set[str]:
    """What the plugin's installation, editable or not, put among the packages."""
    files = metadata.distribution(DISTRIBUTION).files or []
    return {file.parts[0] for file in files}


def _install_plugin(packages: Path) -> None:
    package = Path(osc_imagetools.__file__).parent
    shutil.copytree(package, packages / package.name)
    described = packages / f"{package.name}-0.dist-info"
    described.mkdir()
    distribution = metadata.distribution(DISTRIBUTION)
    for name in ("METADATA", "entry_points.txt"):
        (described / name).write_text(distribution.read_text(name) or "")


def _cpu_seconds(python: Path, home: Path) -> float:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OS_", "PYTHON", "COVERAGE_"))
    }
    started = time.perf_counter()
    client = subprocess.Popen(
        [str(python), "-m", "openstackclient.shell", "--version"],
        cwd=home,
        env={**environment, "HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    return waited_for(client, started).cpu_seconds
