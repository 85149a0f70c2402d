# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is to be done with one image on its way out or back, or why nothing is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.family import name_taken
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import command, of_family, unsetting
from osc_imagetools.lifecycle.model.state import WITHOUT_BYTES

_IN_A_TASK = (properties.IMPORT_TASK, "os_glance_importing_to_stores")
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
    if why := being_deleted(image):
        keep = unsetting(image, properties.DELETING)
        return _("%(why)s. To keep it: %(keep)s") % {"why": why, "keep": keep}
    is_owned = bool(image.run) and not image.was_offered
    return _("a run is importing it at the moment") if is_owned else None


def being_deleted(image: Image) -> str | None:
    """Why *image* is not to be made current: a run, dead or alive, was deleting it."""
    is_marked = properties.DELETING in image.fields
    return _("'lifecycle enforce' is deleting it") if is_marked else None


def bytes_moving(image: Image) -> str | None:
    """Why not even the run that owns *image* may touch it now."""
    if image.status in WITHOUT_BYTES:
        return _("its data is not complete yet: its status is %s") % image.status
    if is_in_a_task(image):
        return _(
            "Glance is copying it between stores and would undo a change when that "
            "ends: run the command again afterwards"
        )
    return None


def is_in_a_task(image: Image) -> bool:
    """Whether Glance works on *image* by itself."""
    return any(image.text(name) for name in _IN_A_TASK)


def two_visible(
    image: Image, namesakes: Collection[Image], project: Project
) -> str | None:
    """Why *image* may not be shown: its owner has a visible one of its name.

    *project* is the one that we work for.
    """
    taken = name_taken(image.name, image.owner, namesakes, except_id=image.id)
    if taken is None or not taken.is_own:
        return None
    how = _taking_its_place(image, taken.image, project)
    return _(
        "image %(id)s has its name and is visible: there would be two. %(how)s"
    ) % {"id": taken.image.id, "how": how}


def _taking_its_place(image: Image, other: Image, project: Project) -> str:
    """How *image* is shown where *other* has its name.

    A rollback puts one version in the place of another; to it, all else is a stranger.
    """
    is_alike = other.is_managed and other.family == image.family
    if is_alike and image.was_offered and image.generation and other.generation:
        how = of_family(project, "rollback", str(image.family), "--to", image.id)
        return _("To restore this one in its place: %s") % how
    return _("To hide that one first: %s") % command("set", "--hidden", other.id)
