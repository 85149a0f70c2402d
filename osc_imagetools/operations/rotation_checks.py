# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What speaks against a rotation, found out by reading alone."""

from __future__ import annotations

import shlex
from datetime import date, datetime, timezone

from osc_imagetools.errors import OperatorError
from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.blocked import is_blocked
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.identity import offered_identities
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.policy import bearer
from osc_imagetools.lifecycle.state import State, derive
from osc_imagetools.lifecycle.supersession import (
    STAYS_OUT,
    Verdict,
    known,
    unchanged,
)
from osc_imagetools.lifecycle.unchanged import Offered, is_unchanged
from osc_imagetools.operations.rotation import STAGED, Rotation
from osc_imagetools.operations.succession import Succession
from osc_imagetools.operations.unchanged import has_payload


def nothing_new(rotation: Rotation, family: Family, told: Offered) -> Verdict | None:
    """Why the source brings nothing new; ``None`` if it does, or nobody can tell.

    *told* is what it tells of its bytes.
    """
    identities = offered_identities(told)
    if not rotation.force and is_blocked(bearer(family), identities):
        return Verdict(STAYS_OUT, True, "these bytes were rolled back")
    for same in known(family, force=rotation.force):
        if is_unchanged(same, told) or has_payload(rotation.request, same, told):
            return unchanged(family, same, "is what the source offers")
    return None


def waiting(rotation: Rotation, family: Family, told: Offered) -> Verdict | None:
    """Why a version of these bytes isn't made once more only to be staged.

    An earlier run has left one, hidden or found wanting. Else a job that runs every
    night would fill the store.
    """
    stays_hidden = rotation.request.description.stays_hidden
    if not (stays_hidden or rotation.verify_command):
        return None
    staged = [
        version
        for version in family.versions
        if derive(version).state is State.STAGED
        and version.status == "active"
        and not version.run
        and _is_as_said(version, rotation)
    ]
    for version in reversed(staged):
        if is_unchanged(version, told) or has_payload(rotation.request, version, told):
            how = how_to_go_on(rotation.name, version)
            return Verdict(STAGED, stays_hidden, how, version)
    return None


def how_to_go_on(family: str, staged: Image) -> str:
    """What to do with a version that waits."""
    return (
        f"Image {staged.id} is kept, hidden. To offer it: openstack image rotate "
        f"--image {staged.id} -- {shlex.quote(family)}; to drop it: openstack image "
        f"delete {staged.id}"
    )


def _is_as_said(staged: Image, rotation: Rotation) -> bool:
    packing, route = rotation.request.packing, rotation.request.route
    formats = {packing.disk_format, packing.convert} - {None, "auto"}
    stores = (staged.text("stores") or "").split(",")
    return formats <= {staged.disk_format} and {*route.stores} <= {*stores}


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
