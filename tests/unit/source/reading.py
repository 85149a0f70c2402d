# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Sources read to their end, in the way that a test asks for."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from osc_imagetools.source.access import Access
from osc_imagetools.source.fetch import open_source

STALL_SECONDS = 5.0
CONTENT = bytes(range(256)) * 4096
"""1 MiB."""


def access(**said: Any) -> Access:
    """With a stall timeout that ends a test that hangs, and what was *said*."""
    return Access(**{"stall_seconds": STALL_SECONDS, **said})


def everything(url: str, **said: Any) -> bytes:
    """All bytes of the source at *url*."""
    with closing(open_source(url, access(**said))) as opened:
        return b"".join(opened.blocks())
