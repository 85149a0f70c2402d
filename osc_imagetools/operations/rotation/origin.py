# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a rotation comes to, decided once: the run carries it out, a dry run shows it.

The family is repaired first; in a dry run that is only noted. All else is decided by
reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from osc_imagetools.glance.members import members
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.policy import policy_holder
from osc_imagetools.lifecycle.rotation.existing_image import ExistingImage
from osc_imagetools.lifecycle.rotation.skip import (
    UNCHANGED,
    SkipReason,
    skip_reason_by_bytes,
)
from osc_imagetools.operations.importing.offered import offered
from osc_imagetools.operations.importing.prepare import PreparedImport, prepare_import
from osc_imagetools.operations.importing.request import Download
from osc_imagetools.operations.importing.requirements import (
    require,
    require_conversion,
    stored_format,
)
from osc_imagetools.operations.missing import refuse_no_family
from osc_imagetools.operations.name_taken import warn_of_name
from osc_imagetools.operations.rotation.checks import (
    nothing_new,
    refuse_downgrade,
    refuse_ended,
    refuse_lost_signature,
    refuse_moving,
    refuse_other_format,
    refuse_other_kind,
    waiting,
)
from osc_imagetools.operations.rotation.existing_image import existing_image
from osc_imagetools.operations.rotation.inheritance import Inheritance, own_urls
from osc_imagetools.operations.rotation.members import refuse_unaccepted
from osc_imagetools.operations.rotation.name_holder import (
    adopt_name_holder,
    refuse_others,
)
from osc_imagetools.operations.rotation.newest_build import (
    unrecorded,
    with_newest_build,
)
from osc_imagetools.operations.rotation.promotion import find_candidate
from osc_imagetools.operations.rotation.repair import Repairer
from osc_imagetools.operations.rotation.request import RotateRequest
from osc_imagetools.operations.rotation.swap import Swap
from osc_imagetools.operations.session import Session

BEGIN = _("To start it, use --source, --url, --file, --image or --from-family")


@dataclass(frozen=True)
class SkippedRotation:
    """The family stays as it is."""

    family: Family
    why: SkipReason


@dataclass(frozen=True)
class PlannedRotation:
    """A version is made of a source, or of an image that is there, and offered."""

    family: Family
    inheritance: Inheritance
    made_of: PreparedImport | ExistingImage


@contextmanager
def decided(
    swap: Swap, request: RotateRequest, urls: Sequence[str] = ()
) -> Iterator[SkippedRotation | PlannedRotation]:
    """What *request* comes to for the family of *swap*, once that is repaired.

    *urls* are those that are left to try; empty: all of them. Raises `OperatorError`
    for what stops the rotation before anything of a new version is created. What the
    user may do for members is tried on an empty record, unless this is a dry run.
    """
    session = swap.session
    session.images.require_hidden()
    swap.steps += adopt_name_holder(session, request)
    family = swap.repair()
    refuse_others(session, family, allow_others=request.allow_duplicate)
    refuse_ended(session.project, family, session.images.now())
    request, found = with_newest_build(request, family)
    swap.steps += found
    download = chosen_download(session, request, family)
    if isinstance(download, SkipReason):
        yield SkippedRotation(family, download)
        return
    if family.incumbent is not None:
        refuse_moving(family.incumbent, session.images.now())
    holder = policy_holder(family)
    inheritance = Inheritance(request, family.latest, holder, download)
    if download is None:
        existing = of_existing(swap, inheritance, family)
        if isinstance(existing, SkipReason):
            yield SkippedRotation(family, existing)
            return
        warn_of_name(family)
        refuse_lost_members(session, inheritance)
        yield PlannedRotation(family, inheritance, existing)
        return
    refuse_lost_members(session, inheritance)
    with of_source(session, inheritance, download, family, urls) as prepared:
        yield PlannedRotation(family, inheritance, prepared)


def refuse_lost_members(session: Session, inheritance: Inheritance) -> None:
    """Raise `NotAcceptedError` now, before a byte is fetched.

    Not in a dry run: that shows only when it is tried.
    """
    request, old = inheritance.request, inheritance.old
    is_shared = inheritance.description.visibility == "shared"
    if old is None or request.allow_pending_members or session.is_dry_run:
        return
    if request.copy_members and is_shared:
        carried = members(session.images, old)
        refuse_unaccepted(session, request.name, carried)


def chosen_download(
    session: Session, request: RotateRequest, family: Family
) -> Download | SkipReason | None:
    """What the new version is fetched from; ``None`` where an image becomes it.

    Or why there is nothing to do. Raises `MissingFamilyError` where there is no
    family yet, and nothing was said to begin one with.
    """
    if request.image is not None or request.from_family is not None:
        return None
    if not request.urls:
        refuse_no_family(session.images, session.project, family, BEGIN)
    download = request.download(request.urls or own_urls(request, family))
    told = offered(download)
    why = nothing_new(session, request, family, download, told) or waiting(
        session, request, family, download, told
    )
    return unrecorded(why, session.project, request, family) if why else download


@contextmanager
def of_source(
    session: Session,
    inheritance: Inheritance,
    download: Download,
    family: Family,
    urls: Sequence[str] = (),
) -> Iterator[PreparedImport]:
    """The new version, before anything of it is created."""
    request, whole = inheritance.request, inheritance.import_request(download)
    refuse_other_kind(inheritance)
    refuse_lost_signature(inheritance)
    require(session, replace(whole, packing=request.packing))
    with prepare_import(session, whole, family, urls) as prepared:
        require_conversion(prepared.pipeline, whole.packing.convert)
        refuse_other_format(inheritance, stored_format(prepared.pipeline))
        refuse_downgrade(request, family, prepared.version.build_date)
        if not prepared.pipeline.must_spool:
            prepared.begin()
        yield prepared


def of_existing(
    swap: Swap, inheritance: Inheritance, family: Family
) -> ExistingImage | SkipReason:
    """What an image that is there already shall be, or why there is nothing to do."""
    if inheritance.request.from_family is None:
        return of_image(swap.session, inheritance, family)
    return of_candidate(swap, inheritance, family, inheritance.request.from_family)


def of_candidate(
    swap: Swap, inheritance: Inheritance, family: Family, name: str
) -> ExistingImage | SkipReason:
    """What the candidate family's current version shall be, once that is repaired."""
    session, request = swap.session, inheritance.request
    theirs = Repairer(session, name)
    candidate = find_candidate(session, inheritance, family, theirs)
    swap.steps += theirs.steps
    swap.repaired += theirs.repaired
    if isinstance(candidate, SkipReason):
        return candidate
    image = candidate.image
    why = skip_reason_by_bytes(
        family, image, project=session.project, force=request.force
    )
    if why is not None:
        return why
    refuse_other_kind(inheritance, image)
    refuse_lost_signature(inheritance, image)
    refuse_downgrade(request, family, candidate.built)
    return candidate


def of_image(
    session: Session, inheritance: Inheritance, family: Family
) -> ExistingImage | SkipReason:
    """What the image that was named shall be, or why there is nothing to do."""
    existing = existing_image(session, inheritance, family)
    image = existing.image
    if existing.is_current:
        return SkipReason(UNCHANGED, True, _("it is the current version"))
    request = inheritance.request
    why = skip_reason_by_bytes(
        family, image, project=session.project, force=request.force
    )
    if why is not None:
        return why
    if not existing.is_version:
        refuse_other_kind(inheritance, image)
        refuse_lost_signature(inheritance, image)
    refuse_downgrade(request, family, existing.built)
    return existing
