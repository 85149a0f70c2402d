# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Runs, which own what they make until it is done."""

from __future__ import annotations

from osc_imagetools.operations.runs.jobs import run_jobs
from osc_imagetools.operations.runs.signals import (
    Ended,
    signals_end_the_run,
)

__all__ = [
    "Ended",
    "run_jobs",
    "signals_end_the_run",
]
