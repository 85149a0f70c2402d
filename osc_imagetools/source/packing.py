# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the image in a source may be, and how it gets out: what was said about it."""

from __future__ import annotations

from dataclasses import dataclass

from osc_imagetools.source.limits import Limits


@dataclass(frozen=True)
class Packing:
    """From the bytes that are served to those that are stored."""

    limits: Limits
    disk_format: str | None = None
    """What the bytes have to be; ``None``: what they are."""
    member: str | None = None
    """A glob: which file of an archive."""
