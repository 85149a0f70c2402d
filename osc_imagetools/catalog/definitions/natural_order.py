# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Labels in the order in which people read them: 9 before 10."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"([0-9]+)")


def natural_order(label: str) -> tuple[tuple[str, tuple[int, str]], ...]:
    """What labels are sorted by: their numbers as numbers, what is between as text.

    As openstack-image-manager orders versions: ``latest`` comes after all numbers.
    """
    parts = [*_NUMBER.split(label), ""]
    return tuple(
        (parts[at], _size(parts[at + 1])) for at in range(0, len(parts) - 1, 2)
    )


def _size(digits: str) -> tuple[int, str]:
    """A number of any length; Python's own would refuse one of thousands of digits."""
    number = digits.lstrip("0")
    return len(number), number
