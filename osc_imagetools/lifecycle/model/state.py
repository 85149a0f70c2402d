# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The state of an image, from all that speaks of it, and what contradicts it.

1. What Glance enforces wins: bytes that are not there, or that may not be used, make an
   image ``importing`` or ``obsolete``, whatever is stored.
2. Then what is stored wins: it says what was carried out. Whether an image is hidden
   never moves it further on its way out.
3. Dates say what is due, never what it is. A date that can't be read is not due; nor is
   one before which another step is due that still lies ahead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from itertools import pairwise
from typing import Any

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.image import GONE, Image


class State(str, Enum):
    """Where an image is on its way, in this order."""

    IMPORTING = "importing"
    """Its bytes have not all come, or not been verified."""
    STAGED = "staged"
    """Verified, and never offered yet."""
    ACTIVE = "active"
    DEPRECATED = "deprecated"
    """Still boots, no longer offered."""
    OBSOLETE = "obsolete"
    """No longer boots."""
    DELETED = "deleted"
    """Never stored: it is what comes last."""

    def __str__(self) -> str:
        return self.value

    @property
    def is_on_its_way_out(self) -> bool:
        """Whether users have been told to use another one."""
        return self >= State.DEPRECATED

    def __ge__(self, other: object) -> bool:
        order = list(State)
        return isinstance(other, State) and order.index(self) >= order.index(other)


WITHOUT_BYTES = frozenset({"queued", "saving", "importing", "uploading", "killed"})
"""Statuses of Glance in which nothing can be read of an image."""

SCHEDULE = {
    properties.DEPRECATED_AT: State.DEPRECATED,
    properties.OBSOLETE_AT: State.OBSOLETE,
    properties.DELETE_AT: State.DELETED,
}
"""The dates of a way out, in the order in which they have to follow one another."""


@dataclass(frozen=True)
class Derived:
    """What an image is, and each thing that says otherwise, in words."""

    state: State
    contradictions: tuple[str, ...] = ()


def derive(image: Image) -> Derived:
    """The state of *image*, managed or not."""
    stored = _stored(image)
    if image.status in GONE:
        return Derived(State.DELETED)
    if image.status in WITHOUT_BYTES:
        return _without_bytes(image, stored)
    if image.status == "deactivated":
        if stored in (State.OBSOLETE, None):
            return Derived(State.OBSOLETE, _unknown(image))
        return Derived(State.OBSOLETE, (_but_its_status(image),))
    if stored is State.OBSOLETE:
        why = _("its state is %s, but it is not deactivated")
        return Derived(State.DEPRECATED, (_but(image, why),))
    if stored is None:
        return Derived(State.ACTIVE, _unknown(image))
    return Derived(stored, _of_listing(image, stored))


def due(image: Image, now: datetime) -> State | None:
    """The furthest state that *image* should be in and is not; ``None`` if it is.

    *now* is the cloud's time. Nothing is due while an earlier step lies ahead, or its
    date can't be read.
    """
    furthest = None
    for name, state in SCHEDULE.items():
        if name not in image.fields:
            continue
        moment = image.moment(name)
        if moment is None or moment > now:
            break
        furthest = state
    return None if furthest is None or derive(image).state >= furthest else furthest


def schedule_faults(image: Image) -> tuple[str, ...]:
    """What is wrong with its dates: not to be read, or in the wrong order."""
    return tuple(faults_by_date(image).values())


def faults_by_date(image: Image) -> Mapping[str, str]:
    """The same, by the name of the property that it is wrong with."""
    faults = {
        name: _("%(name)s is not a time: %(value).60r")
        % {"name": name, "value": image.fields[name]}
        for name in SCHEDULE
        if name in image.fields and image.moment(name) is None
    }
    read = [(name, image.moment(name)) for name in SCHEDULE]
    dates = [(name, moment) for name, moment in read if moment]
    return faults | {
        later: _("%(later)s is before %(earlier)s")
        % {"later": later, "earlier": earlier}
        for (earlier, first), (later, second) in pairwise(dates)
        if second < first
    }


def undo_record(image: Image) -> Mapping[str, Any] | None:
    """What the image's deprecation changed, as it was; ``None`` if nothing tells."""
    try:
        told = json.loads(image.text(properties.BEFORE) or "")
    # Strangers write it, too: brackets in brackets end Python's recursion.
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def is_listed_on_purpose(image: Image) -> bool:
    """Whether its deprecation left it visible, and nobody undid the hiding of it."""
    changed = undo_record(image)
    return changed is not None and "os_hidden" not in changed


def has_other_name(image: Image) -> bool:
    """Whether its deprecation, carried out, has given it the name that it has."""
    name = (undo_record(image) or {}).get("name")
    return isinstance(name, str) and name != image.name


def _stored(image: Image) -> State | None:
    # Of an image that inherited our properties they tell nothing.
    text = image.text(properties.STATE) if image.is_managed else None
    storable = {each.value: each for each in State if each is not State.DELETED}
    return storable.get(text or "")


def _without_bytes(image: Image, stored: State | None) -> Derived:
    if stored in (State.IMPORTING, None):
        return Derived(State.IMPORTING, _unknown(image))
    return Derived(State.IMPORTING, (_but_its_status(image),))


def _of_listing(image: Image, stored: State) -> tuple[str, ...]:
    if stored is State.ACTIVE and image.hidden:
        return (_but(image, _("its state is %s, but it is hidden")),)
    if stored is State.IMPORTING and not image.run:
        return (_but(image, _("its state is %s, but it is owned by no run")),)
    if stored is State.ACTIVE or image.hidden:
        return ()
    if stored is State.DEPRECATED and is_listed_on_purpose(image):
        return ()
    return (_but(image, _("its state is %s, but it is listed")),)


def _unknown(image: Image) -> tuple[str, ...]:
    if not image.is_managed or _stored(image):
        return ()
    text = image.fields.get(properties.STATE)
    if text is None:
        return (_("it has no state"),)
    return (_("its state is unknown: %(state).60r") % {"state": text},)


def _but(image: Image, words: str) -> str:
    return words % image.text(properties.STATE)


def _but_its_status(image: Image) -> str:
    words = {"state": image.text(properties.STATE), "status": image.status}
    return _("its state is %(state)s, but it is %(status)s") % words
