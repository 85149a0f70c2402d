# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A new version becomes current and the old one is retired: the order of effects.

1. The family is repaired, and reading shows whether there is anything to do.
2. The new version is made, hidden, and verified; or an image that is there becomes one.
3. The site's own test, then its members.
4. The swap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.members import members
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import OWNED, show_mark
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.importing_name import importing_name
from osc_imagetools.lifecycle.model.remedy import of_family
from osc_imagetools.lifecycle.rotation.candidate import CandidateVersion
from osc_imagetools.lifecycle.rotation.existing_image import ExistingImage
from osc_imagetools.lifecycle.rotation.new_version import staging
from osc_imagetools.lifecycle.rotation.retirement import Retirement
from osc_imagetools.lifecycle.rotation.skip import (
    SUPERSEDED,
    UNCHANGED,
    SkipReason,
    skip_reason,
    superseded,
)
from osc_imagetools.operations.importing.attempts import with_retries
from osc_imagetools.operations.importing.delivery import Delivered
from osc_imagetools.operations.importing.prepare import PreparedImport
from osc_imagetools.operations.importing.transfer import (
    ImageTransfer,
    verification_record,
)
from osc_imagetools.operations.rotation.checks import (
    how_to_go_on,
    refuse_other_format,
)
from osc_imagetools.operations.rotation.existing_image import stage_existing
from osc_imagetools.operations.rotation.inheritance import Inheritance
from osc_imagetools.operations.rotation.members import carry_members
from osc_imagetools.operations.rotation.name_holder import (
    refuse_unmanaged,
)
from osc_imagetools.operations.rotation.old_name import (
    left_unfinished,
    named_retirement,
)
from osc_imagetools.operations.rotation.origin import SkippedRotation, decided
from osc_imagetools.operations.rotation.promotion import (
    Promotion,
    warn_of_candidate,
)
from osc_imagetools.operations.rotation.request import (
    ROTATED,
    STAGED,
    Rotated,
    RotateRequest,
)
from osc_imagetools.operations.rotation.swap import Swap, Swapped
from osc_imagetools.operations.rotation.verify_command import (
    VerificationFailedError,
    run_verify_command,
)
from osc_imagetools.operations.runs.reservation import discard, reserve_generation
from osc_imagetools.operations.runs.signals import signals_wait
from osc_imagetools.operations.session import Session


def rotate(session: Session, request: RotateRequest) -> Rotated:
    """What became of the family; raises `OperatorError` when nothing did.

    Whatever it raises, the name is found all along, and no record is left behind.
    """
    return with_retries(
        lambda urls: _RotationAttempt(session.anew(), request, urls).run()
    )


