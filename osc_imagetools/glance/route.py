# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How an image's bytes get into Glance, and into which of its stores."""

from __future__ import annotations

from dataclasses import dataclass

STREAM = "stream"
"""We send them, into one store."""
WEB_DOWNLOAD = "web-download"
"""Glance fetches them."""
GLANCE_DIRECT = "glance-direct"
"""We send them to where Glance imports them from."""


@dataclass(frozen=True)
class Route:
    """What was said about the way."""

    wanted_method: str = STREAM
    stores: tuple[str, ...] = ()
    all_stores: bool = False
    allow_failure: bool = False
    """Of some of several stores."""
    timeout_seconds: float = 3600
    """For Glance's own part: an import that takes longer has failed."""

    @property
    def method(self) -> str:
        """Several stores are staged once: a stream goes into one."""
        several = self.all_stores or len(self.stores) > 1
        if several and self.wanted_method == STREAM:
            return GLANCE_DIRECT
        return self.wanted_method

    @property
    def is_import(self) -> bool:
        """Whether Glance does a part by itself, after its answer."""
        return self.method != STREAM
