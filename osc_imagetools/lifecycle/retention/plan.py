# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is due for every version of a family, with a reason for each.

The run carries out what the plan says, and the dry run shows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.deprecation.request import DeprecateRequest
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.decision import bytes_moving
from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.model.fences import to_be_shown
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.remedy import command, option, ours
from osc_imagetools.lifecycle.model.state import SCHEDULE, State, derive, due
from osc_imagetools.lifecycle.retention.deletion import (
    deletion,
    in_a_swap,
    in_use,
    judged,
)
from osc_imagetools.lifecycle.retention.item import Action, Item, kept
from osc_imagetools.lifecycle.retention.mark import is_marked, marked_by
from osc_imagetools.lifecycle.retention.situation import Situation, deprecated_since

LATEST_REQUEST = timedelta(hours=1)
"""For so long a proxy may hold a request whose sender has died."""

_STEPS = {State.DEPRECATED: Action.DEPRECATE, State.OBSOLETE: Action.OBSOLETE}


def plan(situation: Situation) -> tuple[Item, ...]:
    """What each version of the family gets, newest first: one item or more of each."""
    versions = reversed(situation.family.versions)
    return tuple(item for one in versions for item in _of_version(one, situation))


def _of_version(image: Image, situation: Situation) -> Iterator[Item]:
    items = [*_unmarked(image, situation)]
    if is_marked(image):
        if not situation.is_dead(image, marked_by(image)):
            yield kept(image, _("another run is deleting it"))
            return
        is_moving = bytes_moving(image) is not None
        if not is_moving and not any(item.deletes for item in items):
            yield _restored(image, situation)
    yield from items


def _restored(image: Image, situation: Situation) -> Item:
    """*image*, which a run was deleting that has died, once no DELETE can arrive."""
    changed_at = image.updated_at
    if changed_at is None or changed_at > situation.now - LATEST_REQUEST:
        return kept(image, _("a run was deleting it, whose request may still arrive"))
    return Item(Action.RESTORE, image, _("the run that was deleting it is dead"))


def _unmarked(image: Image, situation: Situation) -> Iterator[Item]:
    if properties.HOLD in image.fields:
        words = {"reason": image.fields[properties.HOLD]}
        yield kept(image, _("it has a hold: %(reason)s") % words)
    elif image.is_owned:
        yield _owned(image, situation)
    elif why := bytes_moving(image):
        yield kept(image, why)
    elif derive(image).state in (State.IMPORTING, State.STAGED):
        yield _staged(image, situation)
    elif image == situation.family.latest:
        yield from _latest(image, situation)
    else:
        yield from _replaced(image, situation)


def _owned(image: Image, situation: Situation) -> Item:
    if not situation.is_dead(image, image.run or ""):
        return kept(image, _("a run is importing it"))
    item = Item(Action.DELETE, image, _("the run that was importing it is dead"))
    if image.protected:
        free = command("set", "--unprotected", image.id)
        return item.hindered(_("it is protected. To let it go: %s") % free)
    return item


def _staged(image: Image, situation: Situation) -> Item:
    """A version that nobody has offered yet."""
    since = max(filter(None, (image.created_at, image.updated_at)), default=None)
    min_age = situation.request.min_age
    is_new = since is None or since > min_age.before(situation.now)
    is_seen = not image.hidden or image.was_offered
    is_staged = derive(image).state is State.STAGED and not to_be_shown(image)
    if not is_staged or is_seen or is_new:
        return kept(image, _("it waits to be offered"))
    assert since is not None
    why = _("it is staged since %s, and nobody has offered it") % format_time(since)
    return judged(Item(Action.DELETE, image, why), situation)


def _latest(image: Image, situation: Situation) -> Iterator[Item]:
    """The current version, or the last one that was."""
    if not situation.has_ended:
        yield from _of_unended(image, situation)
        return
    if derive(image).state.is_on_its_way_out:
        if len(situation.family.versions) > 1:
            why = _("it has the policy of its family: it is deleted last")
            yield _step(image, situation) or kept(image, why)
        else:
            yield from _replaced(image, situation)
        return
    end_at = situation.policy.end_at
    assert end_at is not None
    ending = DeprecateRequest(
        reason="its family has ended",
        dates=_way_out(situation),
        is_confirmed=True,
    )
    why = _("its family ends at %s") % format_time(end_at)
    usage = situation.usage(image)
    yield Item(Action.DEPRECATE, image, why, usage=usage, deprecation=ending)


