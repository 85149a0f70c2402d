# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The machine that commands run on: its clock, and which of its processes live."""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from datetime import datetime, timezone
from pathlib import Path

from osc_imagetools.glance.ending import ENDING
from osc_imagetools.lifecycle.model.run import Run


class Machine:
    """This one. Whoever simulates another gives `Api` one of the same interface."""

    def monotonic(self) -> float:
        """Seconds since a moment that stays the same; never runs backwards."""
        return time.monotonic()

    def now(self) -> datetime:
        """The time by this machine's own clock."""
        return datetime.now(timezone.utc)

    def sleep(self, seconds: float) -> None:
        """Wait; raises what `go_on` does."""
        self.go_on()
        time.sleep(seconds)

    def go_on(self) -> None:
        """Raise what ends the command, where that is one of several jobs."""
        ENDING.check()

    def host(self) -> str:
        """A hash of this machine's boot and PID namespace; empty where unknown.

        Within one of them a PID and its start time name one process for ever.
        """
        try:
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
            namespace = os.readlink("/proc/self/ns/pid")
        except OSError:
            return ""
        return hashlib.sha256(f"{boot} {namespace}".encode()).hexdigest()[:16]

    def new_id(self) -> str:
        """An ID that no image ever had."""
        return str(uuid.uuid4())

    def new_run(self) -> Run:
        """A new run of this process."""
        pid = os.getpid()
        return Run(str(uuid.uuid4()), self.host(), pid, _started(pid) or 0)

    @property
    def has_signals(self) -> bool:
        """Whether signals to this process are meant for the command that runs here."""
        return True

    def lives(self, run: Run) -> bool:
        """Whether the process of a *run* of this host is still there."""
        return _started(run.pid) == run.started


def _started(pid: int) -> int | None:
    """Clock ticks from boot to the start of *pid*; ``None`` if it isn't running.

    The 22nd field of proc(5)'s stat, counted behind the command's name, which
    may hold spaces and parentheses. A zombie runs no more.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in ("Z", "X") else int(fields[19])


THIS_MACHINE = Machine()
