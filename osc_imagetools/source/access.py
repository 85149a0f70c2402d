# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How sources are reached: what was said of them, and nothing of the cloud's own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Access:
    """The same for an image and for what is published about it."""

    stall_seconds: float
    """A source that is silent for so long counts as broken."""
