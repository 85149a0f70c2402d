# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Bytes on their way, digested and counted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator


class Digested:
    """The same blocks, with their digests and their number of bytes so far."""

    def __init__(self, blocks: Iterator[bytes], algorithms: Iterable[str]) -> None:
        self._blocks = blocks
        self._hashes = {
            name: hashlib.new(name, usedforsecurity=False)
            for name in sorted(set(algorithms))
        }
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        block = next(self._blocks)
        self.size += len(block)
        for digest in self._hashes.values():
            digest.update(block)
        return block

    @property
    def digests(self) -> dict[str, str]:
        """Lower-case hex of all bytes so far, by algorithm."""
        return {name: digest.hexdigest() for name, digest in self._hashes.items()}
