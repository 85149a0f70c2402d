# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes that were rolled back, and that nothing brings back by itself.

They are told by the values that decide whether a version is unchanged, so they are
known even when the version is long deleted.
"""

from __future__ import annotations

import json
from collections.abc import Set

from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.image import Image

MOST = 50
"""Entries that are kept, the newest: a version has at most three."""


def blocked(bearer: Image) -> tuple[str, ...]:
    """What the family's *bearer* of the policy says was rolled back, oldest first.

    A value that can't be read blocks nothing.
    """
    try:
        told = json.loads(bearer.text(properties.BLOCKED) or "[]")
    except (ValueError, RecursionError):
        return ()
    if not isinstance(told, list):
        return ()
    return tuple(each for each in told if isinstance(each, str))


def is_blocked(bearer: Image | None, known: Set[str]) -> bool:
    """Whether bytes of these identities were rolled back."""
    return bearer is not None and not known.isdisjoint(blocked(bearer))


def blocking(
    bearer: Image, added: Set[str] = frozenset(), *, freed: Set[str] = frozenset()
) -> str | None:
    """The value with identities *added* and *freed*; ``None`` if nothing is left."""
    kept = [each for each in blocked(bearer) if each not in added | freed]
    told = [*kept, *sorted(added - freed)][-MOST:]
    return json.dumps(told) if told else None
