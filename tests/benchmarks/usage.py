# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a child process used up, as the kernel counted it."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass

ERROR_CHARACTERS = 2000


@dataclass(frozen=True)
class Usage:
    """Of one process that has ended."""

    seconds: float
    """From its start to its end."""
    cpu_seconds: float
    """In its own code and in the kernel, of all its threads."""
    peak_bytes: int
    """Resident memory at its highest.

    The kernel counts what its parent had before it: more than ours, and it's ours.
    """


def waited_for(child: subprocess.Popen[str], started: float) -> Usage:
    """What the child used, which started at a moment of `time.perf_counter`.

    Raises RuntimeError, with its standard error, if it didn't end with status 0.
    """
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    said = child.stderr.read() if child.stderr else ""
    if child.returncode:
        raise RuntimeError(f"{child.args!r}: {said[-ERROR_CHARACTERS:]}")
    return Usage(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)
