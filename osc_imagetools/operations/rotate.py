# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A new version becomes current and the old one is retired: the order of effects.

1. The family is mended, and whether there is anything to do is found out by reading.
2. The new version is made, hidden, and verified; or an image that is there becomes one.
3. Its members, and the site's own test.
4. The swap.
"""

from __future__ import annotations

from dataclasses import replace

from osc_imagetools.glance.images import Images
from osc_imagetools.glance.members import members
from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.change import Change
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.new_version import staging
from osc_imagetools.lifecycle.retirement import is_unfinished
from osc_imagetools.lifecycle.supersession import (
    UNCHANGED,
    Verdict,
    superseded,
    verdict,
)
from osc_imagetools.operations.attempts import repeated
from osc_imagetools.operations.candidate import Candidate, Watch, candidate
from osc_imagetools.operations.claim import Notice, discard
from osc_imagetools.operations.delivery import Delivered
from osc_imagetools.operations.existing import enlist, enlistment
from osc_imagetools.operations.making import Maker, verified
from osc_imagetools.operations.membership import carry_members, refuse_unaccepted
from osc_imagetools.operations.name_holders import refuse_others, settle_name
from osc_imagetools.operations.old_name import named_retirement
from osc_imagetools.operations.requirements import (
    require,
    require_conversion,
    stored_format,
)
from osc_imagetools.operations.rotation import Rotated, Rotation
from osc_imagetools.operations.rotation_checks import (
    nothing_new,
    refuse_downgrade,
    refuse_ended,
    refuse_other_format,
)
from osc_imagetools.operations.run import this_run
from osc_imagetools.operations.signals import signals_end_the_run, signals_wait
from osc_imagetools.operations.succession import (
    Succession,
    predecessor,
    with_source,
)
from osc_imagetools.operations.swap import Swap, Swapped
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
        if self._rotation.image is not None:
            return self._with_image(family)
        return self._with_source(family)

    def _with_source(self, family: Family) -> Rotated:
        rotation = self._rotation = with_source(self._rotation, family)
        if (nothing := nothing_new(rotation, family)) is not None:
            return self._nothing_done(family, nothing)
        succession = Succession(rotation, predecessor(family))
        request = succession.request
        require(replace(request, packing=rotation.request.packing), self._images)
        carried = self._members(succession)
        maker = Maker(
            request, self._images, self._notice, self._stage, self._run, passes=True
        )
        with candidate(
            request, self._images, family, self._notice, self._watch, self._urls
        ) as chosen:
            require_conversion(chosen.pipeline, request.packing.convert)
            refuse_other_format(succession, stored_format(chosen.pipeline))
            refuse_downgrade(rotation, family, chosen.version.build_date)
            with maker.made(chosen, family) as delivered:
                refuse_other_format(succession, delivered.image.disk_format)
                new = self._staged(chosen, delivered)
                return self._offered(new, succession, carried)

    def _with_image(self, family: Family) -> Rotated:
        succession = Succession(self._rotation, predecessor(family))
        enlisted = enlistment(self._images, succession, family)
        current = family.current
        if current is not None and current.id == enlisted.image.id:
            is_it = Verdict(UNCHANGED, True, "it is the current version")
            return self._nothing_done(family, is_it)
        force = self._rotation.force
        if (why := verdict(family, enlisted.image, force=force)) and why.is_done:
            return self._nothing_done(family, why)
        refuse_downgrade(self._rotation, family, enlisted.built)
        carried = self._members(succession)
        new = enlist(self._images, enlisted, self._run)
        return self._offered(new, succession, carried)

    def _staged(self, chosen: Candidate, delivered: Delivered) -> Image:
        arrived = delivered.arrived
        change = staging(
            chosen.version,
            verified(chosen, arrived),
            min_disk=chosen.min_disk(arrived.virtual_size),
        )
        with signals_wait():
            return self._images.change(delivered.image, change)

    def _members(self, succession: Succession) -> dict[str, str]:
        """The members to carry over, who can be."""
        rotation, old = self._rotation, succession.old
        is_shared = succession.description.visibility == "shared"
        if old is None or not (rotation.copy_members and is_shared):
            return {}
        carried = members(self._images, old)
        if not rotation.allow_pending_members:
            owner, name = rotation.owner, rotation.name
            refuse_unaccepted(self._images, owner, name, carried, self._run)
        return carried

    def _offered(
        self, new: Image, succession: Succession, carried: dict[str, str]
    ) -> Rotated:
        """What became of *new*, which is staged."""
        rotation = self._rotation
        may_stay_pending = rotation.allow_pending_members
        there = carry_members(
            self._images,
            new,
            carried,
            self._notice,
            may_stay_pending=may_stay_pending,
        )
        if (staying := self._stays_staged(new, succession)) is not None:
            return replace(staying, members=there)
        family = self._swap.listed()
        if (why := verdict(family, new, force=rotation.force)) is not None:
            discard(self._images, new.id, self._run, self._notice)
            return self._nothing_done(family, why)
        swapped = self._swapped(new, succession, family.current)
        current = swapped.family.current
        if current is not None and current.id != new.id:
            why = superseded(swapped.family, current, swapped.new)
            discard(self._images, new.id, self._run, self._notice)
            return self._nothing_done(swapped.family, why)
        return Rotated(
            "rotated",
            swapped.new,
            swapped.old,
            carried=succession.taken_over(there),
            repaired=tuple(self._swap.repaired),
            members=there,
        )

    def _swapped(
        self, new: Image, succession: Succession, current: Image | None
    ) -> Swapped:
        retirement = named_retirement(self._images, self._rotation.retirement, current)

        def offering(old: Image | None) -> Change:
            now = self._images.now()
            return succession.offering(new, old, now)

        return self._swap.swapped(new, new.generation, offering, retirement)

    def _stays_staged(self, new: Image, succession: Succession) -> Rotated | None:
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
        how = (
            f"Image {new.id} is kept, hidden. To offer it: openstack image rotate "
            f"'{rotation.name}' --image {new.id}; to drop it: openstack image delete "
            f"{new.id}"
        )
        return Rotated(
            "staged", new, succession.old, is_done=is_done, note=f"{note} {how}".strip()
        )

    def _nothing_done(self, family: Family, why: Verdict) -> Rotated:
        """Nothing new; what an earlier run had left undone is done."""
        family = self._swap.mended()
        current, old = family.current, None
        for version in family.versions if current else ():
            if version.text(properties.REPLACEMENT) != (current and current.id):
                continue
            retirement = named_retirement(
                self._images, self._rotation.retirement, version
            )
            if current and is_unfinished(version, retirement):
                old = self._swap.finished(version, retirement, current)
        return Rotated(
            why.result,
            current,
            old,
            repaired=tuple(self._swap.repaired),
            is_done=why.is_done,
            note=why.why,
        )
