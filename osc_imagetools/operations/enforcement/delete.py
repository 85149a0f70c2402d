# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One image deleted: marked, asked about once more, and put back if it has to stay.

A DELETE has no condition. So the image gets a mark first, at which whoever makes it
current again turns back; what they had begun before that is seen afterwards. What is
asked then is handed in (`enforce`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

from osc_imagetools.errors import OperatorError
from osc_imagetools.glance.activation import activation
from osc_imagetools.glance.api import GlanceError
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.retention import Item
from osc_imagetools.lifecycle.retention.mark import (
    is_marked,
    is_marked_by,
    marking,
    restoring,
    status_before,
)
from osc_imagetools.operations.enforcement.order import Enforced, Result
from osc_imagetools.operations.runs.reaper import reap
from osc_imagetools.operations.runs.signals import signals_wait
from osc_imagetools.operations.session import Session

LOG = logging.getLogger(__name__)

GONE = _("it was deleted by others")
LATE = _(
    "Glance may still delete it: no command makes it current. A run in an hour or "
    "later deletes it, or restores what it was."
)
CHANGED = _("it was changed since the plan was made")


def delete(session: Session, item: Item, why_kept: Callable[[Image], str]) -> Enforced:
    """What became of the image of *item*, which is deleted only if it still may be.

    *why_kept* tells why it has to stay, as everything is at that moment; empty where
    nothing keeps it. What could not be deleted is as it was before.
    """
    if item.image.is_owned:
        is_gone = reap(session.images, item.image)
        result = Result.DONE if is_gone else Result.SKIPPED
        return Enforced(item, result, "" if is_gone else CHANGED)
    try:
        return _delete(session, item, why_kept)
    except OperatorError as error:
        _put_back(session, item.image)
        return Enforced(item, Result.FAILED, str(error))
    except BaseException:
        with signals_wait(session.images.machine), suppress(OperatorError):
            _put_back(session, item.image)
        raise


def _delete(session: Session, item: Item, why_kept: Callable[[Image], str]) -> Enforced:
    images, run = session.images, session.run
    known = images.get(item.image.id)
    if known is None:
        return Enforced(item, Result.DONE, GONE)
    if _is_another(known, item.image):
        return Enforced(item, Result.SKIPPED, CHANGED)
    with signals_wait(images.machine):
        image = images.change(
            known, marking(known, run), lambda seen: _is_another(seen, known)
        )
    if not is_marked_by(image, run):
        return Enforced(item, Result.SKIPPED, CHANGED)
    if why := why_kept(image):
        _put_back(session, known)
        return Enforced(item, Result.SKIPPED, why)
    found = images.get(image.id)
    if found is None:
        return Enforced(item, Result.DONE, GONE)
    # Others delete it, or a person wants it: who takes the mark away keeps it.
    if not is_marked_by(found, run) or _is_another(found, image):
        _put_back(session, known)
        return Enforced(item, Result.SKIPPED, CHANGED)
    with signals_wait(images.machine):
        # An ordinary owner's DELETE of a deactivated one leaves its data in the store.
        image = activation(images, found, "active")
        try:
            images.delete(image.id)
        except GlanceError as error:
            if not error.may_be_done:
                raise
            return _doubtful(session, item, error)
    if images.get(image.id) is not None:
        _put_back(session, known)
        return Enforced(item, Result.FAILED, _("Glance has confirmed it, and shows it"))
    return Enforced(item, Result.DONE)


def _doubtful(session: Session, item: Item, error: GlanceError) -> Enforced:
    """The row of an image whose DELETE may still arrive, and that keeps its mark."""
    if session.images.get(item.image.id) is None:
        return Enforced(item, Result.DONE)
    return Enforced(item, Result.FAILED, f"{error} {LATE}")


def _is_another(seen: Image, known: Image) -> bool:
    """Whether somebody has made *known* something else since it was read."""
    was, now = (
        (one.hidden, one.generation, one.family, one.is_managed, one.visibility)
        for one in (known, seen)
    )
    return was != now


def _put_back(session: Session, known: Image) -> None:
    """Give *known* back what it had when it was read; tell if that fails."""
    images = session.images
    try:
        found = images.get(known.id)
        if found is None:
            return
        if is_marked_by(found, session.run):
            restore(session, found)
        elif not is_marked(found):
            # Somebody has taken the mark away: that tells of its protection, too.
            images.change(found, Change({"protected": known.protected}))
    except OperatorError as error:
        told = {"id": known.id, "error": error}
        LOG.warning(_("Image %(id)s could not be restored. %(error)s"), told)


def restore(session: Session, image: Image) -> Image:
    """*image* without the mark, protected and deactivated as it was before that."""
    images = session.images
    status = status_before(image)
    if status == "deactivated":
        image = activation(images, image, status)
    return images.change(image, restoring(image))
