# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images that are the same, or that look as if they were versions of one another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass

from osc_imagetools.lifecycle.family import Family
from osc_imagetools.lifecycle.image import Image

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
