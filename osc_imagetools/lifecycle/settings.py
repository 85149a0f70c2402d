# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Single things that a person says of an image or a family, set and taken away."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from osc_imagetools.lifecycle import properties
from osc_imagetools.lifecycle.change import Change
from osc_imagetools.lifecycle.decision import Decision, moving, refused
from osc_imagetools.lifecycle.image import Image

POLICY = (
    properties.KEEP,
    properties.DELETE_AFTER,
    properties.END_AT,
    properties.REPLACE_FREQUENCY,
    properties.PROVIDED_UNTIL,
    properties.UUID_VALIDITY,
)
"""What is said of a family: it stands on its current version."""

NOT_MANAGED = (
    "it is no version of a family: adopt it with 'openstack image lifecycle set "
    "--family <name>'"
)


def setting(image: Image, values: Mapping[str, str]) -> Decision:
    """*image* with these values of properties."""
    if fault := _fault(image):
        return refused(fault)
    changed = [name for name, text in values.items() if image.text(name) != text]
    return _decision("set", Change(set=dict(values)), changed)


def unsetting(image: Image, names: Collection[str]) -> Decision:
    """*image* without these properties."""
    if fault := _fault(image):
        return refused(fault)
    there = [name for name in names if name in image.fields]
    return _decision("unset", Change(remove=frozenset(names)), there)


def letting_go(image: Image) -> Decision:
    """*image* without anything of ours, else as it is."""
    if fault := moving(image):
        return refused(fault)
    ours = [name for name in image.fields if name.startswith(properties.PREFIX)]
    change = Change(
        remove=frozenset(ours), remove_tags=frozenset({properties.TAG} & image.tags)
    )
    tags = ["tags"] if change.remove_tags else []
    return _decision("unset", change, [*sorted(ours), *tags])


def _fault(image: Image) -> str | None:
    if why := moving(image):
        return why
    return None if image.is_managed else NOT_MANAGED


def _decision(result: str, change: Change, changed: Collection[str]) -> Decision:
    if not changed:
        return Decision("unchanged")
    return Decision(result, change, changes=tuple(changed))
