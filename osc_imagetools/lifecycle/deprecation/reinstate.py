# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What undoes the deprecation of one image, or why it is refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.decision import (
    Decision,
    moving,
    refused,
    two_visible,
)
from osc_imagetools.lifecycle.model.fences import staying
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import of_family
from osc_imagetools.lifecycle.model.state import State, derive, undo_record

_VISIBILITIES = frozenset({"public", "community", "shared", "private"})
_ADOPTION = frozenset(
    {properties.ID, properties.FAMILY, properties.VERSION, properties.GENERATION}
)
"""What stays of an image that was adopted into a family meanwhile."""


NOTHING_TELLS = _("it has no %s, so nothing says what to restore") % properties.BEFORE


def reinstatement(
    image: Image, namesakes: Collection[Image], project: Project
) -> Decision:
    """What brings *image* back to what it was before it was deprecated.

    *namesakes* are the images that a lookup of its `restored_name` finds. Refused where
    that would make a second visible one of the same owner. *project* is the one that
    we work for.
    """
    decision = restoration(image)
    is_untold = moving(image) is None and _is_untold(image)
    if is_untold and image.generation and image.was_offered:
        how = of_family(project, "rollback", str(image.family), "--to", image.id)
        words = {"why": NOTHING_TELLS, "how": how}
        return refused(_("%(why)s. To make it current again: %(how)s") % words)
    after = decision.change.on(image)
    is_shown = not after.hidden and (image.hidden or after.name != image.name)
    if is_shown and (why := two_visible(after, namesakes, project)):
        return refused(why)
    if decision.result != "reinstated":
        return decision
    return replace(decision, change=staying(decision.change, image))


def restoration(image: Image) -> Decision:
    """What reinstates *image*, whatever other image has its name."""
    if why := moving(image):
        return refused(why)
    told = undo_record(image) if image.is_managed else None
    if told is None:
        return _without_a_record(image)
    if broken := [name for name, value in told.items() if not _may_be(name, value)]:
        words = {"property": properties.BEFORE, "fields": ", ".join(sorted(broken))}
        why = _(
            "%(property)s contains fields that no deprecation writes: %(fields).120r"
        )
        return refused(why % words)
    change = _restoring(image, told)
    status = "active" if _was_deactivated(image, told) else None
    return Decision("reinstated", change, status, _names(image, change, status))


def restored_name(image: Image) -> str:
    """The name of *image* once its deprecation is taken back."""
    told = (undo_record(image) if image.is_managed else None) or {}
    name = told.get("name")
    return name if isinstance(name, str) else image.name


def _is_untold(image: Image) -> bool:
    """Whether *image* is deprecated, and nothing says what that has changed."""
    is_out = image.is_managed and derive(image).state.is_on_its_way_out
    return is_out and undo_record(image) is None


def _without_a_record(image: Image) -> Decision:
    if _is_untold(image):
        return refused(NOTHING_TELLS)
    return Decision("unchanged", note=_("no deprecation is recorded"))


def _may_be(name: str, value: Any) -> bool:
    """Whether a deprecation may have found *value* in *name*."""
    if name.startswith(properties.PREFIX):
        return value is None or isinstance(value, str)
    if name == "os_hidden":
        return isinstance(value, bool)
    if name == "visibility":
        return isinstance(value, str) and value in _VISIBILITIES
    if name == "tags":
        return isinstance(value, list)
    if name == "name":
        return isinstance(value, str) and bool(value)
    if name == "os_purpose":
        return value is None or isinstance(value, str)
    return name == "status" and value == "active"


def _restoring(image: Image, told: Mapping[str, Any]) -> Change:
    is_adopted = told.get(properties.ID, image.id) != image.id and image.generation > 0
    values = {
        name: value
        for name, value in told.items()
        if name not in ("tags", "status") and not (is_adopted and name in _ADOPTION)
    }
    if is_adopted:
        # What it bore of ours back then was another image's: it never comes to life.
        values |= {name: None for name in values if name.startswith(properties.PREFIX)}
        values[properties.STATE] = str(State.ACTIVE)
    values.setdefault(properties.BEFORE)
    goes = "tags" in told and properties.TAG not in told["tags"] and not is_adopted
    return Change(
        set={name: value for name, value in values.items() if value is not None},
        remove=frozenset(name for name, value in values.items() if value is None),
        remove_tags=frozenset({properties.TAG}) if goes else frozenset(),
    )


def _was_deactivated(image: Image, told: Mapping[str, Any]) -> bool:
    return image.status == "deactivated" and told.get("status") == "active"


def _names(image: Image, change: Change, status: str | None) -> tuple[str, ...]:
    names = {step["path"].removeprefix("/") for step in change.patch(image)}
    return tuple(
        sorted((names | ({"status"} if status else set())) - {properties.BEFORE})
    )
