# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The run that owns a record, and whether it is dead."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RUN = re.compile(r"[^:]*:[^:]*:[0-9]{1,18}:[0-9]{1,18}")
"""Strangers write it too: thousands of digits are no number for Python."""


@dataclass(frozen=True)
class Run:
    """Who owns a record: written into it, and taken out when it is published."""

    uuid: str
    host: str
    """A hash of the machine's boot and PID namespace; empty where unknown."""
    pid: int
    started: int
    """The kernel's start time of the process: PIDs are used again."""

    def __str__(self) -> str:
        """The value of ``lifecycle_run``."""
        return f"{self.uuid}:{self.host}:{self.pid}:{self.started}"

    @classmethod
    def parse(cls, text: str) -> Run | None:
        """The run that *text* names; ``None`` for what another hand wrote."""
        if not _RUN.fullmatch(text):
            return None
        parts = text.split(":")
        return cls(parts[0], parts[1], int(parts[2]), int(parts[3]))
