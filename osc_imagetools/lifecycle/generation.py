# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Numbers, IDs from numbers, and which run is dead.

Glance has no lock. Its one atomic gate is the POST of an ID that the client
gives: exactly one of any number of callers is answered 201. So the ID of a new
version follows from its owner, its family and its number.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from osc_imagetools.lifecycle.image import Image

NAMESPACE = uuid.UUID("7a233930-e366-4ead-ba59-ef3b4f9a1d2d")
"""The namespace of our IDs. It never changes: another one, another gate."""

DEAD_QUEUED_AFTER = timedelta(minutes=2)
"""Between POST and PUT lie milliseconds; an upload that broke is ``queued``."""

DEAD_AFTER = timedelta(hours=24)
"""For a record whose bytes may still be moving: nothing shows whether they do."""

STEPS_BEFORE_GALLOP = 4


def image_id(owner: str, family: str, generation: int) -> str:
    """The one ID that generation *generation* of this family can have."""
    return str(uuid.uuid5(NAMESPACE, f"{owner}/{family}/{generation}"))


def candidates(highest_known: int) -> Iterator[int]:
    """The numbers to try: the next few, then ever wider steps.

    A number whose image was deleted stays taken, so hundreds of them must not
    cost hundreds of requests.
    """
    number, step = highest_known + 1, 1
    for attempt in range(1, 64):
        yield number
        step = 1 if attempt < STEPS_BEFORE_GALLOP else step * 2
        number += step


@dataclass(frozen=True)
class Run:
    """Who owns a record: written into it, and taken out when it is published."""

    uuid: str
    host: str
    """A hash of the machine's boot and PID namespace; empty where unknown."""
    pid: int
    started: int
    """The kernel's start time of the process: PIDs are used again."""

    def __str__(self) -> str:
        """The value of ``lifecycle_run``."""
        return f"{self.uuid}:{self.host}:{self.pid}:{self.started}"

    @classmethod
    def parse(cls, text: str) -> Run | None:
        """The run that *text* names; ``None`` for what another hand wrote."""
        parts = text.split(":")
        if len(parts) != 4 or not (parts[2].isdecimal() and parts[3].isdecimal()):
            return None
        return cls(parts[0], parts[1], int(parts[2]), int(parts[3]))


def is_dead(
    image: Image,
    *,
    host: str,
    lives: Callable[[Run], bool],
    now: datetime,
) -> bool:
    """Whether the run that owns *image* is gone, so that its record may go too.

    On this machine (*host*) the process table decides, at once, by *lives*.
    Elsewhere only age does: of ``updated_at`` against *now*, the cloud's clock.
    """
    run = Run.parse(image.run or "")
    if run is not None and host and run.host == host:
        return not lives(run)
    if image.updated_at is None:
        return False
    limit = DEAD_QUEUED_AFTER if image.status == "queued" else DEAD_AFTER
    return now - image.updated_at > limit
