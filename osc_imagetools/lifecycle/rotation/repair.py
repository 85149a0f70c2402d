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

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.decision import bytes_moving
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.fences import (
    audience_of_swap,
    hiding,
    is_hidden_by_hand,
    is_leaving,
    is_left_above,
    is_left_for,
    is_marked_for,
    is_withdrawn,
    left_for,
    marked_leaving,
    outdated,
    to_be_shown,
)
from osc_imagetools.lifecycle.model.image import OUT_OF_REACH, Image
from osc_imagetools.lifecycle.model.importing_name import importing_name
from osc_imagetools.lifecycle.model.state import (
    State,
    derive,
    has_other_name,
    is_listed_on_purpose,
    undo_record,
)
from osc_imagetools.lifecycle.model.step import Step
from osc_imagetools.lifecycle.rotation.beside import is_for_more, kept_beside, replaced
from osc_imagetools.lifecycle.rotation.retirement import (
    HIDE,
    SHOW,
    Retirement,
)
from osc_imagetools.lifecycle.rotation.skip import rolled_back_with
from osc_imagetools.lifecycle.rotation.taken_back import taken_back
from osc_imagetools.lifecycle.rotation.taken_out import (
    has_lost_its_name,
    is_retired,
    is_taken_out,
)


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
        return Step.on(self.step, self.image, self.reason)

    def on(self, image: Image) -> Image:
        """*image* once this is done: what is hidden has the mark that tells why."""
        change = self.change
        if self.successor is not None and not change.is_seen_on(image):
            number = self.successor.generation
            audience = self.successor.visibility
            image = marked_leaving(number, audience).on(image)
            change = hiding(change, image, number, at_once=False)
        return change.on(image)


def repairs(
    family: Family, is_owned: Callable[[Image], bool], now: datetime
) -> tuple[Repair, ...]:
    """The repairs that *family*, as it is now, needs: in this order, each read back.

    *is_owned* tells whether a living run owns a record; *now* is the cloud's time.
    """
    return tuple(_repairs(family, is_owned, now))


def _repairs(
    family: Family, is_owned: Callable[[Image], bool], now: datetime
) -> Iterator[Repair]:
    if renumbering := _out_of_reach(family, is_owned):
        # All else is decided by the numbers that are read then.
        yield from renumbering
        return
    for repair in (*_unnamed(family), *_shown_by_hand(family, is_owned, now)):
        yield repair
        family = family.replacing(repair.change.on(repair.image))
    survivor = (
        family.current
        or _left_behind(family)
        or _returning(family)
        or _left_announced(family)
    )
    if survivor is None:
        return
    if survivor.hidden or survivor.name != _name_of(survivor, family):
        shown = _shown(survivor, family)
        yield shown
        survivor = shown.change.on(survivor)
    for image, newer in replaced(family, survivor):
        # Told first, as in a swap: what is hidden and says nothing of it, a person
        # has hidden.
        told = tuple(_untold(image, newer, now))
        yield from told
        said = told[0].change.on(image) if told else image
        why = _("version %s of a higher generation is visible") % newer.version
        yield Repair("hide", said, HIDE, why, successor=newer)
    for image in kept_beside(family, survivor):
        why = _("version %s is for fewer people than it was meant for")
        yield Repair("take back", image, taken_back(image), why % survivor.version)
    why = _("version %s of a higher generation is visible") % survivor.version
    for image in (*_useless(family, survivor), *_left_listed(family, survivor)):
        yield Repair("unlist", image, HIDE, why, successor=survivor)
    if is_leaving(survivor):
        for image in _withdrawn(family, survivor):
            why = _("it was deactivated, and version %s is back") % survivor.version
            yield Repair("unlist", image, HIDE, why)
    if _is_half_retired(survivor, family, is_owned):
        why = _("it was about to be replaced, and is still the current version")
        yield Repair("take back", survivor, taken_back(survivor), why)
    else:
        yield from _outdated_marks(family, survivor)
    for image in family.versions:
        if image.hidden and 0 < image.generation < survivor.generation:
            yield from _untold(image, survivor, now)
    yield from _tags(family, survivor)


