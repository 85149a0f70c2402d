# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The error for a version that a swap has shown, and a person has withdrawn since."""

from __future__ import annotations

from osc_imagetools.errors import OperatorError
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
        how, do = "deleted", "To publish another version, rotate again."
    elif seen.status != "active":
        activate = command("set", "--activate", seen.id)
        how, do = seen.status, f"To allow its use: {activate}"
    else:
        is_told = derive(seen).state.is_on_its_way_out
        how = "deprecated" if is_told else "hidden" if seen.hidden else "renamed"
        back = of_family(project, "rollback", family.name, "--to", seen.id)
        do = f"To publish it again: {back}"
    current = family.incumbent
    stands = f"Version {current.version} is" if current else "No version is"
    return OperatorError(
        f"Image {new.id} did not stay the current version of '{family.name}'",
        f"somebody made it {how} after it was published, and it stays so",
        f"{stands} current. {do}",
    )