def _way_out(situation: Situation) -> Mapping[str, Duration]:
    """When the last version of a family that has ended may be deleted."""
    delete_after = situation.policy.delete_after
    try:
        is_told = bool(delete_after and delete_after.after(situation.now))
    # After the year 9999.
    except ValueError:
        is_told = False
    return {properties.DELETE_AT: delete_after} if delete_after and is_told else {}


def _of_unended(image: Image, situation: Situation) -> Iterator[Item]:
    state = due(image, situation.now)
    if state is None:
        why = _("it is the newest version that was offered")
        if image == situation.family.current:
            why = _("it is the current version")
        yield kept(image, why)
        return
    action = _STEPS.get(state, Action.DELETE)
    yield Item(action, image, _dated(image, state), hindrance=_not_ended(situation))


def _not_ended(situation: Situation) -> str:
    """Why the last version that was offered stays, and how it would not."""
    words = (*option("family", situation.family.name), "--end-at")
    now = format_time(situation.now)
    how = ours(situation.project, "lifecycle set", *words, now)
    why = _("no version has replaced it, and its family has not ended. To end it: %s")
    return why % how


def _replaced(image: Image, situation: Situation) -> Iterator[Item]:
    """A version that others have replaced, or that was only ever deprecated."""
    goes = deletion(image, situation)
    step = None if goes.deletes else _step(image, situation)
    if step is not None:
        yield step
    if step is None or goes.is_due:
        yield goes


def _step(image: Image, situation: Situation) -> Item | None:
    """The state that *image* is to have by its dates, short of deletion.

    What is obsolete no longer boots: so nothing may use it.
    """
    furthest = due(image, situation.now)
    state = _short_of_deletion(image, furthest)
    if furthest is None or state is None or derive(image).state >= state:
        return None
    dates = _told_late(image, situation) if state is State.DEPRECATED else {}
    request = DeprecateRequest(state=state, dates=dates, is_confirmed=True)
    why, usage = _dated(image, state) or _dated(image, furthest), situation.usage(image)
    item = Item(_STEPS[state], image, why, usage=usage, deprecation=request)
    if hindrance := in_a_swap(image):
        return item.hindered(hindrance)
    if state is State.DEPRECATED or situation.usages is None:
        return item
    if hindrance := in_use(usage):
        words = ("--state", "obsolete", "--yes", image.id)
        anyway = ours(situation.project, "deprecate", *words)
        return item.hindered(
            _("%(hindrance)s. To do it anyway: %(anyway)s")
            % {"hindrance": hindrance, "anyway": anyway}
        )
    return item


def _told_late(image: Image, situation: Situation) -> Mapping[str, datetime]:
    """New dates for a version that is deprecated long after its own date.

    Nobody could see that before: so it stays for the least time from now on.
    """
    now, min_age = situation.now, situation.request.min_age
    told_at = image.moment(properties.DEPRECATED_AT)
    if told_at is not None and told_at > min_age.before(now):
        return {}
    until = min_age.after(now)
    later = (properties.OBSOLETE_AT, properties.DELETE_AT)
    dates = {name: image.moment(name) for name in later}
    sooner = {name: until for name, at in dates.items() if at and at < until}
    return {properties.DEPRECATED_AT: now, **sooner}


def _short_of_deletion(image: Image, furthest: State | None) -> State | None:
    if furthest is not State.DELETED:
        return furthest
    return State.OBSOLETE if image.moment(properties.OBSOLETE_AT) else State.DEPRECATED


def _dated(image: Image, state: State) -> str:
    """Since when *image* is to have that state, in words; empty where no date says."""
    [name] = [name for name, each in SCHEDULE.items() if each is state]
    moment = image.moment(name)
    if moment is None:
        return ""
    words = {"state": str(state), "time": format_time(moment)}
    return _("it is to be %(state)s from %(time)s on") % words


def limited(items: Iterable[Item], most: int) -> tuple[Item, ...]:
    """*items*, of which at most so many delete an image: those that go first.

    That is what was deprecated first.
    """
    items = tuple(items)
    going = sorted((item.image for item in items if item.deletes), key=_since)
    allowed = {image.id for image in going[:most]}
    why = (
        _("more than %d images are to be deleted (to allow more: --max-delete)") % most
    )
    return tuple(
        item.hindered(why) if item.deletes and item.image.id not in allowed else item
        for item in items
    )


def _since(image: Image) -> tuple[float, str]:
    since = deprecated_since(image) or image.created_at
    return since.timestamp() if since else 0.0, image.id