def _shown(survivor: Image, family: Family) -> Repair:
    values = {**SHOW.set, "name": _name_of(survivor, family)}
    why = _("no version was visible: this one was the last current one")
    if is_leaving(survivor) and _successor(survivor, family) is None:
        # Somebody has deleted them while they were offered.
        if known := left_for(survivor):
            values[properties.BLOCKED] = rolled_back_with(survivor, known)
        why = _("no version was visible: the one that replaced it was deleted")
    # Once it is current again it is retired no more, and this may come late.
    told = frozenset({properties.RETIRED_AT} & survivor.fields.keys())
    return Repair("show", survivor, Change(set=values, requires=told), why)


def _left_behind(family: Family) -> Image | None:
    """The version to come back where the one that was to replace it was withdrawn.

    Only as long as that swap isn't known to have ended: whoever withdraws a version
    later means it.
    """
    leaving = [
        version
        for version in family.versions
        if version.was_offered
        and version.status == "active"
        and is_leaving(version)
        and is_retired(version)
        and not is_hidden_by_hand(version)
    ]
    newest = family.newest_found
    if not leaving or newest is None or _has_lost_its_showing(newest):
        return None
    last = leaving[-1]
    successor = _successor(last, family)
    if newest != last and is_marked_for(last, newest):
        # Another run may have announced one of its own since.
        return last
    if successor is None or newest == last:
        # What ranks between the two wasn't current: else that would have been replaced.
        is_last = newest == last or is_left_above(last, newest.generation)
        return last if is_last else None
    is_its_swap = newest == successor and is_left_for(last, successor)
    return last if is_its_swap else None


def _has_lost_its_showing(newest: Image) -> bool:
    """Whether another writer has undone what showed it: a person never names it so."""
    is_unnamed = newest.name == importing_name(newest.family or "", newest.id)
    is_active = derive(newest).state is State.ACTIVE
    return newest.hidden and is_unnamed and is_active


def _withdrawn(family: Family, survivor: Image) -> list[Image]:
    """The versions that a lookup finds beside the one that came back for them."""
    return [
        image
        for image in family.versions
        if image.status == "deactivated"
        and image.name == family.name
        and not image.hidden
        and image.generation > survivor.generation
    ]


def _outdated_marks(family: Family, survivor: Image) -> Iterator[Repair]:
    """The marks of swaps that are over, on whatever is not about to be hidden."""
    for image in family.versions:
        over = outdated(image, survivor.generation)
        is_listed = image.name != family.name and is_withdrawn(image)
        is_settled = image.hidden or is_listed or image.id == survivor.id
        if is_settled and not over.is_empty:
            why = _("version %s is current: that swap has ended")
            yield Repair("settle", image, over, why % survivor.version)


def _out_of_reach(
    family: Family, is_owned: Callable[[Image], bool]
) -> tuple[Repair, ...]:
    """New numbers for versions whose own leave none for those to come.

    The lowest first: at no moment does an older one rank above.
    """
    last = max(
        (one.generation for one in family.versions if one.generation < OUT_OF_REACH),
        default=0,
    )
    above = [one for one in family.versions if one.generation >= OUT_OF_REACH]
    if any(is_owned(one) or bytes_moving(one) for one in above):
        return ()
    why = _("its number leaves none for later versions")
    return tuple(
        Repair("renumber", one, Change({properties.GENERATION: str(number)}), why)
        for number, one in enumerate(above, max(last, family.used_up) + 1)
    )


def _shown_by_hand(
    family: Family, is_owned: Callable[[Image], bool], now: datetime
) -> Iterator[Repair]:
    """The versions that a person offers, which no run has.

    Whoever has found one may use it, so it becomes what it is to them: published.
    """
    for image in family.offered:
        if image.was_offered or is_owned(image) or bytes_moving(image):
            continue
        told = {properties.PUBLISHED_AT: format_time(now)}
        if not derive(image).state.is_on_its_way_out:
            told[properties.STATE] = str(State.ACTIVE)
        change = Change(set=told, remove=to_be_shown(image))
        yield Repair("publish", image, change, _("somebody made it visible"))


