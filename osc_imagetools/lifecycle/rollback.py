# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""An earlier version becomes current again: which one, and what changes on it."""

from __future__ import annotations

from datetime import datetime

from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.blocked import blocking, is_blocked
from osc_imagetools.lifecycle.carry_over import POLICY, policy_of
from osc_imagetools.lifecycle.change import Change
from osc_imagetools.lifecycle.decision import moving
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.identity import identities
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.moments import format_time
from osc_imagetools.lifecycle.reinstatement import reinstatement
from osc_imagetools.lifecycle.repair import Repair, is_retired
from osc_imagetools.lifecycle.retirement import OS_PURPOSE
from osc_imagetools.lifecycle.state import State, before


def is_ended_rollback(repair: Repair, current: Image) -> bool:
    """Whether *repair* has ended what an earlier rollback to *current* had begun.

    That has blocked the bytes of the version that it leaves; a rotation never does.
    """
    left = repair.image
    return repair.step == "hide" and is_blocked(current, identities(left))


def named(family: Family, to: str) -> list[Image]:
    """The versions of that label or ID: runs at once may give one label twice."""
    return [each for each in family.versions if to in (each.id, each.version)]


def target(family: Family, to: str | None) -> Image | None:
    """The version to go back to: by label or ID, else the newest earlier one.

    ``None`` if there is none. Of those that weren't named, only what can be used at
    once and wasn't rolled back itself. The last one itself, if a swap has retired it
    and none is current: somebody has deleted its successor.
    """
    if to is not None:
        found = named(family, to)
        return found[-1] if found else None
    last = family.latest
    is_left = last is not None and family.current is None and is_retired(last)
    earlier = [
        version
        for version in family.versions
        if version.status == "active"
        and version.was_offered
        and not version.run
        and (last is None or version.generation < last.generation + is_left)
        and not is_blocked(last, identities(version))
    ]
    return earlier[-1] if earlier else None


def fault(version: Image) -> str | None:
    """Why *version* can't become current again, in words."""
    if why := moving(version):
        return why
    if version.status not in ("active", "deactivated"):
        return f"its status is {version.status}"
    if not version.was_offered:
        return "it never was current: to offer it, use 'openstack image rotate --image'"
    return None


def brought_back(
    version: Image, old: Image | None, family: str, generation: int, now: datetime
) -> Change:
    """The one change that shows *version* again, in the place of *old*.

    Its deprecation is taken back, the policy moves to it, and nothing brings the bytes
    of *old* back by itself.
    """
    policy = {} if old is None else _policy(version, old)
    undone = _undone(version)
    told = {
        **undone.set,
        **policy,
        "name": family,
        "os_hidden": False,
        "visibility": version.visibility,
        properties.STATE: str(State.ACTIVE),
        properties.GENERATION: str(generation),
        properties.PUBLISHED_AT: format_time(now),
    }
    gone = undone.remove | properties.WAY_OUT
    if old is not None:
        gone |= frozenset(POLICY)
    tag = policy.get(properties.FAMILY_TAG)
    return Change(
        set=told,
        remove=frozenset(gone - told.keys()),
        add_tags=frozenset({tag} if tag else ()),
    )


def _undone(version: Image) -> Change:
    """What its retirement changed, as it was before: names and purposes."""
    decision = reinstatement(version, ())
    if decision.result != "reinstated":
        return Change()
    told = before(version) or {}
    kept = {n: v for n, v in decision.change.set.items() if n not in properties.WAY_OUT}
    return Change(
        set=kept,
        remove=frozenset({OS_PURPOSE} & {n for n, v in told.items() if v is None}),
    )


def _policy(version: Image, old: Image) -> dict[str, str]:
    policy = policy_of(old)
    policy.pop(properties.BLOCKED, None)
    blocked = blocking(old, identities(old), freed=identities(version))
    return policy | ({properties.BLOCKED: blocked} if blocked else {})
