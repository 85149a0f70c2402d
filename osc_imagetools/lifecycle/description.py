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

    visibility: str | None = None
    """``None``: that of the current version, else ``shared``."""
    protected: bool | None = None
    """``None``: as the current version, else not."""
    min_disk: int = 0
    """GiB; 0: what the image's own disk needs."""
    min_ram: int = 0
    """MiB."""
    properties: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    label: str | None = None
    build_date: date | None = None
    stays_hidden: bool = False
    """Verified, but not offered: it keeps the state ``staged`` and its own name."""
    standard: str | None = None
    """The properties that it must have: ``scs-0102``."""
