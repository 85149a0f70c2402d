# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The long tests in ten slices, of which a run may take one: its commit's.

Ten commits in a row take all of them. A test keeps its slice, whatever others come.

The functional tests in two halves: one for the lowest clients, one for the newest. With
the next commit they change places, so that two commits in a row run each at both ends.
"""

from __future__ import annotations

import subprocess
import zlib
from pathlib import Path

SLICES = 10
COMMIT = "commit"
ENDS = ("lowest", "newest")


def slice_of(test: str) -> int:
    """The slice, 0 to 9, of a test, by its ID."""
    return zlib.crc32(test.encode()) % SLICES


def end_of(test: str, commit: int) -> str:
    """At which end of the clients a *test* runs, by its ID and its commit's slice."""
    return ENDS[(slice_of(test) + commit) % len(ENDS)]


def slice_of_commit(checkout: Path) -> int:
    """The slice, 0 to 9, of the commit that is checked out; 0 outside of a checkout."""
    if _git(checkout, "rev-parse", "--is-shallow-repository") == "true":
        # The number of commits isn't there; their IDs take each as often, by chance.
        return slice_of(_git(checkout, "rev-parse", "HEAD"))
    return int(_git(checkout, "rev-list", "--count", "HEAD") or 0) % SLICES


def _git(checkout: Path, *words: str) -> str:
    """What git says; nothing where there is none, or no commit."""
    try:
        told = subprocess.run(
            ["git", *words], cwd=checkout, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return told.stdout.strip() if told.returncode == 0 else ""
