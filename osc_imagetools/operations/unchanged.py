# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the family has what the source offers already, by one small request."""

from __future__ import annotations

from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.unchanged import Offered, is_unchanged
from osc_imagetools.operations.request import Request
from osc_imagetools.source.fetch import head
from osc_imagetools.source.verification.published import published


def unchanged_version(request: Request, family: Family) -> Image | None:
    """The current version, if it was asked for and still is what the source offers."""
    if not request.if_changed or family.current is None:
        return None
    is_same = is_unchanged(family.current, _offered(request))
    return family.current if is_same else None


def _offered(request: Request) -> Offered:
    if request.trust.checksum is not None:
        return Offered(str(request.trust.checksum))
    source = head(request.url, request.access)
    found = published(request.trust, request.url, source, request.access)
    digest = str(found.checksum) if found.checksum else ""
    return Offered(digest, source.etag, source.length)
