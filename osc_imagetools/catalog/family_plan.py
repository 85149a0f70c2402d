# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is to be done for one family of a catalogue, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from osc_imagetools.catalog.definitions import FamilyDefinition
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.image import Image


class FamilyAction(str, Enum):
    """In the words of the output, which stay."""

    ADOPT = "adopt"
    """Images of openstack-image-manager become versions; then it is planned anew."""
    IMPORT = "import"
    """The cloud has no such family yet."""
    ROTATE = "rotate"
    UPDATE = "update"
    """Properties, tags and policy of the current version, in place."""
    RETIRE = "retire"
    UNCHANGED = "unchanged"
    ORPHAN = "orphan"
    """A family that the catalogue doesn't name."""
    REFUSED = "refused"
    """Nothing can be done before somebody has looked at it."""

    def __str__(self) -> str:
        return self.value


PENDING = frozenset(
    {
        FamilyAction.ADOPT,
        FamilyAction.IMPORT,
        FamilyAction.ROTATE,
        FamilyAction.UPDATE,
        FamilyAction.RETIRE,
    }
)


@dataclass(frozen=True)
class FamilyPlan:
    """One line of a plan."""

    family: str
    action: FamilyAction
    reason: str
    version: str | None = None
    """The label that its current version will have, or has."""
    current: Image | None = None
    """The version that is current now."""
    definition: FamilyDefinition | None = None
    """``None`` for what the catalogue doesn't name."""
    change: Change = field(default_factory=Change)
    """To the current version, of an update."""
    status: str | None = None
    """``active`` or ``deactivated``, if its status has to become that."""
    size: int | None = None
    """Bytes that are to be fetched, where the source tells that."""
    members: tuple[str, ...] = ()
    """Projects that the current version is to be shared with, of an update."""
    candidate: Image | None = None
    """The other family's current version that becomes its next one, without a copy."""
    adopted: tuple[Image, ...] = ()
    """What becomes its versions."""

    @property
    def is_pending(self) -> bool:
        """Whether it changes the cloud."""
        return self.action in PENDING

    @property
    def is_fetched(self) -> bool:
        """Whether bytes are brought in."""
        is_made = self.action in (FamilyAction.IMPORT, FamilyAction.ROTATE)
        return is_made and self.candidate is None
