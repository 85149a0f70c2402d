# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A new version becomes current and the old one is retired: the order of effects.

1. The family is mended, and whether there is anything to do is found out by reading.
2. The new version is made, hidden, and verified; or an image that is there becomes one.
3. The site's own test, then its members.
4. The swap.
"""

from __future__ import annotations

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.images import Images
from osc_imagetools.glance.members import members
from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.change import Change
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.new_version import staging
from osc_imagetools.lifecycle.retirement import Retirement
from osc_imagetools.lifecycle.supersession import (
    SUPERSEDED,
    UNCHANGED,
    Verdict,
    superseded,
    verdict,
)
from osc_imagetools.operations.attempts import repeated
from osc_imagetools.operations.candidate import Candidate, Watch
from osc_imagetools.operations.claim import Notice, discard
from osc_imagetools.operations.delivery import Delivered
from osc_imagetools.operations.existing import enlist
from osc_imagetools.operations.making import Maker, verified
from osc_imagetools.operations.membership import carry_members, refuse_unaccepted
from osc_imagetools.operations.name_holders import refuse_others, settle_name
from osc_imagetools.operations.old_name import named_retirement
from osc_imagetools.operations.rotation import ROTATED, STAGED, Rotated, Rotation
from osc_imagetools.operations.rotation_checks import (
    how_to_go_on,
    refuse_ended,
    refuse_other_format,
)
from osc_imagetools.operations.run import this_run
from osc_imagetools.operations.signals import signals_end_the_run, signals_wait
from osc_imagetools.operations.succession import Succession
from osc_imagetools.operations.successor import chosen_origin, of_image, of_source
from osc_imagetools.operations.swap import Swap, refuse_moving
from osc_imagetools.operations.verify_command import (
    VerificationFailedError,
    run_verify_command,
)


def rotate(
    rotation: Rotation, images: Images, notice: Notice, watch: Watch, stage: Notice
) -> Rotated:
    """What became of the family; raises `OperatorError` when nothing did.

    Whatever it raises, the name is found all along, and no record is left behind.
    """
    with signals_end_the_run():
        images.require_hidden()
        return repeated(
            lambda urls: _Attempt(rotation, images, notice, watch, stage, urls).run(),
            notice,
        )


class _Attempt:
    def __init__(
        self,
        rotation: Rotation,
        images: Images,
        notice: Notice,
        watch: Watch,
        stage: Notice,
        urls: tuple[str, ...],
    ) -> None:
        self._rotation, self._images = rotation, images
        self._notice, self._watch, self._stage = notice, watch, stage
        self._urls = urls
        self._run = this_run()
        self._swap = Swap(images, rotation.owner, rotation.name, self._run, notice)

    def run(self) -> Rotated:
        settle_name(self._images, self._rotation, self._notice)
        family = self._swap.mended()
        refuse_others(self._images, self._rotation, family)
        refuse_ended(family, self._images.now())
        origin = chosen_origin(self._rotation, family)
        if isinstance(origin, Verdict):
            return self._nothing_done(family, origin)
        if family.current is not None:
            refuse_moving(family.current, self._images.now())
        self._rotation = origin
        succession = Succession(origin, family.latest)
        if origin.image is not None:
            return self._with_image(succession, family)
        return self._with_source(succession, family)

    def _with_source(self, succession: Succession, family: Family) -> Rotated:
        self._refuse_lost_members(succession)
        request = succession.request
        maker = Maker(
            request, self._images, self._notice, self._stage, self._run, passes=True
        )
        with (
            of_source(
                succession, self._images, family, self._notice, self._watch, self._urls
            ) as chosen,
            maker.made(chosen, family) as delivered,
        ):
            refuse_other_format(succession, delivered.image.disk_format)
            return self._offered(self._staged(chosen, delivered), succession)

    def _with_image(self, succession: Succession, family: Family) -> Rotated:
        enlisted = of_image(succession, self._images, family)
        if isinstance(enlisted, Verdict):
            return self._nothing_done(family, enlisted)
        self._refuse_lost_members(succession)
        new = enlist(self._images, enlisted, self._run)
        if new.was_offered:
            why = "another run has made it current meanwhile"
            return self._nothing_done(family, Verdict(UNCHANGED, True, why))
        return self._offered(new, succession)

    def _staged(self, chosen: Candidate, delivered: Delivered) -> Image:
        arrived = delivered.arrived
        change = staging(
            chosen.version,
            verified(chosen, arrived),
            min_disk=chosen.min_disk(arrived.virtual_size),
        )
        with signals_wait():
            return self._images.change(delivered.image, change)

    def _refuse_lost_members(self, succession: Succession) -> None:
        """Raise `NotAcceptedError` now, before a byte is fetched."""
        rotation, old = self._rotation, succession.old
        is_shared = succession.description.visibility == "shared"
        if old is None or rotation.allow_pending_members:
            return
        if rotation.copy_members and is_shared:
            carried = members(self._images, old)
            owner, name = rotation.owner, rotation.name
            refuse_unaccepted(self._images, owner, name, carried, self._run)

    def _offered(self, new: Image, succession: Succession) -> Rotated:
        """What became of *new*, which is staged."""
        if (staying := self._stays_staged(new)) is not None:
            return staying
        family = self._swap.listed()
        if (why := verdict(family, new, force=self._rotation.force)) is not None:
            discard(self._images, new.id, self._run, self._notice)
            return self._nothing_done(family, why)
        # As they are now: the old version may have been fetched for an hour.
        new, there = self._with_audience(new, succession, family.latest)
        swapped = self._swap.swapped(
            new,
            new.generation,
            lambda old: succession.offering(new, old, self._images.now()),
            self._retirement,
        )
        current = swapped.family.current
        if current is not None and current.id != new.id:
            why = superseded(swapped.family, current, swapped.new)
            discard(self._images, new.id, self._run, self._notice)
            return self._nothing_done(swapped.family, why)
        return Rotated(
            ROTATED,
            swapped.new,
            swapped.old,
            carried=succession.taken_over(there),
            repaired=tuple(self._swap.repaired),
            members=there,
            is_done=not swapped.fault,
            note=swapped.fault,
        )

    def _retirement(self, old: Image) -> Retirement:
        return named_retirement(self._images, self._rotation.retirement, old)

    def _with_audience(
        self, new: Image, succession: Succession, old: Image | None
    ) -> tuple[Image, dict[str, str]]:
        """*new*, still hidden, for whom *old* is, and its members."""
        visibility = succession.visibility_after(old)
        if visibility is not None:
            with signals_wait():
                change = Change({"visibility": visibility})
                new = self._images.change(new, change)
        carried: dict[str, str] = {}
        if old is not None and self._rotation.copy_members:
            carried = members(self._images, old)
        if new.visibility != "shared":
            return new, {}
        return new, carry_members(
            self._images,
            new,
            carried,
            self._notice,
            may_stay_pending=self._rotation.allow_pending_members,
        )

    def _stays_staged(self, new: Image) -> Rotated | None:
        """What there is to say if *new* isn't offered: asked for, or found wanting."""
        rotation, note, is_done = self._rotation, "", True
        if rotation.verify_command is not None:
            current = self._swap.listed().current
            try:
                run_verify_command(rotation.verify_command, new, current)
            except VerificationFailedError as error:
                note, is_done = str(error), False
        if is_done and not rotation.request.description.stays_hidden:
            return None
        with signals_wait():
            change = Change(remove=frozenset({properties.RUN}))
            new = self._images.change(new, change)
        found = self._images.get(new.id)
        if found is not None and found.was_offered:
            why = f"Another run has offered image {new.id}: 'image rollback' ends that."
            return Rotated(SUPERSEDED, found, is_done=is_done, note=f"{note} {why}")
        how = how_to_go_on(rotation.name, new)
        return Rotated(STAGED, new, is_done=is_done, note=f"{note} {how}".strip())

    def _nothing_done(self, family: Family, why: Verdict) -> Rotated:
        """Nothing new; what an earlier run had left undone is done."""
        family = self._swap.mended()
        current = family.current
        try:
            old, fault = self._finished(family, current) if current else None, ""
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

    def _finished(self, family: Family, current: Image) -> Image | None:
        """The version that *current* has replaced, if something was left to be done."""
        old = None
        for version in family.versions:
            if version.text(properties.REPLACEMENT) == current.id:
                retirement = self._retirement(version)
                if retirement.is_unfinished(version):
                    old = self._swap.finished(version, retirement, current)
        return old
