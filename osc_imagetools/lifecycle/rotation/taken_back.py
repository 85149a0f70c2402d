# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The announcement of a swap that went no further, taken back."""

from __future__ import annotations

from osc_imagetools.lifecycle.deprecation.reinstate import restoration
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.fences import taking_back
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import State, undo_record
from osc_imagetools.lifecycle.rotation.retirement import OS_PURPOSE


def taken_back(survivor: Image) -> Change:
    """What makes *survivor* what it was before it was to be replaced."""
    return taking_back(_before_all_that(survivor), survivor)


def _before_all_that(survivor: Image) -> Change:
    decision = restoration(survivor)
    is_told = properties.RETIRED_AT in (undo_record(survivor) or {})
    if decision.result == "reinstated" and is_told:
        # Whatever a broken record says: it stays what everybody finds.
        change = decision.change
        brought_back = {
            name: value
            for name, value in change.set.items()
            if _is_of_a_retirement(name, value, survivor)
        }
        return Change(
            set={properties.STATE: str(State.ACTIVE), **brought_back}
            | {"os_hidden": False, "name": survivor.name},
            remove=change.remove & {*properties.WAY_OUT, OS_PURPOSE},
        )
    return Change(
        set={properties.STATE: str(State.ACTIVE)},
        remove=properties.WAY_OUT,
    )


def _is_of_a_retirement(name: str, value: object, survivor: Image) -> bool:
    """Whether a swap may have changed that of *survivor*, and found that *value*."""
    if name == properties.STATE:
        return value in (State.ACTIVE, State.DEPRECATED)
    if name == "visibility":
        # It makes versions private or community, and nobody loses one by going back.
        was_narrowed = survivor.visibility in ("private", "community")
        return was_narrowed and value != "private"
    return name in properties.WAY_OUT or name == OS_PURPOSE
