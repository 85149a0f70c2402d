# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What shall be imported, as what, how it can be trusted, and on which way."""

from __future__ import annotations

from dataclasses import dataclass

from osc_imagetools.glance.route import Route
from osc_imagetools.lifecycle.description import Description
from osc_imagetools.source.access import Access
from osc_imagetools.source.packing import Packing
from osc_imagetools.source.trust import Trust


@dataclass(frozen=True)
class Request:
    """Everything that was said about one import."""

    urls: tuple[str, ...]
    """The vendor's, then its mirrors, in the order in which they are tried."""
    name: str
    owner: str
    """ID of a project."""
    access: Access
    trust: Trust
    packing: Packing
    description: Description
    route: Route
    allow_duplicate: bool = False
    """Of the name, by another owner's visible image."""
    if_changed: bool = False

    @property
    def url(self) -> str:
        """The vendor's: what is recorded, and beside which its lists are."""
        return self.urls[0]
