# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The virtual environment of a utility container: its clients, then the plugin."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.clients import sets
from tests.cloud import interpreters, services_venv
from tests.cloud.folders import CHECKOUT

NOT_SOURCE = shutil.ignore_patterns(
    ".*", "__pycache__", "*.egg-info", "build", "dist", "htmlcov"
)
OF_THE_TESTS = (
    *("greenlet", "hypothesis", "jsonschema", "packaging", "pytest>=8"),
    *("pytest-timeout>=2.2", "pytest-xdist>=3.2"),
)


@dataclass(frozen=True)
class Container:
    """The environment of one release, in a folder that it fills."""

    folder: Path
    release: str

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "venv" / "bin" / "python"

    @property
    def tests(self) -> Path:
        """A copy of the tree without the plugin: its tests find the installed one."""
        return self.folder / "tree"

    @property
    def wheel(self) -> Path:
        """The plugin's wheel, once it is installed."""
        [wheel] = (self.folder / "wheels").iterdir()
        return wheel

    def install_clients(self) -> None:
        """Make the environment with what the playbook installs.

        Raises CloudError, or sets.ConstraintsError.
        """
        text = sets.constraints(self.release)
        self._constraints.write_text(text)
        services_venv.install(
            self._environment,
            interpreters.choose(),
            [*self._constrained, *sets.clients(text), *sets.MORE],
            print,
        )

    def install_plugin(self) -> None:
        """Build the wheel and install it under the same constraints."""
        shutil.copytree(CHECKOUT, self.tests, ignore=NOT_SOURCE)
        build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
        build += ["--wheel-dir", str(self.folder / "wheels"), str(self.tests)]
        subprocess.run(build, cwd=self.folder, check=True)
        shutil.rmtree(self.tests / "osc_imagetools")
        self._install(str(self.wheel))

    def install_tests(self) -> None:
        """Add what the tests need."""
        self._install(*OF_THE_TESTS)

    def installed(self) -> dict[str, str]:
        """The version of each package."""
        listed = self.run("-m", "pip", "list", "--format=json").stdout
        return {each["name"]: each["version"] for each in json.loads(listed)}

    def conflicts(self) -> set[str]:
        """What pip finds among its packages that doesn't go together."""
        checked = self.run("-m", "pip", "check")
        return {*checked.stdout.splitlines()} if checked.returncode else set()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run its Python, in the copy of the tree if there is one."""
        path = f"{self.python.parent}:{os.environ['PATH']}"
        return subprocess.run(
            [self.python, *arguments],
            cwd=self.tests if self.tests.exists() else self.folder,
            env={**os.environ, "COLUMNS": "200", "PATH": path},
            capture_output=True,
            text=True,
        )

    def _install(self, *requirements: str) -> None:
        arguments = [*self._constrained, *requirements]
        services_venv.add(self._environment, arguments, print)

    @property
    def _environment(self) -> Path:
        return self.folder / "venv"

    @property
    def _constraints(self) -> Path:
        return self.folder / "constraints.txt"

    @property
    def _constrained(self) -> list[str]:
        return ["--constraint", str(self._constraints)]
