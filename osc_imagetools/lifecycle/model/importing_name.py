# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The name of a version that nobody has been offered yet."""

from __future__ import annotations


def importing_name(family: str, own_id: str) -> str:
    """The name that an image has until it is published."""
    return f"{family}.importing-{own_id[:8]}"
