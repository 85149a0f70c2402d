# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What speaks against a rotation, found out by reading alone."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.decision import bytes_moving
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.policy import policy_holder
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import (
    chained,
    deleting,
    of_family,
    option,
    ours,
)
from osc_imagetools.lifecycle.model.state import State, derive
from osc_imagetools.lifecycle.rotation.continuity import (
    KIND,
    differences_in_kind,
    lost_signatures,
)
from osc_imagetools.lifecycle.rotation.fingerprint import (
    Offered,
    is_unchanged,
    offered_fingerprints,
)
from osc_imagetools.lifecycle.rotation.skip import (
    STAYS_OUT,
    UNCHANGED,
    SkipReason,
    is_rolled_back,
    unchanged,
    versions_to_compare,
)
from osc_imagetools.operations.importing.offered import has_payload
from osc_imagetools.operations.importing.request import Download
from osc_imagetools.operations.rotation.inheritance import Inheritance
from osc_imagetools.operations.rotation.promoted import promoted_from
from osc_imagetools.operations.rotation.request import STAGED, RotateRequest
from osc_imagetools.operations.session import Session
from osc_imagetools.source.verification.vendors import (
    architecture_in,
    properties_from_url,
)

STALE_TASK = timedelta(hours=2)
"""How old an import task is once Glance gives its lock to others."""


def refuse_moving(current: Image, now: datetime) -> None:
    """Raise `OperatorError` if Glance would undo what is changed on *current* now.

    A task does not count once it is so old that Glance gives its lock to others.
    """
    is_stale = now - (current.updated_at or now) > STALE_TASK
    why = bytes_moving(current)
    if why and not (is_stale and current.status == "active"):
        raise OperatorError(
            _("Version %(version)s of '%(family)s' can't be replaced now")
            % {"version": current.version, "family": current.family},
            why,
        )


def nothing_new(
    session: Session,
    request: RotateRequest,
    family: Family,
    download: Download,
    told: Offered,
) -> SkipReason | None:
    """Why the source brings nothing new; ``None`` if it does, or nobody can tell.

    *told* is what *download* tells of its bytes.
    """
    fingerprints = offered_fingerprints(told)
    if not request.force and is_rolled_back(policy_holder(family), fingerprints):
        return SkipReason(STAYS_OUT, True, _("these bytes were rolled back"))
    for same in versions_to_compare(family, force=request.force):
        if is_unchanged(same, told) or has_payload(
            download, request.packing, same, told
        ):
            what = _("is what the source offers")
            return unchanged(session.project, family, same, what)
    for same in () if request.force else promoted_from(session, family):
        if is_unchanged(same, told) or has_payload(
            download, request.packing, same, told
        ):
            why = _("what the source offers was promoted to '%s'") % same.family
            return SkipReason(UNCHANGED, True, why)
    return None


def waiting(
    session: Session,
    request: RotateRequest,
    family: Family,
    download: Download,
    told: Offered,
) -> SkipReason | None:
    """Why a version of these bytes isn't made once more only to be staged.

    An earlier run has left one, hidden or found wanting. Else a job that runs every
    night would fill the store.
    """
    stays_hidden = request.description.stays_hidden
    if not (stays_hidden or request.verify_command):
        return None
    staged = [
        version
        for version in family.versions
        if derive(version).state is State.STAGED
        and version.status == "active"
        and not version.run
        and _is_as_said(version, request)
    ]
    for version in reversed(staged):
        if is_unchanged(version, told) or has_payload(
            download, request.packing, version, told
        ):
            how = how_to_go_on(session.project, request.name, version)
            return SkipReason(STAGED, stays_hidden, how, version)
    return None


def how_to_go_on(project: Project, family: str, staged: Image) -> str:
    """What to do with a version that waits."""
    offering = of_family(project, "rotate", family, "--image", staged.id)
    dropping = chained(deleting([staged]))
    return _(
        "Image %(id)s is kept, hidden. To publish it: %(offering)s; to drop it: "
        "%(dropping)s"
    ) % {"id": staged.id, "offering": offering, "dropping": dropping}


def _is_as_said(staged: Image, request: RotateRequest) -> bool:
    packing, route = request.packing, request.route
    formats = {packing.disk_format, packing.convert} - {None, "auto"}
    stores = (staged.text("stores") or "").split(",")
    return formats <= {staged.disk_format} and {*route.stores} <= {*stores}


