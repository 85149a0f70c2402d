# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Children that never outlive the one who started them (Linux only)."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
from pathlib import Path

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

# Looked up once, here: between fork and exec nothing may be imported.
_libc = ctypes.CDLL(None, use_errno=True)


def die_with_parent() -> None:
    """In a new child, before exec: be killed when the parent ends, however it ends."""
    parent = os.getppid()
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def adopt_orphans() -> None:
    """From now on a descendant that loses its parent becomes a child of ours."""
    _libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_all() -> None:
    """Kill every descendant and reap it; needs :func:`adopt_orphans` before."""
    while children := _children():
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def _children() -> list[int]:
    lists = Path("/proc/self/task").glob("*/children")
    return [int(pid) for listed in lists for pid in listed.read_text().split()]
