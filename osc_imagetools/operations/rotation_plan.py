# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a rotation would do, found out by reading alone: only GET and HEAD are sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from osc_imagetools.glance.images import Images
from osc_imagetools.glance.members import ACCEPTED, members
from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.generation import image_id
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.plan import Step
from osc_imagetools.lifecycle.repair import Repair, repairs
from osc_imagetools.lifecycle.retirement import Retirement
from osc_imagetools.lifecycle.supersession import Verdict
from osc_imagetools.operations.claim import Notice, is_owner_alive, is_record_dead
from osc_imagetools.operations.name_holders import refuse_others, settle_name
from osc_imagetools.operations.old_name import named_retirement
from osc_imagetools.operations.place import Place
from osc_imagetools.operations.preview import making, unwatched
from osc_imagetools.operations.rollback import (
    ENDED,
    Rollback,
    chosen,
    has_ended_another,
)
from osc_imagetools.operations.rotation import ROLLED_BACK, Rotation
from osc_imagetools.operations.rotation_checks import refuse_ended
from osc_imagetools.operations.succession import Succession
from osc_imagetools.operations.successor import chosen_origin, of_image, of_source
from osc_imagetools.operations.swap import refuse_moving


def planned(
    rotation: Rotation, images: Images, place: Place, notice: Notice
) -> tuple[Step, ...]:
    """The steps of the rotation; raises what would stop it before its first one.

    A missing right shows only when it is tried.
    """
    images.require_hidden()
    settled = settle_name(images, rotation, notice, is_dry_run=True)
    adopting = tuple(
        Step(_ADOPTING[each.result], f"image {each.wanted}", each.note or "--adopt")
        for each in settled
    )
    adopted = [each.image for each in settled if each.image]
    family, _, mending = _mended(images, rotation.owner, rotation.name, adopted)
    refuse_others(images, rotation, family)
    refuse_ended(family, images.now())
    origin = chosen_origin(rotation, family)
    if isinstance(origin, Verdict):
        return (*adopting, *mending, _kept(family, origin))
    if family.current is not None:
        refuse_moving(family.current, images.now())
    succession = Succession(origin, family.latest)
    if origin.image is not None:
        making_of = _of_image(succession, images, family, place)
    else:
        making_of = _of_source(succession, images, family, place, notice)
    return (*adopting, *mending, *making_of)


def planned_rollback(wish: Rollback, images: Images) -> tuple[Step, ...]:
    """The same of a rollback."""
    images.require_hidden()
    family, needed, mending = _mended(images, wish.owner, wish.name)
    current = family.current
    if wish.to is None and current and has_ended_another(needed, family):
        return (*mending, Step("keep", f"image {current.id}", ENDED))
    version = chosen(wish, family)
    if current is not None and current.id == version.id:
        keep = Step("keep", f"image {version.id}", "it is the current version")
        return (*mending, keep)
    if current is not None:
        refuse_moving(current, images.now())
    reviving: tuple[Step, ...] = ()
    if version.status == "deactivated":
        why = "it is obsolete, and has to boot again"
        reviving = (Step("reactivate", f"image {version.id}", why),)
    last = family.latest
    tag = last.text(properties.FAMILY_TAG) if last else None
    retirement = Retirement(reason=wish.reason or ROLLED_BACK)
    swap = _Swap(version.id, version.version, current, retirement, tag, images.now())
    return (*mending, *reviving, *swap.steps())


_ADOPTING = {"adopted": "adopt", "renumbered": "renumber"}


def _mended(
    images: Images, owner: str, name: str, adopted: Iterable[Image] = ()
) -> tuple[Family, tuple[Repair, ...], tuple[Step, ...]]:
    """The family as it would be once it is mended, and what that takes.

    Some of its versions would be *adopted* before.
    """
    found = [*images.of_family(owner, name), *adopted]
    family = Family.of(owner, name, found)
    dead = [record for record in family.owned if is_record_dead(images, record)]
    steps = [
        Step("delete", f"image {record.id}", "the run that was importing it is dead")
        for record in dead
    ]
    family = family.without(dead)
    needed = repairs(family, partial(is_owner_alive, images), images.now())
    changed = {image.id: image for image in family.versions}
    for repair in needed:
        changed[repair.image.id] = repair.change.on(changed[repair.image.id])
        steps.append(repair.as_step())
    mended = Family.of(owner, name, changed.values())
    return replace(family, versions=mended.versions), needed, tuple(steps)


