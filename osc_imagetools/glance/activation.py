# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the bytes of an image may be used: taken away, given back, read back."""

from __future__ import annotations

import time

from osc_imagetools.glance.api import GlanceError, reason, refusal
from osc_imagetools.glance.images import (
    CHANGE_LOST_SECONDS,
    RETRY_SECONDS,
    Images,
    needed_role,
)
from osc_imagetools.lifecycle.image import Image

_ACTIONS = {"deactivated": "deactivate", "active": "reactivate"}
"""By the status that comes of it."""


def activation(images: Images, image: Image, status: str) -> Image:
    """*image*, read back with *status*: ``deactivated`` or ``active``.

    A PATCH at the same moment saves the status that it had read: what counts is what
    was read back. Raises `GlanceError` when it is refused, or not seen after 60 s.
    """
    deadline = time.monotonic() + CHANGE_LOST_SECONDS
    delays = iter(RETRY_SECONDS)
    why = ""
    while image.status != status:
        try:
            _act(images, image, _ACTIONS[status])
            image = images.get(image.id) or _deleted(image)
        except GlanceError as error:
            if error.is_final:
                raise
            why = str(error)
        if image.status == status:
            break
        if time.monotonic() > deadline:
            raise GlanceError(
                f"Image {image.id} did not become {status} in {CHANGE_LOST_SECONDS} "
                "seconds",
                why or "other changes keep undoing it",
                "See who else writes to it, then run the command again.",
            )
        time.sleep(next(delays, RETRY_SECONDS[-1]))
    return image


def _act(images: Images, image: Image, action: str) -> None:
    answer = images.api.post(f"/images/{image.id}/actions/{action}")
    if answer.status_code == 204:
        return
    what = f"Glance did not {action} image {image.id}"
    if answer.status_code == 403:
        raise refusal(what, answer, needed_role(action))
    raise GlanceError(what, reason(answer), status=answer.status_code)


def _deleted(image: Image) -> Image:
    raise GlanceError(f"Image {image.id} was deleted while it was changed", status=404)
