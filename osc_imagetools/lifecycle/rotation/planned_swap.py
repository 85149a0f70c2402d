# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The steps of a swap, as a plan shows them before they are taken.

In which order they are taken is decided where they are: in the operations of the name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from osc_imagetools.i18n import _
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
        version = _("version %s") % self.label
        tagged = _("with the tag %s") % self.tag if self.tag else ""
        why = _("it becomes current")
        if self.loses:
            why = _("it becomes current, and is no longer called '%s'") % self.loses
        if self.old is not None:
            yield self._announcement(self.old)
        yield Step(
            "show",
            ", ".join(filter(None, (version, tagged, self.visibility))),
            why,
            self.new_id,
        )
        if self.old is not None:
            yield from self._withdrawal(self.old)

    def _announcement(self, old: Image) -> Step:
        retirement = self.retirement
        told = [str(retirement.state), _("replaced by version %s") % self.label]
        if retirement.os_purpose:
            told.append(f"os_purpose {retirement.os_purpose}")
        if delete_at := retirement.delete_at(old, self.now):
            told.append(_("may be deleted from %s") % delete_at)
        why = _("users can see this before the image disappears from lists")
        return Step.on("announce", old, why, f": {', '.join(told)}")

    def _withdrawal(self, old: Image) -> Iterator[Step]:
        retirement = self.retirement
        if retirement.hides:
            why = _("version %s is visible at that point") % self.label
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
        why = _("only version %(version)s has the tag %(tag)s")
        yield Step.on("untag", old, why % {"version": label, "tag": tag})
    if retirement.obsolete and old.status == "active":
        yield Step.on("deactivate", old, "--old-state obsolete")


def sharing(members: Mapping[str, str], new_id: str | None = None) -> Iterator[Step]:
    """That the image *new_id* is shared with the *members* of the current version.

    By project, with what each of them has said of that.
    """
    for project, said in members.items():
        why = _("it has accepted the current version")
        if said != "accepted":
            why = _("it is a member of the current version (%s)") % said
        yield Step("share", _("with project %s") % project, why, new_id)
