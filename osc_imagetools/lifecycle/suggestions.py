# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which family images could be adopted into, by a pattern of their names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import date

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.adoption_order import Place, day_in, month_in, order
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.state import WITHOUT_BYTES

GROUPS = ("family", "version")
"""What a pattern has to name."""


@dataclass(frozen=True)
class Proposal:
    """An image, and what it would be as a version."""

    image: Image
    family: str
    version: str
    build_date: date | None
    """``None``: nothing tells it."""

    @property
    def place(self) -> Place:
        """What decides where it stands among the others of its family."""
        day = self.build_date or month_in(self.version)
        return Place(self.image.id, self.version, day, self.image.created_at)


def pattern(text: str) -> re.Pattern[str]:
    """The regular expression *text*; raises `ValueError` in words.

    It has to name the groups ``family`` and ``version``.
    """
    try:
        compiled = re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(_("not a regular expression: %s") % error) from None
    for group in GROUPS:
        if group not in compiled.groupindex:
            raise ValueError(_("it has no group (?P<%s>…)") % group)
    return compiled


def proposals(
    images: Iterable[Image], names: re.Pattern[str], owner: str
) -> tuple[Proposal, ...]:
    """What *names* matches as a whole, of the *owner*'s images: oldest build first.

    An image whose bytes are not there can't be a version; nor is one without a name
    for its family.
    """
    found = [
        _proposal(image, match)
        for image in images
        if image.owner == owner and image.status not in WITHOUT_BYTES
        if (match := names.fullmatch(image.name)) and match["family"]
    ]
    families: dict[str, list[Proposal]] = {}
    for one in found:
        families.setdefault(one.family, []).append(one)
    return tuple(
        one for _, members in sorted(families.items()) for one in _in_order(members)
    )


def _in_order(members: list[Proposal]) -> list[Proposal]:
    key = order(one.place for one in members)
    return sorted(members, key=lambda one: key(one.place))


def _proposal(image: Image, match: re.Match[str]) -> Proposal:
    label = match["version"] or ""
    told = image.moment(properties.BUILD_DATE)
    built = told.date() if told else day_in(label)
    if not label:
        made = built or (image.created_at.date() if image.created_at else None)
        label = f"{made:%Y%m%d}" if made else image.id
    return Proposal(image, match["family"], label, built)


_DATE = r"(?:19|20)\d\d(?:[-_.]?(?:0[1-9]|1[0-2])(?:[-_.]?(?:0[1-9]|[12]\d|3[01]))?)"
_ASIDE = rf"(?:{_DATE}(?:[-_.T]?\d{{1,6}})?|old|new|backup|bak|copy|prev|previous)"
_ENDING = re.compile(rf"[-_. (\[]+{_ASIDE}[)\]]*$")
_SEPARATORS = re.compile(r"[-_\s]+")


@dataclass(frozen=True)
class Likeness:
    """What an image shares with others of the same owner."""

    image: Image
    same_name: tuple[str, ...] = ()
    """IDs of the others of that name."""
    same_bytes: tuple[str, ...] = ()
    """IDs of the others that hold the same bytes, by Glance's own hash."""
    looks_like: str | None = None
    """The family, or else the name, whose version it could be."""


def likenesses(
    unmanaged: Iterable[Image], families: Iterable[Family]
) -> tuple[Likeness, ...]:
    """What each of the *unmanaged* images shares with another, or a family's."""
    alone = tuple(unmanaged)
    known = tuple(families)
    everyone = (*alone, *(one for family in known for one in family.versions))
    named = _grouped(everyone, lambda image: (image.owner, image.name))
    filled = _grouped(everyone, _bytes)
    stems = _grouped(alone, lambda image: (image.owner, stem(image.name)))
    stem_of = {(family.owner, stem(family.name)): family.name for family in known}

    def looks_like(image: Image) -> str | None:
        key = image.owner, stem(image.name)
        if key in stem_of:
            return stem_of[key]
        return key[1] if key[1] and len(stems[key]) > 1 else None

    return tuple(
        Likeness(
            image,
            _others(image, named[image.owner, image.name] if image.name else ()),
            _others(image, filled.get(_bytes(image), ())),
            looks_like(image),
        )
        for image in alone
    )


def stem(name: str) -> str:
    """*name* without the date, or the word for a copy, that sites put at its end.

    In small letters, and with one kind of separator.
    """
    text = name.strip().lower()
    while (match := _ENDING.search(text)) and match.start():
        text = text[: match.start()]
    return _SEPARATORS.sub("-", text).strip("-")


def _bytes(image: Image) -> tuple[str, str | None, str] | None:
    if not image.hash_value:
        return None
    return image.owner, image.hash_algorithm, image.hash_value


def _grouped(
    images: Iterable[Image], key: Callable[[Image], Hashable]
) -> dict[Hashable, list[str]]:
    groups: dict[Hashable, list[str]] = defaultdict(list)
    for image in images:
        if (of := key(image)) is not None:
            groups[of].append(image.id)
    return groups


def _others(image: Image, ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one in ids if one != image.id)