def _unnamed(family: Family) -> Iterator[Repair]:
    """The newest version, if another writer has undone its name, but not the rest.

    It was promoted: before, users found it under the candidate's name.
    """
    newest = family.newest_published
    if newest is None or not has_lost_its_name(newest):
        return
    values = {"name": family.name}
    for image in family.versions:
        # Else a private candidate stays private: that was undone as well.
        if audience := audience_of_swap(image, newest.generation):
            values["visibility"] = audience
    change = Change(values, requires=frozenset({properties.PROMOTED_FROM}))
    why = _("it was promoted, and has the candidate's name again")
    yield Repair("show", newest, change, why)


def _useless(family: Family, survivor: Image) -> list[Image]:
    """The earlier versions that nobody may use, and a lookup finds all the same."""
    return [
        image
        for image in family.versions
        if image.status == "deactivated"
        and image.name == family.name == survivor.name
        and not image.hidden
        and image.generation < survivor.generation
    ]


def _left_listed(family: Family, survivor: Image) -> list[Image]:
    """The versions that a swap was to hide, under a name that is not the family's."""
    return [
        image
        for image in family.versions
        if survivor.name == family.name != image.name
        and not image.hidden
        and image.generation < survivor.generation
        and is_retired(image)
        and derive(image).state.is_on_its_way_out
        and not is_listed_on_purpose(image)
        # Of that swap the hiding came before the name: somebody made it visible since.
        and not has_other_name(image)
        and not is_for_more(image, survivor)
    ]


def _name_of(returning: Image, family: Family) -> str:
    """The name that a version had before its retirement, as far as that tells.

    Not the family's, if it was adopted under one of its own.
    """
    told = undo_record(returning) if is_retired(returning) else None
    if returning.name == family.name or (told is None and returning.hidden):
        return family.name
    name = (told or {}).get("name", returning.name)
    return name if isinstance(name, str) and name else family.name


def _returning(family: Family) -> Image | None:
    """The version to show again where none is visible; ``None`` if that is meant.

    One that a swap retired comes back if the swap's new version is still there, and
    never became what it was to be. One that a person took out stays as it is.
    """
    newest = family.newest_published
    if newest is None or newest.status != "active" or is_taken_out(newest):
        return None
    if not derive(newest).state.is_on_its_way_out:
        return newest
    successor = _successor(newest, family)
    if successor is None:
        return None
    if not successor.was_offered:
        # One that was let go by hand, and deprecated since, has ended the family.
        never_came = not derive(successor).state.is_on_its_way_out
        return newest if never_came else None
    return newest if successor.generation < newest.generation else None


def _left_announced(family: Family) -> Image | None:
    """The version of another name that was to be replaced by one that is gone."""
    incumbent = family.incumbent
    is_left = incumbent is not None and is_retired(incumbent)
    return incumbent if is_left else None


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


def _untold(image: Image, survivor: Image, now: datetime) -> Iterator[Repair]:
    """That *survivor* has replaced *image*, if that was current and says nothing of it.

    Of one that a person had taken out it is not said that a swap did that.
    """
    if derive(image).state is not State.ACTIVE or not image.was_offered:
        return
    change = Retirement().announced(image, survivor, now)
    if is_taken_out(image):
        told = {n: v for n, v in change.set.items() if n != properties.RETIRED_AT}
        change = replace(change, set=told)
    why = _("version %s has replaced it") % survivor.version
    yield Repair("retire", image, change, why)


def _tags(family: Family, survivor: Image) -> Iterator[Repair]:
    """The tag that only the current version has."""
    tag = survivor.text(properties.FAMILY_TAG)
    if not tag or tag == properties.TAG:
        return
    if tag not in survivor.tags:
        why = _("it is the current version")
        yield Repair("tag", survivor, Change(add_tags=frozenset({tag})), why)
    for image in family.versions:
        if image.id != survivor.id and tag in image.tags and not image.run:
            why = _("only version %s has the tag") % survivor.version
            yield Repair("untag", image, Change(remove_tags=frozenset({tag})), why)
