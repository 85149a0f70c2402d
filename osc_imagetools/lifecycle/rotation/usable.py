# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whether a version can be shown still, by what others have done to it meanwhile."""

from __future__ import annotations

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.decision import being_deleted, bytes_moving
from osc_imagetools.lifecycle.model.fences import was_undone
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.rotation.skip import taken_out
from osc_imagetools.lifecycle.rotation.taken_out import (
    is_retired,
    is_taken_out_since,
    was_shown_by_hand,
)


def unusable(found: Image | None, new: Image, known: Image) -> str | None:
    """Why *new*, as it is *found* now and was *known* before, can't become current."""
    if found is None:
        return _("it was deleted in the meantime")
    if found.status != "active":
        return _("its status is %s") % found.status
    if is_retired(found) and not is_retired(new):
        return _("it was made visible and replaced by others in the meantime")
    if was_shown_by_hand(found, known):
        return _("somebody made it visible and hid it again in the meantime")
    return bytes_moving(found)


def withdrawn_meanwhile(before: Image, marked: Image, known: Image) -> str | None:
    """Why what was *marked*, to be shown, must not be: no more of it than *known*."""
    if is_taken_out_since(marked, known) and not was_undone(before, marked):
        return _("it %s in the meantime, and stays so") % taken_out(marked)
    return being_deleted(marked)
