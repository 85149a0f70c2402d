# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Why a rotation is skipped: its bytes are current, were rolled back, or taken out.

Also of a version that was made, where another run was sooner.
"""

from __future__ import annotations

import json
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timezone

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.policy import policy_holder
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import command, of_family, option, ours
from osc_imagetools.lifecycle.model.state import derive
from osc_imagetools.lifecycle.rotation.fingerprint import fingerprints
from osc_imagetools.lifecycle.rotation.taken_out import is_taken_out

MOST = 50
"""Entries that are kept, the newest: a version has at most three."""


def rolled_back(holder: Image) -> tuple[str, ...]:
    """The fingerprints that *holder* of the policy says were rolled back, oldest first.

    A value that can't be read blocks nothing.
    """
    try:
        told = json.loads(holder.text(properties.BLOCKED) or "[]")
    except (ValueError, RecursionError):
        return ()
    if not isinstance(told, list):
        return ()
    return tuple(each for each in told if isinstance(each, str))


def is_rolled_back(holder: Image | None, known: Set[str]) -> bool:
    """Whether bytes with these fingerprints were rolled back."""
    return holder is not None and not known.isdisjoint(rolled_back(holder))


def rolled_back_with(
    holder: Image, added: Set[str] = frozenset(), *, freed: Set[str] = frozenset()
) -> str | None:
    """The value with fingerprints *added* and *freed*; ``None`` if nothing is left."""
    kept = [each for each in rolled_back(holder) if each not in added | freed]
    told = [*kept, *sorted(added - freed)][-MOST:]
    return json.dumps(told) if told else None


UNCHANGED = "unchanged"
STAYS_OUT = "unchanged (rolled back)"
SUPERSEDED = "superseded"

_NEVER = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class SkipReason:
    """Why a version is not wanted any more."""

    result: str
    is_done: bool
    """Whether the family has what this version would have brought, or newer."""
    why: str
    staged: Image | None = None
    """The version that waits instead, if one does."""


def skip_reason(
    family: Family, new: Image, *, project: Project, force: bool
) -> SkipReason | None:
    """Why *new*, made and not offered yet, is not wanted; ``None`` if it is.

    *force* lets bytes come again that were rolled back or taken out; *project* is the
    one that we work for.
    """
    if (
        why := skip_reason_by_bytes(family, new, project=project, force=force)
    ) is not None:
        return why
    current = family.incumbent
    if current is None or current.id == new.id or current.generation < new.generation:
        return None
    return superseded(family, current, new)


def skip_reason_by_bytes(
    family: Family, new: Image, *, project: Project, force: bool
) -> SkipReason | None:
    """Why *new*, without a number, is not wanted, by its bytes alone; else ``None``."""
    for same in versions_to_compare(family, force=force):
        if same.id == new.id:
            return None
        if not fingerprints(same).isdisjoint(fingerprints(new)):
            return unchanged(project, family, same, _("has the same bytes"))
    if not force and is_rolled_back(policy_holder(family), fingerprints(new)):
        return SkipReason(STAYS_OUT, True, _("these bytes were rolled back"))
    return None


def versions_to_compare(family: Family, *, force: bool) -> tuple[Image, ...]:
    """The versions whose bytes need not come again: the current one.

    And above that what somebody has taken out: a job that runs every night must not
    bring it back, unless that is meant (*force*).
    """
    current = family.incumbent
    taken_out = [
        version
        for version in family.versions
        if not force
        and version.generation > (current.generation if current else 0)
        and is_taken_out(version)
    ]
    return (*((current,) if current else ()), *reversed(taken_out))


def unchanged(project: Project, family: Family, same: Image, what: str) -> SkipReason:
    """That *same*, which is `versions_to_compare`, has or is *what* was wanted."""
    words = {"version": same.version, "what": what, "name": same.name}
    why = _("version %(version)s %(what)s") % words
    if same == family.incumbent and same.name != family.name:
        options = ("--rename-newest", *option("family", family.name))
        how = ours(project, "lifecycle set", *options)
        why = _(
            "version %(version)s %(what)s, and is called '%(name)s'. To give it the "
            "family's name: %(how)s"
        ) % {**words, "how": how}
    elif same != family.current:
        how = offering(project, same, family)
        why = _(
            "version %(version)s %(what)s, and %(fate)s. To publish it again: %(how)s"
        ) % {**words, "fate": taken_out(same), "how": how}
    return SkipReason(UNCHANGED, True, why)


def taken_out(version: Image) -> str:
    """What a person has done to a *version* that `is_taken_out`, in words."""
    is_told = derive(version).state.is_on_its_way_out
    return _("was deprecated") if is_told else _("was hidden by hand")


def offering(project: Project, version: Image, family: Family) -> str:
    """The command that makes *version*, which was taken out, current again.

    *project* is the one that we work for.
    """
    if family.current is not None:
        return of_family(project, "rollback", family.name, "--to", version.id)
    if derive(version).state.is_on_its_way_out:
        return ours(project, "reinstate", version.id)
    named = option("name", family.name) if version.name != family.name else ()
    return command("set", "--unhidden", *named, version.id)


def superseded(family: Family, current: Image, new: Image) -> SkipReason:
    """Another run has made *current* a later version than *new*.

    All is done if the family has these bytes, and the current ones are not older.
    """
    has_them = any(
        # What was never current, whoever made it may take away again.
        version.was_offered
        and version.status == "active"
        and not fingerprints(version).isdisjoint(fingerprints(new))
        for version in family.versions
    )
    is_done = has_them and not is_older(current, new)
    why = _("another run made version %s current in the meantime") % current.version
    return SkipReason(SUPERSEDED, is_done, why)


def is_older(one: Image, other: Image) -> bool:
    """Whether *one* was built before *other*; what tells nothing is the oldest."""
    return (one.built_at or _NEVER) < (other.built_at or _NEVER)
