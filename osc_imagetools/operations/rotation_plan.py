# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a rotation would do, found out by reading alone: only GET and HEAD are sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from osc_imagetools.glance.images import Images
from osc_imagetools.glance.members import ACCEPTED, members
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.generation import image_id
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.plan import Step
from osc_imagetools.lifecycle.repair import repairs
from osc_imagetools.lifecycle.retirement import Retirement
from osc_imagetools.lifecycle.supersession import Verdict, verdict
from osc_imagetools.operations.candidate import candidate
from osc_imagetools.operations.claim import Notice, is_record_dead
from osc_imagetools.operations.existing import enlistment
from osc_imagetools.operations.name_holders import refuse_others, settle_name
from osc_imagetools.operations.old_name import named_retirement
from osc_imagetools.operations.place import Place
from osc_imagetools.operations.preview import making, unwatched
from osc_imagetools.operations.requirements import (
    require,
    require_conversion,
    stored_format,
)
from osc_imagetools.operations.rollback import Rollback, chosen
from osc_imagetools.operations.rotation import Rotation
from osc_imagetools.operations.rotation_checks import (
    nothing_new,
    refuse_downgrade,
    refuse_ended,
    refuse_other_format,
)
from osc_imagetools.operations.succession import (
    Succession,
    predecessor,
    with_source,
)


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
    family, mending = _mended(images, rotation.owner, rotation.name, adopted)
    refuse_others(images, rotation, family)
    refuse_ended(family, images.now())
    way = _of_image if rotation.image is not None else _of_source
    return (*adopting, *mending, *way(rotation, images, family, place, notice))


def planned_rollback(wish: Rollback, images: Images) -> tuple[Step, ...]:
    """The same of a rollback."""
    images.require_hidden()
    family, mending = _mended(images, wish.owner, wish.name)
    version = chosen(wish, family)
    current = family.current
    if current is not None and current.id == version.id:
        keep = Step("keep", f"image {version.id}", "it is the current version")
        return (*mending, keep)
    reviving: tuple[Step, ...] = ()
    if version.status == "deactivated":
        why = "it is obsolete, and has to boot again"
        reviving = (Step("reactivate", f"image {version.id}", why),)
    retirement = Retirement(reason=wish.reason or "rolled back")
    swap = _swap(version.id, version.version, current, retirement)
    return (*mending, *reviving, *swap)


_ADOPTING = {"adopted": "adopt", "renumbered": "renumber"}


def _mended(
    images: Images, owner: str, name: str, adopted: Iterable[Image] = ()
) -> tuple[Family, tuple[Step, ...]]:
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
    needed = repairs(family, lambda image: bool(image.run), images.now())
    changed = {image.id: image for image in family.versions}
    for repair in needed:
        changed[repair.image.id] = repair.change.on(changed[repair.image.id])
        steps.append(repair.as_step())
    mended = Family.of(owner, name, changed.values())
    return replace(family, versions=mended.versions), tuple(steps)


def _of_source(
    rotation: Rotation, images: Images, family: Family, place: Place, notice: Notice
) -> Iterator[Step]:
    rotation = with_source(rotation, family)
    if (nothing := nothing_new(rotation, family)) is not None:
        yield _kept(family, nothing)
        return
    succession = Succession(rotation, predecessor(family))
    request = succession.request
    require(replace(request, packing=rotation.request.packing), images)
    with candidate(request, images, family, notice, unwatched) as found:
        require_conversion(found.pipeline, request.packing.convert)
        refuse_other_format(succession, stored_format(found.pipeline))
        refuse_downgrade(rotation, family, found.version.build_date)
        if not found.pipeline.must_spool:
            found.begin(notice)
        yield from making(request, family, found, place)
        number = family.highest_generation + 1
        new_id = image_id(family.owner, family.name, number)
        yield from _offering(succession, images, family, new_id, found.version.label)


def _of_image(
    rotation: Rotation, images: Images, family: Family, place: Place, notice: Notice
) -> Iterator[Step]:
    succession = Succession(rotation, predecessor(family))
    enlisted = enlistment(images, succession, family)
    image, current = enlisted.image, family.current
    if current is not None and current.id == image.id:
        yield Step("keep", f"image {image.id}", "it is the current version")
        return
    if (why := verdict(family, image, force=rotation.force)) and why.is_done:
        yield _kept(family, why)
        return
    refuse_downgrade(rotation, family, enlisted.built)
    number = image.generation or family.highest_generation + 1
    label = enlisted.label_of(number)
    yield Step("stage", f"image {image.id}, version {label}", str(place))
    yield from _offering(succession, images, family, image.id, label)


def _kept(family: Family, why: Verdict) -> Step:
    """That nothing is done: the current version stays, or none does."""
    kept = predecessor(family)
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
    if old is not None and rotation.copy_members and visibility == "shared":
        for project, said in members(images, old).items():
            why = "it has accepted the current version"
            if said != ACCEPTED:
                why = f"it is a member of the current version ({said})"
            yield Step("share", f"with project {project}", why)
    if rotation.verify_command is not None:
        yield Step("run", rotation.verify_command, "--verify-command says so")
    if rotation.request.description.stays_hidden:
        yield Step("stage", f"version {label}", "--hidden says so")
        return
    retirement = named_retirement(images, rotation.retirement, family.current)
    yield from _swap(new_id, label, family.current, retirement)


def _swap(
    new_id: str, label: str | None, old: Image | None, retirement: Retirement
) -> Iterator[Step]:
    if old is not None:
        state = f"{retirement.state}, replaced by {new_id}"
        why = "whoever looks at it is told, before it is gone from the lists"
        yield Step("announce", f"image {old.id}: {state}", why)
    yield Step("show", f"image {new_id}, version {label}", "it becomes current")
    if old is None:
        return
    if retirement.hides:
        yield Step("hide", f"image {old.id}", f"version {label} is visible by then")
    if retirement.name:
        yield Step("rename", f"image {old.id} to {retirement.name}", "--old-name")
    if retirement.visibility:
        why = f"--old-{retirement.visibility}"
        yield Step("make", f"image {old.id} {retirement.visibility}", why)
    if retirement.obsolete:
        yield Step("deactivate", f"image {old.id}", "--old-state obsolete")
