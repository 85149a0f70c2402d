# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What was said about one rotation, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from osc_imagetools.glance.server_import import failed_stores
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.repair import Repair
from osc_imagetools.lifecycle.retirement import Retirement
from osc_imagetools.operations.request import Request

ROTATED = "rotated"
STAGED = "staged"
ROLLED_BACK = "rolled back"


@dataclass(frozen=True)
class Rotation:
    """Everything that was said about one rotation."""

    request: Request
    """Of the new version; with no URL, the current version's own source counts."""
    image: str | None = None
    """The name or ID of an image that is there already, instead of a source."""
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
    force: bool = False
    """Whether bytes that were rolled back may come again."""

    @property
    def name(self) -> str:
        """The family's."""
        return self.request.name

    @property
    def owner(self) -> str:
        """ID of the project that it belongs to."""
        return self.request.owner


@dataclass(frozen=True)
class Rotated:
    """What became of a family."""

    result: str
    """One of those above, or of a `Verdict`."""
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
