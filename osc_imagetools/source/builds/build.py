# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One build of a vendor: where it is, and what is known of it before it is fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from osc_imagetools.source.checksums import Checksum


@dataclass(frozen=True)
class Build:
    """A build, its file not opened yet."""

    url: str
    """May hold a user, a password and a query."""
    label: str = ""
    """What tells it apart from others: ``20240423.1``; empty if nothing does."""
    built: date | None = None
    """The day that its name tells."""
    checksum: Checksum | None = None
    """What its vendor publishes in the same place."""
    is_signed: bool = False
    """Whether a keyring has proven that."""
    list_url: str = ""
    """Where it is published, in public form."""