class _RotationAttempt:
    def __init__(
        self, session: Session, request: RotateRequest, urls: tuple[str, ...]
    ) -> None:
        self._session, self._images = session, session.images
        self._request, self._urls = request, urls
        may_stay_pending = request.allow_pending_members
        kind = Swap if request.from_family is None else Promotion
        self._swap = kind(session, request.name, may_stay_pending=may_stay_pending)
        self._members_then: Mapping[str, str] = {}
        """Those of the old version, as they were before the swap."""

    def run(self) -> Rotated:
        with decided(self._swap, self._request, self._urls) as decision:
            if isinstance(decision, SkippedRotation):
                return self._skip(decision.why)
            inheritance, made_of = decision.inheritance, decision.made_of
            if isinstance(made_of, CandidateVersion):
                return self._with_candidate(made_of, inheritance)
            if isinstance(made_of, ExistingImage):
                return self._with_image(made_of, inheritance)
            return self._with_source(made_of, decision.family, inheritance)

    def _with_source(
        self, prepared: PreparedImport, family: Family, inheritance: Inheritance
    ) -> Rotated:
        transfer = ImageTransfer(self._session, prepared.request, passes=True)
        with transfer.store(prepared, family) as delivered:
            refuse_other_format(inheritance, delivered.image.disk_format)
            new = self._mark_staged(prepared, delivered)
            made_as = importing_name(prepared.request.name, new.id)
            staying = self._verify_or_leave_staged(new)
            return staying or self._offer(new, made_as, inheritance)

    def _with_image(self, existing: ExistingImage, inheritance: Inheritance) -> Rotated:
        new = stage_existing(self._session, existing)
        if new.was_offered:
            why = _("another run made it current in the meantime")
            return self._skip(SkipReason(UNCHANGED, True, why))
        staying = self._verify_or_leave_staged(new)
        return staying or self._offer(new, existing.image.name, inheritance)

    def _with_candidate(
        self, candidate: CandidateVersion, inheritance: Inheritance
    ) -> Rotated:
        swap, request, image = self._swap, self._request, candidate.image
        assert isinstance(swap, Promotion)
        swap.candidate = candidate
        if request.verify_command is not None:
            try:
                current = swap.listed().incumbent
                run_verify_command(request.verify_command, image, current)
            except VerificationFailedError as error:
                return Rotated(UNCHANGED, image, is_done=False, note=str(error))
        highest = candidate.family.highest_generation
        number = reserve_generation(
            self._images, swap.owner, request.name, highest, self._session.run
        )
        warn_of_candidate(candidate)
        new = swap.as_ours(image, number)
        return self._offer(new, image.name, inheritance)

    def _mark_staged(self, chosen: PreparedImport, delivered: Delivered) -> Image:
        arrived = delivered.arrived
        change = staging(
            chosen.version,
            verification_record(chosen, arrived),
            min_disk=chosen.min_disk(arrived.virtual_size),
        )
        # Else it could say that it is staged when it is offered.
        owned = replace(change, requires=OWNED)
        with signals_wait(self._images.machine):
            return self._images.change(delivered.image, owned)

    def _offer(self, new: Image, made_as: str, inheritance: Inheritance) -> Rotated:
        """What became of *new*, which is to be shown, and had the name *made_as*."""
        family = self._swap.listed()
        request = self._request
        why = skip_reason(
            family, new, project=self._session.project, force=request.force
        )
        if why is not None:
            discard(self._images, new.id, self._session.run)
            return self._skip(why)
        # Since then somebody may have taken the current version out of the family.
        refuse_unmanaged(self._session, request.name)
        # As they are now: the old version may have been fetched for an hour.
        made = Change({"name": made_as}).on(new)
        others = family.without([new])
        new = family.version(new.id) or new
        new, there = self._give_audience(new, inheritance, others.latest)
        swapped = self._swap.swap(
            new,
            new.generation,
            lambda old: self._offering(new, old, inheritance),
            self._retirement,
            chosen=made,
        )
        standing = swapped.family.incumbent
        if standing is not None and standing.id != new.id:
            why = superseded(swapped.family, standing, swapped.new)
            discard(self._images, new.id, self._session.run)
            return self._skip(why)
        there, fault = self._carry_late_members(swapped, there)
        fault = swapped.fault or fault
        return Rotated(
            ROTATED,
            swapped.new,
            swapped.old,
            carried=inheritance.taken_over(swapped.new, swapped.old, there),
            repaired=tuple(self._swap.repaired),
            members=there,
            is_done=not fault,
            note=fault,
        )

    def _offering(
        self, new: Image, old: Image | None, inheritance: Inheritance
    ) -> Change:
        """What shows *new* to those for whom it was made, whatever others did to it."""
        change = inheritance.offering(new, old, self._images.now())
        return replace(
            change,
            set={**change.set, "visibility": new.visibility},
            # Said in any case: it may have been changed since it was read.
            requires=frozenset({"visibility"}),
        )

    def _carry_late_members(
        self, swapped: Swapped, there: dict[str, str]
    ) -> tuple[dict[str, str], str]:
        """The members of the new version, with those that the old one got meanwhile.

        And what can't be done for them: the new one is offered by then.
        """
        new, old = swapped.new, swapped.old
        if old is None or new.visibility != "shared" or not self._request.copy_members:
            return there, ""
        try:
            then, now = self._members_then, members(self._images, old)
            late = {one: said for one, said in now.items() if then.get(one) != said}
            if not late:
                return there, ""
            may = self._request.allow_pending_members
            there = carry_members(self._images, new, late, may_stay_pending=may)
            return there, ""
        except OperatorError as error:
            return there, str(error)

    def _retirement(self, old: Image) -> Retirement:
        return named_retirement(self._images, self._request.retirement, old)

    def _give_audience(
        self, new: Image, inheritance: Inheritance, old: Image | None
    ) -> tuple[Image, dict[str, str]]:
        """*new*, still hidden, for whom *old* is, and its members.

        What somebody has shown meanwhile stays for whom it is.
        """
        visibility = inheritance.visibility_after(old)
        if visibility is not None and new.hidden:
            with signals_wait(self._images.machine):
                mark = show_mark(new, self._session.run, new.generation)
                change = Change({"visibility": visibility}, requires=frozenset({mark}))
                new = self._images.change(new, change)
        if isinstance(self._swap, Promotion):
            self._swap.open_to_members(new)
        carried: dict[str, str] = {}
        if old is not None and self._request.copy_members:
            carried = members(self._images, old)
        self._members_then = carried
        if new.visibility != "shared":
            return new, {}
        return new, carry_members(
            self._images,
            new,
            carried,
            may_stay_pending=self._request.allow_pending_members,
        )

    def _verify_or_leave_staged(self, new: Image) -> Rotated | None:
        """What there is to say if *new* isn't offered: asked for, or found wanting."""
        request, note, is_done = self._request, "", True
        if request.verify_command is not None:
            current = self._swap.listed().incumbent
            try:
                run_verify_command(request.verify_command, new, current)
            except VerificationFailedError as error:
                note, is_done = str(error), False
        if is_done and not request.description.stays_hidden:
            return None
        with signals_wait(self._images.machine):
            change = Change(remove=frozenset({properties.RUN}))
            new = self._images.change(new, change)
        found = self._images.get(new.id)
        if found is not None and found.was_offered:
            how = of_family(self._session.project, "rollback", request.name)
            why = _("Another run published image %(id)s. To undo that: %(how)s")
            note = f"{note} {why % {'id': new.id, 'how': how}}".strip()
            return Rotated(SUPERSEDED, found, is_done=is_done, note=note)
        how = how_to_go_on(self._session.project, request.name, new)
        return Rotated(STAGED, new, is_done=is_done, note=f"{note} {how}".strip())

    def _skip(self, why: SkipReason) -> Rotated:
        """Nothing new; what an earlier run had left undone is done."""
        # Read anew: to ask the source may have taken minutes.
        family = self._swap.repair()
        current = family.incumbent
        try:
            old, fault = self._finish(family, current) if current else None, ""
        except OperatorError as error:
            old, fault = None, str(error)
        return Rotated(
            why.result,
            why.staged or current,
            old,
            repaired=tuple(self._swap.repaired),
            is_done=why.is_done and not fault,
            note=fault or why.why,
        )

    def _finish(self, family: Family, current: Image) -> Image | None:
        """The version that *current* has replaced, if something was left to be done."""
        old = None
        wanted = self._request.retirement
        for version, retirement in left_unfinished(self._images, family, wanted):
            old = self._swap.finish(version, retirement, current)
        return old
