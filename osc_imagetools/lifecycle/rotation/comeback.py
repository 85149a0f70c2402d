# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a rollback does: a dry run shows it, and the run carries it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.step import Step
from osc_imagetools.lifecycle.rotation.planned_swap import PlannedSwap, sharing
from osc_imagetools.lifecycle.rotation.retirement import Retirement


@dataclass(frozen=True)
class Kept:
    """Nothing is done: that version is the current one, and stays it."""

    current: Image
    result: str
    why: str

    def steps(self, now: datetime) -> Iterator[Step]:
        """The one line of its plan."""
        yield Step.on("keep", self.current, self.why)


@dataclass(frozen=True)
class Comeback:
    """An earlier version becomes current again."""

    version: Image
    """As it is until then."""
    incumbent: Image | None
    """The one whose place it takes, unless that is itself."""
    last: Image | None
    """The one that was current last: policy and members are taken over from it."""
    name: str
    """The family's."""
    visibility: str
    retirement: Retirement
    members: Mapping[str, str] = field(default_factory=dict)
    """Of the last one, who are not, or have not said that, of this one."""

    @property
    def must_boot(self) -> bool:
        """Whether it has to be reactivated."""
        return self.version.status == "deactivated"

    def steps(self, now: datetime) -> Iterator[Step]:
        """In the order in which they are taken."""
        version, last = self.version, self.last
        if self.must_boot:
            yield Step.on(
                "reactivate", version, _("it is obsolete, and has to boot again")
            )
        if version.visibility != self.visibility:
            why = _("it is %s, and is no longer retired") % version.visibility
            yield Step.on("make", version, why, f" {self.visibility}")
        yield from sharing(self.members, version.id)
        yield from PlannedSwap(
            version.id,
            version.version,
            self.incumbent,
            self.retirement,
            last.text(properties.FAMILY_TAG) if last else None,
            now,
            loses=version.name if version.name != self.name else None,
        ).steps()
