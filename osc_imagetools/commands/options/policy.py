# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a family's owner wants for it."""

from __future__ import annotations

import argparse
from typing import Any

from osc_imagetools.commands.options import builds, groups, types
from osc_imagetools.i18n import _

_OPTIONS: dict[str, tuple[str, str]] = {
    "keep": (
        "<number>",
        _(
            "Record how many previous versions to keep, 1 or more: 'image lifecycle "
            "enforce' deletes the others once nothing uses them"
        ),
    ),
    "delete-after": (
        "<duration>",
        _(
            "Record how long after its replacement a version may be deleted: 90d, 1y: "
            "'image lifecycle enforce' does that once nothing uses it"
        ),
    ),
    "unused-for": (
        "<duration>",
        _(
            "Record for how long no server may have been started from a version that "
            "is deleted: 1y, 3 years"
        ),
    ),
    "end-at": (
        "<date>",
        _("Record when the family ends and is no longer rotated (ISO 8601, UTC)"),
    ),
    "replace-frequency": (
        "<frequency>",
        _(
            "Record how often the family gets a new version, in the words of scs-0102: "
            "yearly, quarterly, monthly, weekly, daily, critical_bug or never"
        ),
    ),
    "provided-until": (
        "<date>",
        _(
            "Record how long the family is offered, in the words of scs-0102: "
            "YYYY-MM-DD, notice or none"
        ),
    ),
    "uuid-validity": (
        "<validity>",
        _(
            "Record how long the IDs of the versions stay valid, in the words of "
            "scs-0102: YYYY-MM-DD, last-3, notice, forever or none"
        ),
    ),
}


def add_values(parser: argparse.ArgumentParser) -> None:
    """``--keep <number>`` and so on."""
    group = groups.group(parser, groups.POLICY)
    for name, (metavar, meaning) in _OPTIONS.items():
        group.add_argument(
            f"--{name}", metavar=metavar, type=_TYPES[name], help=meaning
        )


def add_names(parser: argparse.ArgumentParser) -> None:
    """``--keep`` and so on: which of them to take away."""
    group = groups.group(parser, groups.POLICY)
    for name in _OPTIONS:
        group.add_argument(
            f"--{name}",
            action="store_true",
            help=_("Remove what was recorded with --%s") % name,
        )
    group.add_argument(
        "--by-tag",
        action="store_true",
        help=_("Stop keeping the tag of the family on its current version only"),
    )
    group.add_argument(
        "--source",
        action="store_true",
        help=_("Forget where 'image rotate' finds the newest build of the family"),
    )


def values(parsed_args: argparse.Namespace) -> dict[str, str]:
    """What was said, as it is stored, by the name of the property."""
    from osc_imagetools.lifecycle.model import properties

    said = {name: _said(parsed_args, name) for name in _OPTIONS}
    names = _properties()
    told = {names[name]: text for name, text in said.items() if text}
    if source := builds.build_source(parsed_args):
        told[properties.FAMILY_SOURCE] = source.public
    return told


def names(parsed_args: argparse.Namespace) -> list[str]:
    """The properties that are to be taken away."""
    from osc_imagetools.lifecycle.model import properties

    named = {
        **_properties(),
        "by-tag": properties.FAMILY_TAG,
        "source": properties.FAMILY_SOURCE,
    }
    return [name for option, name in named.items() if _said(parsed_args, option)]


def _said(parsed_args: argparse.Namespace, option: str) -> Any:
    return getattr(parsed_args, option.replace("-", "_"))


def _properties() -> dict[str, str]:
    from osc_imagetools.lifecycle.model import properties

    return {
        "keep": properties.KEEP,
        "delete-after": properties.DELETE_AFTER,
        "unused-for": properties.UNUSED_FOR,
        "end-at": properties.END_AT,
        "replace-frequency": properties.REPLACE_FREQUENCY,
        "provided-until": properties.PROVIDED_UNTIL,
        "uuid-validity": properties.UUID_VALIDITY,
    }


_TYPES = {
    "keep": types.kept,
    "delete-after": types.written_duration,
    "unused-for": types.written_duration,
    "end-at": types.written_moment,
    "replace-frequency": types.standard_value("replace_frequency"),
    "provided-until": types.standard_value("provided_until"),
    "uuid-validity": types.standard_value("uuid_validity"),
}
