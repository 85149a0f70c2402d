# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which Python the services can run on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.cloud.errors import CloudError

SUPPORTED = ("3.11", "3.12", "3.13")
PROBE = "import ensurepip, platform, venv; print(platform.python_version())"


@dataclass(frozen=True)
class Interpreter:
    """A Python that was tried and can make virtual environments."""

    path: str
    version: str

    @property
    def minor(self) -> str:
        """Its version without the last part, such as ``3.11``."""
        return self.version.rpartition(".")[0]


def choose() -> Interpreter:
    """The oldest supported Python, so that each tox environment finds the same one.

    Raises CloudError, which says what to install.
    """
    for found in each():
        return found
    raise CloudError(
        f"Keystone and Glance need Python {', '.join(SUPPORTED[:-1])} or "
        f"{SUPPORTED[-1]} with its venv module, and this machine has none: looked for "
        "python3.11 and so on in PATH and for pyenv's versions "
        f"(running: {sys.version.split()[0]})."
    )


def each() -> Iterator[Interpreter]:
    """One usable interpreter for each supported version that is there."""
    for minor in SUPPORTED:
        tried = (_probe(path) for path in _candidates(minor))
        for found in tried:
            if found and found.minor == minor:
                yield found
                break


def _candidates(minor: str) -> Iterator[str]:
    if f"{sys.version_info.major}.{sys.version_info.minor}" == minor:
        yield sys.executable
    in_path = shutil.which(f"python{minor}")
    if in_path:
        yield in_path
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for path in sorted(pyenv.glob(f"versions/{minor}.*/bin/python")):
        yield str(path)


def _probe(path: str) -> Interpreter | None:
    # Run it: a shim of pyenv is in PATH for versions that aren't enabled, and
    # Debian ships Pythons without ensurepip.
    told = subprocess.run([path, "-c", PROBE], capture_output=True, text=True)
    return Interpreter(path, told.stdout.strip()) if told.returncode == 0 else None
