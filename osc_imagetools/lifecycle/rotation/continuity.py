# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a family's users rely on from version to version, and what changes of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.image import Image
from osc_imagetools.lifecycle.rotation.inheritance import carried_properties

KIND = ("architecture", "os_type", "hw_firmware_type")
"""For which machine an image is: servers of the family would not start otherwise."""

_SAME = {"amd64": "x86_64", "x64": "x86_64", "arm64": "aarch64"}
"""Names that people give architectures, and Glance's."""


@dataclass(frozen=True)
class Difference:
    """A property that isn't what it was."""

    name: str
    old: str
    new: str


def differences_in_kind(
    old: Mapping[str, str], new: Mapping[str, str], said: Collection[str]
) -> tuple[Difference, ...]:
    """What *new* is another machine's for, by what is told of both.

    Without the properties of which something was *said*: that is meant.
    """
    both = [name for name in KIND if name in old and name in new and name not in said]
    return tuple(
        Difference(name, old[name], new[name])
        for name in both
        if _normal(old[name]) != _normal(new[name])
    )


def lost_signatures(
    old: Image, new: Collection[str], unset: Collection[str]
) -> tuple[str, ...]:
    """The properties that sign the bytes of *old*, and that *new* ones lack.

    Without those that are *unset* on purpose.
    """
    return tuple(
        sorted(
            name
            for name in old.fields
            if name.startswith("img_signature")
            and name not in new
            and name not in unset
        )
    )


@dataclass(frozen=True)
class Succeeding:
    """The properties of a new version beside those of the one before it."""

    carried: Mapping[str, str]
    changed: tuple[Difference, ...]
    added: Mapping[str, str]
    left: tuple[str, ...]
    """Names that the new one lacks, but for what each build has of its own."""


def compared(old: Image, new: Mapping[str, str]) -> Succeeding:
    """What becomes of the properties of *old*, by those of the *new* version."""
    there = {
        name: text
        for name, text in old.fields.items()
        if isinstance(text, str) and _is_anybodys(name)
    } | {n: t for n, t in carried_properties(old).items() if n in new}
    named = {
        name: text for name, text in new.items() if name not in properties.OF_A_BUILD
    }
    return Succeeding(
        carried={n: t for n, t in named.items() if there.get(n) == t},
        changed=tuple(
            Difference(name, there[name], text)
            for name, text in sorted(named.items())
            if name in there and there[name] != text
        ),
        added={
            name: text
            for name, text in named.items()
            if name not in there and _is_anybodys(name)
        },
        left=tuple(sorted(there.keys() - named.keys())),
    )


def _is_anybodys(name: str) -> bool:
    """Whether it is a property, neither ours nor Glance's own nor of one build."""
    others = (*properties.OF_A_BUILD, *properties.OF_GLANCE)
    is_ours = name.startswith(properties.PREFIX)
    return not is_ours and not any(fnmatchcase(name, each) for each in others)


def _normal(text: str) -> str:
    lowered = text.strip().lower()
    return _SAME.get(lowered, lowered)
