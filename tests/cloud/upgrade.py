# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Move the services' pins: whatever is newest and works on each supported Python."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.cloud import interpreters
from tests.cloud.errors import CloudError
from tests.cloud.interpreters import SUPPORTED, Interpreter
from tests.cloud.services_venv import (
    COMPUTE,
    CONSTRAINTS,
    DASHBOARD,
    REQUIREMENTS,
    Say,
    install,
)

HEADER = """\
# Keystone, Glance, Nova, Cinder, Horizon and all that they need, as the loopback cloud
# runs them. Written by: python -m tests.cloud upgrade
"""


def upgrade(say: Say, constraints: Path = CONSTRAINTS) -> None:
    """Write the pins anew; raises CloudError, and then leaves them as they were.

    The oldest Python decides; what only a newer one needs gets a marker.
    """
    found = {each.minor: each for each in interpreters.each()}
    missing = ", ".join(minor for minor in SUPPORTED if minor not in found)
    if missing:
        raise CloudError(f"The pins must fit each Python; install {missing} first.")
    pins: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="osc-imagetools-") as folder:
        for minor, interpreter in found.items():
            say(f"Installing the newest on Python {interpreter.version} …")
            frozen = _newest(Path(folder, minor), interpreter, pins, say)
            marker = f'; python_version >= "{minor}"' if pins else ""
            added = {name: line + marker for name, line in frozen.items()}
            pins = {**added, **pins}
    say(f"{len(pins)} pins; the old ones are in git.")
    constraints.write_text(_text(pins))


def _newest(
    folder: Path, interpreter: Interpreter, pins: Mapping[str, str], say: Say
) -> dict[str, str]:
    """What pip installs there, within these pins: a requirement for each name."""
    draft = folder.with_suffix(".txt")
    draft.write_text(_text(pins))
    chosen = [*REQUIREMENTS, *COMPUTE, *DASHBOARD]
    install(folder, interpreter, ["-c", str(draft), *chosen], say)
    pip = [str(folder / "bin" / "python"), "-m", "pip", "freeze"]
    frozen = subprocess.run(pip, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {_name(line): line for line in frozen.splitlines()}


def _name(requirement: str) -> str:
    name = requirement.partition("==")[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def _text(pins: Mapping[str, str]) -> str:
    return HEADER + "".join(f"{pins[name]}\n" for name in sorted(pins))
