# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The error for a version that a swap has shown, and a person has withdrawn since."""

from __future__ import annotations

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.family import Family
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import command, of_family
from osc_imagetools.lifecycle.model.state import derive


def withdrawn(
    project: Project, new: Image, seen: Image | None, family: Family
) -> OperatorError:
    """The error for *new*, offered once, and *seen* now as a person wants it."""
    if seen is None:
        why = _("somebody deleted it after it was published, and it stays so")
        do = _("To publish another version, rotate again.")
    elif seen.status != "active":
        why = _("its status became %s after it was published, and it stays so")
        why %= seen.status
        do = _("To allow its use: %s") % command("set", "--activate", seen.id)
    else:
        if derive(seen).state.is_on_its_way_out:
            why = _("somebody deprecated it after it was published, and it stays so")
        elif seen.hidden:
            why = _("somebody hid it after it was published, and it stays so")
        else:
            why = _("somebody renamed it after it was published, and it stays so")
        back = of_family(project, "rollback", family.name, "--to", seen.id)
        do = _("To publish it again: %s") % back
    current = family.incumbent
    stands = _("No version is current.")
    if current is not None:
        stands = _("Version %s is current.") % current.version
    return OperatorError(
        _("Image %(id)s did not stay the current version of '%(name)s'")
        % {"id": new.id, "name": family.name},
        why,
        " ".join((stands, do)),
    )
