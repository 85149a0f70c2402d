# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a rollback does: a dry run shows it, and the run carries it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from osc_imagetools.lifecycle.deprecation.deprecate import ADDRESSABLE
from osc_imagetools.lifecycle.deprecation.replacement import WIDTH, audience
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.plan import Step
from osc_imagetools.lifecycle.rotation.continuity import lost_signatures
from osc_imagetools.lifecycle.rotation.retirement import Retirement
from osc_imagetools.lifecycle.rotation.swap_steps import PlannedSwap, sharing


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
                "reactivate", version, "it is obsolete, and has to boot again"
            )
        if version.visibility != self.visibility:
            why = f"it is {version.visibility}, and is no longer retired"
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


def other_audience(version: Image, last: Image | None) -> str | None:
    """Why nothing tells for whom *version* is, once it takes the place of *last*.

    It would be for more than before, or no longer found by its name by any other
    project. What its own retirement has changed of that is no reason: it is taken back.
    """
    if last is None or audience(version) == audience(last):
        return None
    is_for_more = WIDTH[audience(last)] > WIDTH[audience(version)]
    if not is_for_more and audience(last) in ADDRESSABLE:
        return None
    return (
        f"it is {audience(version)}, and version {last.version or last.id} is "
        f"{audience(last)}"
    )


def lost_signature(version: Image, last: Image | None) -> str | None:
    """Why servers that start from *last* might not from *version*; ``None`` if so."""
    lost = lost_signatures(last, version.fields, ()) if last else ()
    if last is None or not lost:
        return None
    return (
        f"version {last.version or last.id} has {', '.join(lost)}: where Nova verifies "
        "signatures, no server starts from an image without them"
    )
