# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a new version is, beside its bytes: what was said about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Description:
    """The version that somebody wants."""

    visibility: str = "shared"
    properties: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    min_disk: int = 0
    """GiB; 0: what the image's own disk needs."""
    label: str | None = None
    build_date: date | None = None
