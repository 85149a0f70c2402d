# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the run that owns a record is dead, so that the record may be deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from osc_imagetools.lifecycle.model.decision import is_in_a_task
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.run import Run

DEAD_QUEUED_AFTER = timedelta(minutes=2)
"""Between POST and PUT lie milliseconds; an upload that broke is ``queued``.

So is what Glance is to import, until one of its threads takes that: 16 of a worker do,
and the last of a whole catalogue waits for hours. It has the lock of its task by then.
"""

DEAD_AFTER = timedelta(hours=24)
"""For a record whose bytes may still be moving: nothing shows whether they do."""


def is_dead(
    image: Image,
    *,
    host: str,
    lives: Callable[[Run], bool],
    now: datetime,
    of: str | None = None,
) -> bool:
    """Whether the run that owns *image* is gone, so that its record may go too.

    Or the run that *of* tells, if another than that works on it. On this machine
    (*host*) the process table decides, at once, by *lives*. Elsewhere only age does: of
    ``updated_at`` against *now*, the cloud's clock.
    """
    run = Run.parse((image.run if of is None else of) or "")
    if run is not None and host and run.host == host:
        return not lives(run)
    if image.updated_at is None:
        return False
    is_empty = image.status == "queued" and not is_in_a_task(image)
    limit = DEAD_QUEUED_AFTER if is_empty else DEAD_AFTER
    return now - image.updated_at > limit
