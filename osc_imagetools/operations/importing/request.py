# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What shall be imported, as what, how it can be trusted, and on which way."""

from __future__ import annotations

from dataclasses import dataclass, field

from osc_imagetools.glance.route import Route
from osc_imagetools.lifecycle.rotation.new_version import Description
from osc_imagetools.source.access import Access
from osc_imagetools.source.packing import Packing
from osc_imagetools.source.trust import Trust
from osc_imagetools.source.verification.lists import Lists


@dataclass(frozen=True)
class Download:
    """Where bytes come from, and how they can be trusted."""

    urls: tuple[str, ...]
    """The vendor's, then its mirrors, in the order in which they are tried."""
    access: Access
    trust: Trust
    lists: Lists = field(default_factory=Lists, repr=False, compare=False)
    """What was read of published lists so far."""
    recorded: str = ""
    """The vendor's URL, where the first is that of a mirror."""

    @property
    def url(self) -> str:
        """The vendor's: what is recorded, and beside which its lists are."""
        return self.urls[0]


@dataclass(frozen=True)
class ImportRequest:
    """One import, whole: as a person says it, or completed from the version before."""

    name: str
    download: Download
    packing: Packing
    description: Description
    route: Route
    allow_duplicate: bool = False
    """Of the name, by another owner's visible image."""
    if_changed: bool = False

    @property
    def url(self) -> str:
        """Where its bytes come from: what is recorded."""
        return self.download.url
