# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers of versions, and the IDs that follow from numbers.

Glance has no lock. Its one atomic gate is the POST of an ID that the client
gives: exactly one of any number of callers is answered 201. So the ID of a number's
ticket follows from its owner, its family and the number.

That of a version does not: what a purge of Glance's database has forgotten would come
again, for other bytes, and servers keep bytes by the ID of their image.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.image import (
    MOST_DIGITS,
    OUT_OF_REACH,
    Image,
    number_in,
)

NAMESPACE = uuid.UUID("7a233930-e366-4ead-ba59-ef3b4f9a1d2d")
"""The namespace of our IDs. It never changes: another one, another gate."""

STEPS_BEFORE_GALLOP = 4

MOST_NAMED = 64
"""How far above the highest known numbers are looked for that an ID may tell."""


def ticket_id(owner: str, family: str, generation: int) -> str:
    """The one ID that the ticket of generation *generation* of this family can have.

    Versions that were made before there were tickets for all have it themselves.
    """
    return str(uuid.uuid5(NAMESPACE, f"{owner}/{family}/{generation}"))


def highest_named(owner: str, family: str, versions: Iterable[Image]) -> int:
    """The highest number that *versions* name of others, which may be gone; else 0.

    Glance may have forgotten those, so that their tickets are free again.
    """
    images = {image.id: image for image in versions}
    history = [number for image in images.values() for number in _history(image)]
    named = {image.text(properties.REPLACEMENT) for image in images.values()}
    successors = named - images.keys() - {None}
    known = max((image.generation for image in images.values()), default=0)
    ahead = range(known + 1, known + MOST_NAMED) if successors else ()
    told = [one for one in ahead if ticket_id(owner, family, one) in successors]
    named_ones = (one for one in (*history, *told) if one < OUT_OF_REACH)
    return max(named_ones, default=0)


def _history(image: Image) -> Iterator[int]:
    """The numbers of deleted versions, as far as they can be read."""
    try:
        told = json.loads(image.text(properties.HISTORY) or "[]")
    except (ValueError, RecursionError):
        return
    for entry in told if isinstance(told, list) else ():
        entry = entry if isinstance(entry, dict) else {}
        for name in (properties.GENERATION, "generation"):
            yield number_in(str(entry.get(name)))


def candidates(highest_known: int) -> Iterator[int]:
    """The numbers to try: the next few, then ever wider steps.

    A number whose image was deleted stays taken, so hundreds of them must not
    cost hundreds of requests. None has more digits than can be read again.
    """
    number, step = highest_known + 1, 1
    for attempt in range(1, 64):
        if len(str(number)) > MOST_DIGITS:
            return
        yield number
        step = 1 if attempt < STEPS_BEFORE_GALLOP else step * 2
        number += step
