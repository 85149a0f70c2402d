# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a family needs so that exactly one version is offered: the newest.

Runs die between two requests, and Glance loses changes that it has confirmed.
Whatever was left, one rule heals it: of what is visible the highest generation stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.change import Change
from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.plan import Step
from osc_imagetools.lifecycle.reinstatement import reinstatement
from osc_imagetools.lifecycle.retirement import HIDE, SHOW, Retirement
from osc_imagetools.lifecycle.state import State, derive


@dataclass(frozen=True)
class Repair:
    """One change that a family needs."""

    step: str
    image: Image
    change: Change
    reason: str
    successor: Image | None = None
    """The version that has to be visible when this one is hidden."""

    def as_step(self) -> Step:
        """As a plan shows it."""
        return Step(self.step, f"image {self.image.id}", self.reason)


def repairs(
    family: Family, is_owned: Callable[[Image], bool], now: datetime
) -> tuple[Repair, ...]:
    """What *family*, listed just now, needs: in this order, each read back.

    *is_owned* tells whether a living run owns a record; *now* is the cloud's time.
    """
    return tuple(_repairs(family, is_owned, now))


def _repairs(
    family: Family, is_owned: Callable[[Image], bool], now: datetime
) -> Iterator[Repair]:
    survivor = family.current or _returning(family)
    if survivor is None:
        return
    if survivor.hidden or survivor.name != family.name:
        why = "no version was visible: this one was current last"
        shown = Change(set={**SHOW.set, "name": family.name})
        yield Repair("show", survivor, shown, why)
        survivor = shown.on(survivor)
    why = f"version {survivor.version} of a higher generation is visible"
    for image in family.offered:
        if image.id != survivor.id:
            yield Repair("hide", image, HIDE, why, successor=survivor)
    for image in _useless(family, survivor):
        yield Repair("unlist", image, HIDE, why, successor=survivor)
    if _is_half_retired(survivor, family, is_owned):
        why = "it was to be replaced, and still is the current version"
        yield Repair("take back", survivor, _taken_back(survivor, family), why)
    yield from _untold(family, survivor, now)
    yield from _tags(family, survivor)


def _useless(family: Family, survivor: Image) -> list[Image]:
    """The earlier versions that nobody may use, and a lookup finds all the same."""
    return [
        image
        for image in family.versions
        if image.status == "deactivated"
        and image.name == family.name
        and not image.hidden
        and image.generation < survivor.generation
    ]


def _returning(family: Family) -> Image | None:
    """The version to show again where none is visible; ``None`` if that is meant.

    One that a swap retired comes back if the swap's new version is still there, and
    never became what it was to be. One that a person deprecated stays as it is.
    """
    newest = family.newest_published
    if newest is None or newest.status != "active":
        return None
    if not derive(newest).state.is_on_its_way_out:
        return newest
    successor = _successor(newest, family)
    if successor is None or not is_retired(newest):
        return None
    never_came = not successor.was_offered
    return newest if never_came or successor.generation < newest.generation else None


def is_retired(image: Image) -> bool:
    """Whether a swap, not a person, has put *image* on its way out.

    Whenever that was: the clocks of a cloud's machines differ.
    """
    return image.moment(properties.RETIRED_AT) is not None


def _is_half_retired(
    survivor: Image, family: Family, is_owned: Callable[[Image], bool]
) -> bool:
    """Whether its swap was announced and goes no further."""
    if not (derive(survivor).state.is_on_its_way_out and is_retired(survivor)):
        return False
    successor = _successor(survivor, family)
    return successor is None or not is_owned(successor)


def _successor(image: Image, family: Family) -> Image | None:
    wanted = image.text(properties.REPLACEMENT)
    return next((each for each in family.versions if each.id == wanted), None)


def _taken_back(survivor: Image, family: Family) -> Change:
    decision = reinstatement(survivor, ())
    if decision.result == "reinstated":
        # Whatever a broken record says: it stays what everybody finds.
        stays = {
            "os_hidden": False,
            "name": family.name,
            properties.ID: survivor.id,
            properties.FAMILY: family.name,
        }
        change = decision.change
        return replace(
            change,
            set={**change.set, **stays},
            remove=change.remove - stays.keys(),
        )
    return Change(
        set={properties.STATE: str(State.ACTIVE)},
        remove=properties.WAY_OUT,
    )


def _untold(family: Family, survivor: Image, now: datetime) -> Iterator[Repair]:
    """The versions that were current, are hidden, and say nothing of it."""
    hides = {image.id for image in family.offered}
    for image in family.versions:
        is_over = 0 < image.generation < survivor.generation
        was_current = image.was_offered
        is_hidden = image.hidden or image.id in hides
        is_told = derive(image).state is not State.ACTIVE
        if is_told or not (is_over and was_current and is_hidden):
            continue
        hidden = HIDE.on(image)
        why = f"version {survivor.version} has replaced it"
        change = Retirement().announced(hidden, survivor, now)
        yield Repair("retire", hidden, change, why)


def _tags(family: Family, survivor: Image) -> Iterator[Repair]:
    """The tag that only the current version has."""
    tag = survivor.text(properties.FAMILY_TAG)
    if not tag or tag == properties.TAG:
        return
    if tag not in survivor.tags:
        why = "it is the current version"
        yield Repair("tag", survivor, Change(add_tags=frozenset({tag})), why)
    for image in family.versions:
        if image.id != survivor.id and tag in image.tags and not image.run:
            why = f"only version {survivor.version} has the tag"
            yield Repair("untag", image, Change(remove_tags=frozenset({tag})), why)
