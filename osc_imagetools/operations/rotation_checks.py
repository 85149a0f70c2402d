# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What speaks against a rotation, found out by reading alone."""

from __future__ import annotations

from datetime import date, datetime, timezone

from osc_imagetools.errors import OperatorError
from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.blocked import is_blocked
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.identity import offered_identities
from osc_imagetools.lifecycle.policy import bearer
from osc_imagetools.lifecycle.supersession import (
    ROLLED_BACK,
    Verdict,
    known,
    unchanged,
)
from osc_imagetools.lifecycle.unchanged import is_unchanged
from osc_imagetools.operations.rotation import Rotation
from osc_imagetools.operations.succession import Succession
from osc_imagetools.operations.unchanged import has_payload, offered


def nothing_new(rotation: Rotation, family: Family) -> Verdict | None:
    """Why the source brings nothing new; ``None`` if it does, or nobody can tell."""
    told = offered(rotation.request)
    identities = offered_identities(told)
    if not rotation.force and is_blocked(bearer(family), identities):
        return Verdict(ROLLED_BACK, True, "these bytes were rolled back")
    same = known(family, force=rotation.force)
    if same is None:
        return None
    if is_unchanged(same, told) or has_payload(rotation.request, same):
        return unchanged(family, same, "is what the source offers")
    return None


def refuse_ended(family: Family, now: datetime) -> None:
    """Raise `OperatorError` for a family whose end has come."""
    said = bearer(family)
    end = said.moment(properties.END_AT) if said else None
    if end is not None and end <= now:
        raise OperatorError(
            f"The family '{family.name}' has ended",
            f"its {properties.END_AT} is {end:%Y-%m-%d}",
            "To go on with it: openstack image lifecycle unset --end-at --family "
            f"'{family.name}'",
        )


def refuse_other_format(succession: Succession, disk_format: str | None) -> None:
    """Raise `OperatorError` if a family would change its disk format unasked (F110).

    *disk_format* is what would be stored, as far as is known.
    """
    said, old = succession.rotation.request.packing, succession.old
    if old is None or said.disk_format or said.convert:
        return
    if disk_format not in (None, old.disk_format):
        raise OperatorError(
            f"The new version of '{succession.rotation.name}' is {disk_format}",
            f"the family is {old.disk_format}, and this can't be made into that",
            f"Accept it with --disk-format {disk_format}.",
        )


def refuse_downgrade(rotation: Rotation, family: Family, built: date | None) -> None:
    """Raise `OperatorError` if the new version is older than the current one."""
    current = family.current
    moment = current.moment(properties.BUILD_DATE) if current else None
    if rotation.allow_downgrade or moment is None or built is None:
        return
    if built < moment.astimezone(timezone.utc).date():
        raise OperatorError(
            f"The new version of '{family.name}' is older than the current one",
            f"it was built on {built}, the current one on {moment:%Y-%m-%d}",
            "Say --allow-downgrade if that is meant.",
        )
