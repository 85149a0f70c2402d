# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a source still offers what a version was made of."""

from __future__ import annotations

from dataclasses import dataclass

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.image import Image


@dataclass(frozen=True)
class Offered:
    """What is known of a source before its bytes are read."""

    published_digest: str = ""
    """``<algorithm>:<hex>``; empty where none is published."""
    etag: str = ""
    size: int | None = None
    """Bytes."""


def is_unchanged(version: Image, offered: Offered) -> bool:
    """Whether *version* was made of what is *offered* now.

    By the published digest; where none is published, by ETag and size together.
    Whatever can't be compared counts as changed.
    """
    digest, _, _scope = (version.text(properties.PUBLISHED_DIGEST) or "").partition(" ")
    if digest or offered.published_digest:
        return digest == offered.published_digest
    etag = version.text(properties.SOURCE_ETAG)
    size = version.text(properties.SOURCE_SIZE)
    return bool(etag) and (etag, size) == (offered.etag, str(offered.size))
