# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Why the bytes of a source can be trusted: what was said about it."""

from __future__ import annotations

from dataclasses import dataclass

from osc_imagetools.source.checksums import Checksum


@dataclass(frozen=True)
class Trust:
    """A published digest, or where it is, or that none is needed."""

    checksum: Checksum | None = None
    checksum_url: str | None = None
    allow_unverified: bool = False

    @property
    def is_said(self) -> bool:
        """Whether there is anything to go by."""
        return bool(self.checksum or self.checksum_url or self.allow_unverified)
