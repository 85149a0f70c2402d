# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Why the bytes of a source can be trusted: what was said about it."""

from __future__ import annotations

from dataclasses import dataclass

from osc_imagetools.source.checksums import Checksum


@dataclass(frozen=True)
class Trust:
    """A published digest, or where it is, who signs it, or that none is needed.

    Nothing at all means: look where vendors publish theirs, and refuse the source if
    nothing is there.
    """

    checksum: Checksum | None = None
    is_signed: bool = False
    """Whether a keyring has proven it: then it was found in a list, not typed."""
    list_url: str = ""
    """Where it was found, in public form."""
    checksum_url: str | None = None
    auto: bool = False
    """Look where vendors publish theirs, also where it needn't be verified."""
    keyring: str | None = None
    """A file of OpenPGP certificates: one of them must have signed the list."""
    allow_unverified: bool = False
    """Whether no digest, or a weak one, will do; a wrong one never does."""

    @property
    def looks_for_lists(self) -> bool:
        """Whether vendors' lists are looked for by themselves."""
        if self.checksum or self.checksum_url:
            return False
        return self.auto or bool(self.keyring) or not self.allow_unverified
