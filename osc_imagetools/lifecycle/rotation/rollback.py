# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""An earlier version becomes current again: which one, and what changes on it."""

from __future__ import annotations

from datetime import datetime

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.deprecation.deprecate import ADDRESSABLE
from osc_imagetools.lifecycle.deprecation.reinstate import restoration
from osc_imagetools.lifecycle.deprecation.replacement import WIDTH, audience
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.decision import moving
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import is_marked_for
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.policy import policy_of
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import chained, command, of_family
from osc_imagetools.lifecycle.model.state import State, undo_record
from osc_imagetools.lifecycle.rotation.beside import is_found_wider
from osc_imagetools.lifecycle.rotation.continuity import lost_signatures
from osc_imagetools.lifecycle.rotation.fingerprint import fingerprints
from osc_imagetools.lifecycle.rotation.repair import Repair
from osc_imagetools.lifecycle.rotation.retirement import OS_PURPOSE
from osc_imagetools.lifecycle.rotation.skip import (
    is_older,
    is_rolled_back,
    rolled_back_with,
)
from osc_imagetools.lifecycle.rotation.taken_out import is_retired, is_taken_out


def is_ended_rollback(repair: Repair, current: Image) -> bool:
    """Whether *repair* has ended what an earlier rollback to *current* had begun.

    That has blocked the bytes of the version that it leaves; a rotation never does.
    """
    left = repair.image
    is_left = repair.step in ("hide", "unlist") or (
        repair.step == "settle" and is_marked_for(left, current)
    )
    return is_left and is_rolled_back(current, fingerprints(left))


def named(family: Family, to: str) -> list[Image]:
    """The versions of that label or ID: runs at once may give one label twice."""
    return [each for each in family.versions if to in (each.id, each.version)]


def target(family: Family, to: str | None) -> Image | None:
    """The version to go back to: by label or ID, else the newest earlier one.

    ``None`` if there is none. Of those that weren't named, only what can be used at
    once, wasn't rolled back itself, and no person has taken out. The last one itself,
    if a swap has retired it and none is current: somebody has deleted its successor.
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
        and not is_taken_out(version)
        and (last is None or version.generation < last.generation + is_left)
        and not is_rolled_back(last, fingerprints(version))
    ]
    return earlier[-1] if earlier else None


def fault(version: Image, family: Family, project: Project) -> str | None:
    """Why *version* of *family* can't become current again, in words.

    *project* is the one that we work for.
    """
    if why := moving(version):
        return why
    if version.status not in ("active", "deactivated"):
        return _("its status is %s") % version.status
    if not version.was_offered:
        how = how_to_offer(version, family, project)
        why = _("nothing shows whether it was ever current; to publish it: %s")
        return why % how
    return None


def left_out(family: Family) -> Image | None:
    """The newest version that could be offered, but that a person has taken out."""
    taken_out = [
        version
        for version in family.versions
        if version.status == "active"
        and not version.run
        and is_taken_out(version)
        and version != family.current
    ]
    return taken_out[-1] if taken_out else None


def never_offered(family: Family) -> Image | None:
    """The newest earlier version that could be offered, and never was as far as known.

    Such as an image that was adopted while it was hidden.
    """
    last = family.latest
    earlier = [
        version
        for version in family.versions
        if version.status == "active"
        and not version.run
        and not version.was_offered
        and 0 < version.generation < (last.generation if last else 0)
    ]
    return earlier[-1] if earlier else None


def how_to_offer(version: Image, family: Family, project: Project) -> str:
    """The command that makes a *version* current that never was."""
    last = family.latest
    is_downgrade = last is not None and is_older(version, last)
    options = ["--allow-downgrade"] if is_downgrade else []
    words = ("--image", version.id, *options)
    rotate = of_family(project, "rotate", family.name, *words)
    if version.status == "deactivated":
        return chained([command("set", "--activate", version.id), rotate])
    return rotate


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
    gone = undone.remove | properties.WAY_OUT | {properties.RUN}
    if old is not None:
        gone |= frozenset(properties.POLICY)
    tag = policy.get(properties.FAMILY_TAG)
    return Change(
        set=told,
        remove=frozenset(gone - told.keys()),
        add_tags=frozenset({tag} if tag else ()),
    )


def _undone(version: Image) -> Change:
    """What its retirement changed, as it was before: names and purposes."""
    decision = restoration(version)
    if decision.result != "reinstated":
        return Change()
    told = undo_record(version) or {}
    kept = {n: v for n, v in decision.change.set.items() if n not in properties.WAY_OUT}
    return Change(
        set=kept,
        remove=frozenset({OS_PURPOSE} & {n for n, v in told.items() if v is None}),
    )


def _policy(version: Image, old: Image) -> dict[str, str]:
    policy = policy_of(old)
    policy.pop(properties.BLOCKED, None)
    blocked = rolled_back_with(old, fingerprints(old), freed=fingerprints(version))
    return policy | ({properties.BLOCKED: blocked} if blocked else {})


def other_audience(version: Image, last: Image | None) -> str | None:
    """Why nothing tells for whom *version* is, once it takes the place of *last*.

    It would be for more than before, or no longer found by its name by any other
    project. What its own retirement has changed of that is no reason: it is taken back.
    """
    if last is None or audience(version) == audience(last):
        return None
    if is_found_by_more(version, last):
        return None
    is_for_more = WIDTH[audience(last)] > WIDTH[audience(version)]
    if not is_for_more and audience(last) in ADDRESSABLE:
        return None
    return _("it is %(own)s, and version %(version)s is %(visibility)s") % {
        "own": audience(version),
        "version": last.version or last.id,
        "visibility": audience(last),
    }


def is_found_by_more(version: Image, last: Image) -> bool:
    """Whether *version* is visible, and more people find it than *last*."""
    return not version.hidden and is_found_wider(version, last)


def lost_signature(version: Image, last: Image | None) -> str | None:
    """Why servers that start from *last* might not from *version*; ``None`` if so."""
    lost = lost_signatures(last, version.fields, ()) if last else ()
    if last is None or not lost:
        return None
    return _(
        "version %(version)s has %(properties)s: where Nova verifies signatures, no "
        "server starts from an image without them"
    ) % {"version": last.version or last.id, "properties": ", ".join(lost)}
