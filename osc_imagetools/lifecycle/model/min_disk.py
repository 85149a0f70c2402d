# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The smallest root disk that a server needs for an image."""

from __future__ import annotations

GIB = 1 << 30
"""Bytes."""


def min_disk_gib(virtual_size: int) -> int:
    """The GiB that a disk of *virtual_size* bytes needs, at least 1."""
    return max(1, -(-virtual_size // GIB))