def refuse_ended(project: Project, family: Family, now: datetime) -> None:
    """Raise `OperatorError` for a family of *project* whose end has come."""
    said = policy_holder(family)
    end = said.moment(properties.END_AT) if said else None
    if end is not None and end <= now:
        raise OperatorError(
            _("The family '%s' has ended") % family.name,
            _("its %(property)s is %(end)s")
            % {"property": properties.END_AT, "end": f"{end:%Y-%m-%d}"},
            _("To continue it: %s") % _going_on(project, family.name),
        )


def _going_on(project: Project, name: str) -> str:
    return ours(project, "lifecycle unset", "--end-at", *option("family", name))


def refuse_other_format(inheritance: Inheritance, disk_format: str | None) -> None:
    """Raise `OperatorError` if a family would change its disk format unasked (F110).

    *disk_format* is what would be stored, as far as is known.
    """
    said, old = inheritance.request.packing, inheritance.old
    if old is None or said.disk_format or said.convert:
        return
    if disk_format not in (None, old.disk_format):
        raise OperatorError(
            _("The new version of '%(name)s' is %(disk_format)s")
            % {"name": inheritance.request.name, "disk_format": disk_format},
            _("the family is %s, and this can't be converted to it") % old.disk_format,
            _("Accept this with --disk-format %s.") % disk_format,
        )


def refuse_other_kind(inheritance: Inheritance, new: Image | None = None) -> None:
    """Raise `OperatorError` if a family's servers would not start any more (F121).

    By what the URL of the new version tells, or the image *new* that becomes it.
    """
    old, request = inheritance.old, inheritance.request
    if old is None:
        return
    told = _kind_of(new) if new else _kind_by(inheritance.url)
    said = {*request.description.properties, *request.unset}
    for one in differences_in_kind(_kind_of(old), told, said):
        raise OperatorError(
            _("The new version of '%s' is for another kind of machine") % request.name,
            _("its %(name)s is %(new)s, that of version %(version)s is %(old)s")
            % {
                "name": one.name,
                "new": one.new,
                "version": old.version,
                "old": one.old,
            },
            _(
                "Use another family for it; if this is "
                "intended, use --property %(name)s=%(value)s."
            )
            % {"name": one.name, "value": shlex.quote(one.new)},
        )


def _kind_of(image: Image) -> dict[str, str]:
    source = image.text(properties.IMAGE_SOURCE) or ""
    by_name = {"architecture": architecture_in(image.name)}
    told = {name: image.text(name) for name in KIND}
    known = {**_told(by_name), **_kind_by(source), **_told(told)}
    return known


def _kind_by(url: str) -> dict[str, str]:
    told = properties_from_url(url)
    is_linux = told.get("os_distro") not in (None, "freebsd")
    return {
        **_told({"architecture": architecture_in(url)}),
        **({"os_type": "linux"} if is_linux else {}),
        **told,
    }


def _told(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in values.items() if text}


def refuse_lost_signature(inheritance: Inheritance, new: Image | None = None) -> None:
    """Raise `OperatorError` if a signed family would go on without a signature.

    Of the new version, or of the image *new* that becomes it.
    """
    old, request = inheritance.old, inheritance.request
    if old is None:
        return
    there = {*request.description.properties, *(new.fields if new else ())}
    if lost := lost_signatures(old, there, request.unset):
        unset = " ".join(f"--unset-property {name}" for name in lost)
        raise OperatorError(
            _("The new version of '%s' has no signature") % request.name,
            _(
                "version %(version)s has %(names)s: where Nova verifies "
                "signatures, no server starts from an image without them"
            )
            % {"version": old.version, "names": ", ".join(lost)},
            _(
                "Set those of the new bytes, each with --property, or use "
                "%s if none is intended."
            )
            % unset,
        )


def refuse_downgrade(
    request: RotateRequest, family: Family, built: date | None
) -> None:
    """Raise `OperatorError` if the new version is older than the current one."""
    current = family.incumbent
    moment = current.moment(properties.BUILD_DATE) if current else None
    if request.allow_downgrade or moment is None or built is None:
        return
    if built < moment.astimezone(timezone.utc).date():
        raise OperatorError(
            _("The new version of '%s' is older than the current one") % family.name,
            _("it was built on %(built)s, the current one on %(moment)s")
            % {"built": built, "moment": f"{moment:%Y-%m-%d}"},
            _("If that is intended, use --allow-downgrade."),
        )
