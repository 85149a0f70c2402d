# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Single things that a person says of an image or a family, set and taken away."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.change import Change
from osc_imagetools.lifecycle.model.decision import Decision, moving, refused
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.model.project import Project
from osc_imagetools.lifecycle.model.remedy import option, ours


def setting(image: Image, values: Mapping[str, str], project: Project) -> Decision:
    """*image* with these values of properties; *project* is the one we work for."""
    if fault := _fault(image, project):
        return refused(fault)
    changed = [name for name, text in values.items() if image.text(name) != text]
    return _decision("set", Change(set=dict(values)), changed)


def unsetting(image: Image, names: Collection[str], project: Project) -> Decision:
    """*image* without these properties; *project* is the one we work for."""
    if fault := _fault(image, project):
        return refused(fault)
    there = [name for name in names if name in image.fields]
    return _decision("unset", Change(remove=frozenset(names)), there)


def letting_go(image: Image) -> Decision:
    """*image* without anything of ours, else as it is."""
    if fault := moving(image):
        return refused(fault)
    ours = [name for name in image.fields if name.startswith(properties.PREFIX)]
    ours += _added(image)
    change = Change(
        remove=frozenset(ours), remove_tags=frozenset({properties.TAG} & image.tags)
    )
    tags = ["tags"] if change.remove_tags else []
    return _decision("unset", change, [*sorted(ours), *tags])


def _added(image: Image) -> list[str]:
    """The properties of others' that its adoption has added, and nobody changed."""
    try:
        told = json.loads(image.text(properties.ADDED) or "{}")
    except (ValueError, RecursionError):
        return []
    if not (image.is_managed and isinstance(told, dict)):
        return []
    return [
        name
        for name, text in told.items()
        if image.text(name) == text and not name.startswith(properties.PREFIX)
    ]


def _fault(image: Image, project: Project) -> str | None:
    if why := moving(image):
        return why
    return None if image.is_managed else _not_managed(image, project)


def _not_managed(image: Image, project: Project) -> str:
    family = image.name or image.id
    how = ours(project, "lifecycle set", *option("family", family), image.id)
    return _("it is not a version of a family. To make it the first of one: %s") % how


def _decision(result: str, change: Change, changed: Collection[str]) -> Decision:
    if not changed:
        return Decision("unchanged")
    return Decision(result, change, changes=tuple(changed))
