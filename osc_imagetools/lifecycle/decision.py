# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is to be done with one image on its way out or back, or why nothing is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from osc_imagetools.lifecycle.change import Change
from osc_imagetools.lifecycle.family import name_taken
from osc_imagetools.lifecycle.image import Image
from osc_imagetools.lifecycle.state import WITHOUT_BYTES

_IN_A_TASK = ("os_glance_import_task", "os_glance_importing_to_stores")
"""What Glance notes on an image, also an active one, while a task of it is at work."""


@dataclass(frozen=True)
class Decision:
    """What is to be done with one image, and what to know about it."""

    result: str
    """``deprecated``, ``obsolete``, ``scheduled``, ``reinstated``, ``unchanged`` or
    ``refused``."""
    change: Change = field(default_factory=Change)
    status: str | None = None
    """``deactivated`` or ``active``, if its status has to become that."""
    changes: tuple[str, ...] = ()
    """The names of what changes."""
    note: str = ""


def refused(why: str) -> Decision:
    """Nothing is done, and *why*."""
    return Decision("refused", note=why)


def moving(image: Image) -> str | None:
    """Why nobody may touch *image* now; ``None`` if one may."""
    if why := bytes_moving(image):
        return why
    return "a run is importing it just now" if image.run else None


def bytes_moving(image: Image) -> str | None:
    """Why not even the run that owns *image* may touch it now."""
    if image.status in WITHOUT_BYTES:
        return f"its bytes are not all there yet: its status is {image.status}"
    if any(image.text(name) for name in _IN_A_TASK):
        return (
            "Glance copies it between its stores just now, and would undo a change "
            "when that ends: run this again then"
        )
    return None


def two_visible(image: Image, namesakes: Collection[Image]) -> str | None:
    """Why *image* may not be shown: its owner has a visible one of its name."""
    taken = name_taken(image.name, image.owner, namesakes, except_id=image.id)
    if taken is None or not taken.is_own:
        return None
    return (
        f"image {taken.image.id} bears its name and is visible: there would be two. "
        "To bring this one back in its place, use 'openstack image rollback'"
    )
