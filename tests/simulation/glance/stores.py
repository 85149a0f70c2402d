# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Where data lies."""

from __future__ import annotations

from dataclasses import dataclass, field

STAGING = "os_glance_staging_store"
"""From where imports are made. Nobody is told of it."""


@dataclass(slots=True)
class Stores:
    """Each store's data, by image."""

    names: tuple[str, ...] = ("fast", "slow")
    held: dict[tuple[str, str], bytes] = field(default_factory=dict)
    """By store and ID: also of images that are gone, where it was left behind."""

    @property
    def default(self) -> str:
        return self.names[0]

    def put(self, store: str, image_id: str, data: bytes) -> None:
        self.held[store, image_id] = data

    def get(self, store: str, image_id: str) -> bytes | None:
        return self.held.get((store, image_id))

    def remove(self, store: str, image_id: str) -> None:
        self.held.pop((store, image_id), None)
