# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is asked for: a rotation, a rollback; and what became of the family."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from osc_imagetools.glance.route import Route
from osc_imagetools.glance.server_import import failed_stores
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.rotation.new_version import Description
from osc_imagetools.lifecycle.rotation.repair import Repair
from osc_imagetools.lifecycle.rotation.retirement import Retirement
from osc_imagetools.operations.importing.request import Download
from osc_imagetools.source.access import Access
from osc_imagetools.source.packing import Packing
from osc_imagetools.source.trust import Trust
from osc_imagetools.source.verification.lists import Lists

if TYPE_CHECKING:
    from osc_imagetools.source.builds import BuildSource

ROTATED = "rotated"
STAGED = "staged"
ROLLED_BACK = "rolled back"


@dataclass(frozen=True)
class RotateRequest:
    """What a person says of one rotation; the version before it completes that."""

    name: str
    """The family's."""
    access: Access
    trust: Trust
    packing: Packing
    description: Description
    route: Route
    urls: tuple[str, ...] = ()
    """Empty: those of the image or of the source named below, or of the current
    version's own source."""
    source: BuildSource | None = None
    """Where to find the newest build, instead of URLs; ``None``: as the family says."""
    recorded_url: str = ""
    """What is recorded as the source; empty: the first of *urls*."""
    image: str | None = None
    """The name or ID of an image that is there already, instead of a source."""
    from_family: str | None = None
    """The family whose current version is promoted, instead of a source."""
    candidate_id: str | None = None
    """The version that this has to be; ``None``: whichever is current."""
    retirement: Retirement = field(default_factory=Retirement)
    policy: Mapping[str, str] = field(default_factory=dict)
    """Of the family, by property, beside what the current version says."""
    unset: frozenset[str] = frozenset()
    """Properties that are not carried over."""
    verify_command: str | None = None
    adopt: bool = False
    copy_members: bool = True
    allow_pending_members: bool = False
    allow_downgrade: bool = False
    allow_duplicate: bool = False
    """Whether another project's visible image may have the family's name."""
    force: bool = False
    """Whether bytes that were rolled back may come again."""
    lists: Lists = field(default_factory=Lists, repr=False, compare=False)
    """What was read of published lists so far."""

    def download(self, urls: tuple[str, ...]) -> Download:
        """What is fetched, if the new version comes from these *urls*."""
        return Download(urls, self.access, self.trust, self.lists, self.recorded_url)


@dataclass(frozen=True)
class RollbackRequest:
    """What a person says of one rollback."""

    name: str
    to: str | None = None
    """The label or the ID of a version; ``None``: the newest earlier one."""
    reason: str | None = None
    visibility: str | None = None
    """``None``: that of the version which was current last; or its own, if it is
    visible and more projects find it."""
    allow_pending_members: bool = False
    allow_unsigned: bool = False
    allow_duplicate: bool = False
    """Whether another project's visible image may have the family's name."""


@dataclass(frozen=True)
class Rotated:
    """What became of a family."""

    result: str
    """One of those above, or of a `SkipReason`."""
    new: Image | None
    """The version that is current now, or staged."""
    old: Image | None = None
    """The one that was retired."""
    carried: tuple[str, ...] = ()
    """What the new version took over: properties, ``tags``, ``members`` and so on."""
    repaired: tuple[Repair, ...] = ()
    members: Mapping[str, str] = field(default_factory=dict)
    is_done: bool = True
    note: str = ""

    @property
    def failed_stores(self) -> tuple[str, ...]:
        """Where the new version should be, and isn't."""
        return failed_stores(self.new) if self.new else ()
