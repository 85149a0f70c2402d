# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a version that was replaced is to be deleted, or why it is kept.

Each rule that is set has to allow it: a number of versions to keep, and a date. Without
one of them nothing is deleted, and a floor stands under all of them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.dates import format_time
from osc_imagetools.lifecycle.model.duration import Duration
from osc_imagetools.lifecycle.model.fences import is_leaving, to_be_shown
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.promise import promised
from osc_imagetools.lifecycle.model.state import State, derive, schedule_faults
from osc_imagetools.lifecycle.retention.item import Action, Item, kept
from osc_imagetools.lifecycle.retention.situation import Situation, deprecated_since
from osc_imagetools.lifecycle.usage.verdict import Usage


def deletion(image: Image, situation: Situation) -> Item:
    """What retention says of *image*, which was offered once and isn't any more."""
    reasons, why = _due(image, situation)
    if why := why or _floor(image, situation):
        return kept(image, why)
    return judged(Item(Action.DELETE, image, "; ".join(reasons)), situation)


def judged(item: Item, situation: Situation) -> Item:
    """*item*, which deletes an image, by what is known of the use of that."""
    image = item.image
    usage = situation.usage(image)
    item = replace(item, usage=usage)
    if situation.policy.faults:
        return item.hindered(_("the policy: %s") % "; ".join(situation.policy.faults))
    if image.protected and not situation.request.unprotect:
        return item.hindered(_("it is protected (to delete it anyway: --unprotect)"))
    if situation.usages is None:
        return item
    if hindrance := in_use(usage):
        return item.hindered(hindrance)
    if usage and (why := _used_lately(image, usage, situation)):
        return kept(image, why, usage)
    return item


def in_use(usage: Usage | None) -> str:
    """Why an image may be needed by somebody, in words; empty where it is unused."""
    return _("whether it is used was not asked") if usage is None else usage.need


def in_a_swap(image: Image) -> str:
    """Why *image* may be current in a moment, in words; empty where it may not."""
    if to_be_shown(image):
        return _("a run is about to make it current")
    if is_leaving(image):
        return _("it may come back: the rotation that replaced it has not ended")
    return ""


def _due(image: Image, situation: Situation) -> tuple[list[str], str]:
    """Why *image* is to be deleted, and why it is kept; one of them is empty."""
    place, keep = situation.places.get(image.id), situation.keep
    date = situation.delete_at(image)
    is_dated = date is not None or properties.DELETE_AT in image.fields
    reasons = []
    if keep is None and not is_dated:
        return [], _("nothing says when it is deleted")
    if is_dated:
        why = _date_ahead(image, date, situation.now)
    else:
        why = _not_obsolete_yet(image, situation.now)
    if why:
        return [], why
    if date is not None:
        reasons.append(_("it is to be deleted from %s on") % format_time(date))
    # A family that has ended needs no way back.
    is_over = situation.has_ended and is_dated
    if keep is not None and place is not None and not is_over:
        words = {"place": place, "keep": keep}
        if place <= keep:
            why = _("it is previous version %(place)d of %(keep)d that are kept")
            return [], why % words
        why = _("it is previous version %(place)d, and %(keep)d are kept")
        reasons.append(why % words)
    if not reasons:
        return [], _("it is no version to go back to, and has no date")
    return reasons, ""


def _date_ahead(image: Image, date: datetime | None, now: datetime) -> str:
    """Why the date of its deletion doesn't count yet; empty where it does."""
    if faults := schedule_faults(image):
        return "; ".join(faults)
    if date is not None and date > now:
        return _("it is to be deleted from %s on") % format_time(date)
    return _not_obsolete_yet(image, now)


def _not_obsolete_yet(image: Image, now: datetime) -> str:
    """Why users were told that *image* still boots; empty where they weren't."""
    obsolete = image.moment(properties.OBSOLETE_AT)
    if obsolete is None and properties.OBSOLETE_AT in image.fields:
        return _("%s is not a time") % properties.OBSOLETE_AT
    if obsolete is not None and obsolete > now:
        why = _("it is to be obsolete from %s on, and then deleted")
        return why % format_time(obsolete)
    return ""


def _floor(image: Image, situation: Situation) -> str:
    """Why *image* is kept whatever a rule says; empty where nothing keeps it."""
    request, now = situation.request, situation.now
    since = deprecated_since(image)
    place = situation.places.get(image.id)
    if not derive(image).state.is_on_its_way_out:
        return _("it is not deprecated")
    if not image.hidden and image.name == situation.family.name:
        return _("users find it by the name of the family: somebody shows it")
    if why := in_a_swap(image):
        return why
    if place == 1 and not situation.has_ended:
        return _("it is the newest previous version")
    if since is None:
        return _("nothing tells since when it is deprecated")
    if _is_later(since, request.min_age, now):
        return _("it is deprecated since %s only") % format_time(since)
    if request.older_than is not None:
        created = image.created_at
        if created is None or _is_later(created, request.older_than, now):
            return _("it is not older than --older-than")
    if not request.break_promise:
        # Of what has no place nobody knows how many came after it.
        rank = 1 if place is None else place + 1
        return promised(image, situation.policy.uuid_validity, rank, now)
    return ""


def _used_lately(image: Image, usage: Usage, situation: Situation) -> str:
    """Why *image* is kept for having been used or offered; empty where it isn't.

    Nova forgets, and it could be used as long as it was offered.
    """
    begins, since = situation.unused_since, deprecated_since(image)
    if begins is None:
        return ""
    last = usage.tally.last_used
    if last is not None and last > begins:
        return _("a server was started from it at %s") % format_time(last)
    is_staged = derive(image).state is State.STAGED
    if not is_staged and (since is None or since > begins):
        if since is None:
            return _(
                "it was offered until an unknown time, and may have been used until "
                "then"
            )
        why = _("it was offered until %s, and may have been used until then")
        return why % format_time(since)
    return ""


def _is_later(moment: datetime, length: Duration, now: datetime) -> bool:
    """Whether *moment* is less than *length* ago."""
    return moment > length.before(now)
