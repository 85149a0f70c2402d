# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How sources are reached: what was said of them, and nothing of the cloud's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from osc_imagetools.source.opened import Source
    from osc_imagetools.source.rate import RateLimit

CONNECTIONS = 4
MOST_CONNECTIONS = 16
"""Each holds 8 MiB."""

RETRIES = 5


@dataclass(frozen=True)
class Access:
    """How to reach a source: for an image and for what is published about it."""

    stall_seconds: float
    """Seconds after which a silent source counts as broken."""
    connections: int = CONNECTIONS
    """To a large file, at most: 1 to `MOST_CONNECTIONS`."""
    retries: int = RETRIES
    """Tries in a row without progress; 0: an interrupted source is not asked again."""
    cacert: str | None = None
    """A file of authorities to trust instead of the well-known ones."""
    insecure: bool = False
    """Whether no certificate is checked."""
    user: str | None = field(default=None, repr=False)
    """``<name>:<password>``."""
    user_agent: str | None = None
    """What to call ourselves; ``None``: by our name, version and home."""
    user_url: str | None = field(default=None, repr=False)
    """At whose host that user is known; ``None``: that of each URL asked for."""
    opens: Callable[[Sequence[str], Access], Source] | None = field(
        default=None, repr=False, compare=False
    )
    """What opens an image's source; ``None``: whoever wants it, alone."""
    limit: RateLimit | None = field(default=None, compare=False)
    """How fast images are fetched, all that have this limit together."""
