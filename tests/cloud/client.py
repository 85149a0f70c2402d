# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The ``openstack`` client as a process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it printed."""

    status: int
    stdout: str
    stderr: str

    def json(self) -> Any:
        """Standard output, which must be JSON and nothing else."""
        return json.loads(self.stdout)


class Run(Protocol):
    """Runs a command of the client to its end, in seconds.

    Raises subprocess.TimeoutExpired, and then nothing of it is left.
    """

    def __call__(
        self,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        folder: Path,
        stdin: str,
        timeout: float,
    ) -> Outcome: ...


def run(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    folder: Path,
    stdin: str,
    timeout: float,
) -> Outcome:
    """The client, started as a user starts it."""
    with start(argv, env=env, cwd=folder, stdin=subprocess.PIPE) as client:
        try:
            stdout, stderr = client.communicate(stdin, timeout)
        except BaseException:
            client.kill()
            raise
    return Outcome(client.returncode, stdout, stderr)


def start(argv: Sequence[str], **popen: Any) -> subprocess.Popen[str]:
    """The same, for whoever watches or kills it; its output comes through pipes."""
    options: dict[str, Any] = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.PIPE,
        "stderr": subprocess.PIPE,
    }
    command = [sys.executable, "-m", "openstackclient.shell", *argv]
    return subprocess.Popen(command, text=True, **{**options, **popen})
