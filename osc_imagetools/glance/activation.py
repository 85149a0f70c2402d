# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether the bytes of an image may be used: taken away, given back, read back."""

from __future__ import annotations

import logging

from osc_imagetools.glance.api import GlanceError, refusal
from osc_imagetools.glance.images import (
    CHANGE_LOST_SECONDS,
    RETRY_SECONDS,
    Images,
    not_seen,
)
from osc_imagetools.glance.journal import JOURNAL
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.image import Image

LOG = logging.getLogger(__name__)

_ACTIONS = {"deactivated": "deactivate", "active": "reactivate"}
"""By the status that comes of it."""

_ASKED = {
    "deactivate": _("Asked Glance to deactivate image %s."),
    "reactivate": _("Asked Glance to reactivate image %s."),
}
_REFUSED = {
    "deactivate": _("Glance did not deactivate image %s"),
    "reactivate": _("Glance did not reactivate image %s"),
}


def activation(images: Images, image: Image, status: str) -> Image:
    """*image*, read back with *status*: ``deactivated`` or ``active``.

    A PATCH at the same moment saves the status that it had read: what counts is what
    was read back. Raises `GlanceError` when it is refused, or not seen after 60 s.
    """
    deadline = images.machine.monotonic() + CHANGE_LOST_SECONDS
    delays = iter(RETRY_SECONDS)
    failure: GlanceError | None = None
    while image.status != status:
        try:
            _act(images, image, _ACTIONS[status])
            image = images.get(image.id) or _deleted(image)
        except GlanceError as error:
            if error.is_final:
                raise
            failure = error
        if image.status == status:
            break
        if images.machine.monotonic() > deadline:
            what = _("Image %(id)s did not become %(status)s in %(seconds)d seconds")
            told = {"id": image.id, "status": status, "seconds": CHANGE_LOST_SECONDS}
            raise not_seen(what % told, failure)
        images.machine.sleep(next(delays, RETRY_SECONDS[-1]))
    return image


def _act(images: Images, image: Image, action: str) -> None:
    JOURNAL.asked(image.id)
    answer = images.api.post(f"/images/{image.id}/actions/{action}")
    if answer.status_code < 500:
        JOURNAL.answered(image.id, is_done=answer.status_code == 204)
    if answer.status_code == 204:
        LOG.info(_ASKED[action], image.id)
        return
    raise refusal(_REFUSED[action] % image.id, answer)


def _deleted(image: Image) -> Image:
    raise GlanceError(
        _("Image %s was deleted while it was changed") % image.id, status=404
    )