def _of_source(
    succession: Succession,
    images: Images,
    family: Family,
    place: Place,
    notice: Notice,
) -> Iterator[Step]:
    with of_source(succession, images, family, notice, unwatched) as found:
        if not found.pipeline.must_spool:
            found.begin(notice)
        yield from making(succession.request, family, found, place)
        number = family.highest_generation + 1
        new_id = image_id(family.owner, family.name, number)
        yield from _offering(succession, images, family, new_id, found.version.label)


def _of_image(
    succession: Succession, images: Images, family: Family, place: Place
) -> Iterator[Step]:
    enlisted = of_image(succession, images, family)
    if isinstance(enlisted, Verdict):
        yield _kept(family, enlisted)
        return
    image = enlisted.image
    number = image.generation or family.highest_generation + 1
    label = enlisted.label_of(number)
    yield Step("stage", f"image {image.id}, version {label}", str(place))
    yield from _offering(succession, images, family, image.id, label)


def _kept(family: Family, why: Verdict) -> Step:
    """That nothing is done: a version stays as it is, or none does."""
    kept = why.staged or family.latest
    return Step("keep", f"image {kept.id if kept else ''}", why.why)


def _offering(
    succession: Succession, images: Images, family: Family, new_id: str, label: str
) -> Iterator[Step]:
    """From a verified image to one that is current."""
    rotation, old = succession.rotation, succession.old
    visibility = succession.description.visibility
    if succession.carried:
        names = ", ".join(sorted(succession.carried))
        yield Step("carry over", names, f"version {old.version if old else ''} has it")
    if rotation.verify_command is not None:
        yield Step("run", rotation.verify_command, "--verify-command says so")
    if rotation.request.description.stays_hidden:
        yield Step("stage", f"version {label}", "--hidden says so")
        return
    if old is not None and rotation.copy_members and visibility == "shared":
        for project, said in members(images, old).items():
            why = "it has accepted the current version"
            if said != ACCEPTED:
                why = f"it is a member of the current version ({said})"
            yield Step("share", f"with project {project}", why)
    current, retirement = family.current, rotation.retirement
    if current is not None:
        retirement = named_retirement(images, retirement, current)
    swap = _Swap(new_id, label, current, retirement, succession.tag, images.now())
    yield from swap.steps()


@dataclass(frozen=True)
class _Swap:
    """From the version that is current to the one that becomes so."""

    new_id: str
    label: str | None
    old: Image | None
    retirement: Retirement
    tag: str | None
    """That only the current version has."""
    now: datetime

    def steps(self) -> Iterator[Step]:
        new = f"image {self.new_id}, version {self.label}"
        tagged = f", with the tag {self.tag}" if self.tag else ""
        if self.old is not None:
            yield self._announcement(self.old)
        yield Step("show", f"{new}{tagged}", "it becomes current")
        if self.old is not None:
            yield from self._withdrawal(self.old)

    def _announcement(self, old: Image) -> Step:
        retirement = self.retirement
        told = f"{retirement.state}, replaced by {self.new_id}"
        if retirement.os_purpose:
            told += f", os_purpose {retirement.os_purpose}"
        if delete_at := retirement.delete_at(old, self.now):
            told += f", may be deleted from {delete_at} on"
        why = "whoever looks at it is told, before it is gone from the lists"
        return Step("announce", f"image {old.id}: {told}", why)

    def _withdrawal(self, old: Image) -> Iterator[Step]:
        retirement = self.retirement
        if retirement.hides:
            why = f"version {self.label} is visible by then"
            yield Step("hide", f"image {old.id}", why)
        if retirement.name:
            yield Step("rename", f"image {old.id} to {retirement.name}", "--old-name")
        if retirement.visibility:
            why = f"--old-{retirement.visibility}"
            yield Step("make", f"image {old.id} {retirement.visibility}", why)
        if self.tag and self.tag in old.tags:
            why = f"only version {self.label} has the tag {self.tag}"
            yield Step("untag", f"image {old.id}", why)
        if retirement.obsolete:
            yield Step("deactivate", f"image {old.id}", "--old-state obsolete")
