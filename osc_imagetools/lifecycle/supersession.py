# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a version that was made is still wanted, as its family is now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timezone

from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.blocked import is_blocked
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.identity import identities
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.policy import bearer
from osc_imagetools.lifecycle.repair import is_retired
from osc_imagetools.lifecycle.state import derive

UNCHANGED = "unchanged"
STAYS_OUT = "unchanged (rolled back)"
SUPERSEDED = "superseded"

_NEVER = datetime.min.replace(tzinfo=timezone.utc)


@dataclass(frozen=True)
class Verdict:
    """Why a version is not wanted any more."""

    result: str
    is_done: bool
    """Whether the family has what this version would have brought, or newer."""
    why: str
    staged: Image | None = None
    """The version that waits instead, if one does."""


def verdict(family: Family, new: Image, *, force: bool) -> Verdict | None:
    """Why *new*, made and not offered yet, is not wanted; ``None`` if it is.

    *force* lets bytes come again that were rolled back or taken out.
    """
    if (why := needless(family, new, force=force)) is not None:
        return why
    current = family.current
    if current is None or current.id == new.id or current.generation < new.generation:
        return None
    return superseded(family, current, new)


def needless(family: Family, new: Image, *, force: bool) -> Verdict | None:
    """The same of an image that has no number yet: by its bytes alone."""
    for same in known(family, force=force):
        if same.id == new.id:
            return None
        if not identities(same).isdisjoint(identities(new)):
            return unchanged(family, same, "has the same bytes")
    if not force and is_blocked(bearer(family), identities(new)):
        return Verdict(STAYS_OUT, True, "these bytes were rolled back")
    return None


def known(family: Family, *, force: bool) -> tuple[Image, ...]:
    """The versions whose bytes need not come again: the current one.

    And above that what somebody has taken out: a job that runs every night must not
    bring it back, unless that is meant (*force*).
    """
    current = family.current
    taken_out = [
        version
        for version in family.versions
        if not force
        and version.was_offered
        and version.generation > (current.generation if current else 0)
        and derive(version).state.is_on_its_way_out
        and not is_retired(version)
    ]
    return (*((current,) if current else ()), *reversed(taken_out))


def unchanged(family: Family, same: Image, what: str) -> Verdict:
    """That *same*, which is `known`, has or is *what* was wanted."""
    why = f"version {same.version} {what}"
    if same != family.current:
        how = f"reinstate {same.id}"
        if family.current is not None:
            how = f'rollback --to {same.id} "{family.name}"'
        why += f", and was deprecated: to offer it again, use 'openstack image {how}'"
    return Verdict(UNCHANGED, True, why)


def superseded(family: Family, current: Image, new: Image) -> Verdict:
    """Another run has made *current* a later version than *new*.

    All is done if the family has these bytes, and the current ones are not older.
    """
    has_them = any(
        # What was never current, whoever made it may take away again.
        version.was_offered
        and version.status == "active"
        and not identities(version).isdisjoint(identities(new))
        for version in family.versions
    )
    is_done = has_them and built(current) >= built(new)
    why = f"another run has made version {current.version} current meanwhile"
    return Verdict(SUPERSEDED, is_done, why)


def built(image: Image) -> datetime:
    """When it was built, by what it says."""
    return image.moment(properties.BUILD_DATE) or image.created_at or _NEVER
