# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong with images and families, judged from what was read of them."""

from __future__ import annotations

from osc_imagetools.lifecycle.checks.checkup import (
    Checkup,
    findings,
    merged,
    to_be_deleted,
    unknown_members,
)
from osc_imagetools.lifecycle.checks.finding import Finding, Observed
from osc_imagetools.lifecycle.checks.replacements import unknown
from osc_imagetools.lifecycle.checks.severity import Check, Severity
from osc_imagetools.lifecycle.checks.standards import GENERIC, PURPOSE

__all__ = [
    "GENERIC",
    "PURPOSE",
    "Check",
    "Checkup",
    "Finding",
    "Observed",
    "Severity",
    "findings",
    "merged",
    "to_be_deleted",
    "unknown",
    "unknown_members",
]
