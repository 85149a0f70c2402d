# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The steps of a swap, as a plan shows them before they are taken.

In which order they are taken is decided where they are: in the operations of the name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.step import Step
from osc_imagetools.lifecycle.rotation.retirement import Retirement


@dataclass(frozen=True)
class PlannedSwap:
    """From the version that is current to the one that becomes so."""

    new_id: str | None
    """``None`` of one that is still to be made."""
    label: str | None
    old: Image | None
    retirement: Retirement
    tag: str | None
    """That only the current version has."""
    now: datetime
    visibility: str | None = None
    """Of the new one; ``None``: as it is."""
    loses: str | None = None
    """The name that the new one has until then, if users know it."""

    def steps(self) -> Iterator[Step]:
        """In the order in which they are taken."""
        tagged = f", with the tag {self.tag}" if self.tag else ""
        loses = f", and is no longer called '{self.loses}'" if self.loses else ""
        seen = f", {self.visibility}" if self.visibility else ""
        if self.old is not None:
            yield self._announcement(self.old)
        yield Step(
            "show",
            f"version {self.label}{tagged}{seen}",
            f"it becomes current{loses}",
            self.new_id,
        )
        if self.old is not None:
            yield from self._withdrawal(self.old)

    def _announcement(self, old: Image) -> Step:
        retirement = self.retirement
        told = f": {retirement.state}, replaced by version {self.label}"
        if retirement.os_purpose:
            told += f", os_purpose {retirement.os_purpose}"
        if delete_at := retirement.delete_at(old, self.now):
            told += f", may be deleted from {delete_at}"
        why = "users can see this before the image disappears from lists"
        return Step.on("announce", old, why, told)

    def _withdrawal(self, old: Image) -> Iterator[Step]:
        retirement = self.retirement
        if retirement.hides:
            why = f"version {self.label} is visible at that point"
            yield Step.on("hide", old, why)
        yield from finishing(old, self.label, retirement, self.tag)


def finishing(
    old: Image, label: str | None, retirement: Retirement, tag: str | None
) -> Iterator[Step]:
    """What becomes of *old* once it is replaced by the version of that *label*.

    *tag* is the one that only the current version has.
    """
    if retirement.name and retirement.name != old.name:
        yield Step.on("rename", old, "--old-name", f" to {retirement.name}")
    if retirement.visibility and retirement.visibility != old.visibility:
        why = f"--old-{retirement.visibility}"
        yield Step.on("make", old, why, f" {retirement.visibility}")
    if tag and tag in old.tags:
        yield Step.on("untag", old, f"only version {label} has the tag {tag}")
    if retirement.obsolete and old.status == "active":
        yield Step.on("deactivate", old, "--old-state obsolete")


def sharing(members: Mapping[str, str], new_id: str | None = None) -> Iterator[Step]:
    """That the image *new_id* is shared with the *members* of the current version.

    By project, with what each of them has said of that.
    """
    for project, said in members.items():
        why = "it has accepted the current version"
        if said != "accepted":
            why = f"it is a member of the current version ({said})"
        yield Step("share", f"with project {project}", why, new_id)
