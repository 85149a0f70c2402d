# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a family's owner wants for it."""

from __future__ import annotations

import argparse
from typing import Any

from osc_imagetools.commands.options import types
from osc_imagetools.i18n import _

_OPTIONS: dict[str, tuple[str, str]] = {
    "keep": ("<number>", _("How many previous versions to keep, 1 or more")),
    "delete-after": ("<duration>", _("Delete a version so long after it was replaced")),
    "end-at": ("<date>", _("When the family ends (ISO 8601, UTC)")),
    "replace-frequency": (
        "<frequency>",
        _("How often it is replaced, in the words of scs-0102: monthly, weekly …"),
    ),
    "provided-until": (
        "<date>",
        _("How long it is offered, in the words of scs-0102: YYYY-MM-DD, notice, none"),
    ),
    "uuid-validity": (
        "<validity>",
        _("How long its IDs stay valid, in the words of scs-0102: last-3, forever …"),
    ),
}


def add_values(parser: argparse.ArgumentParser) -> None:
    """``--keep <number>`` and so on."""
    for name, (metavar, meaning) in _OPTIONS.items():
        parser.add_argument(
            f"--{name}", metavar=metavar, type=_TYPES[name], help=meaning
        )


def add_names(parser: argparse.ArgumentParser) -> None:
    """``--keep`` and so on: which of them to take away."""
    for name in _OPTIONS:
        parser.add_argument(
            f"--{name}", action="store_true", help=_("Take the family's %s away") % name
        )
    parser.add_argument(
        "--by-tag",
        action="store_true",
        help=_("Keep the family's tag on its current version alone no longer"),
    )


def values(parsed_args: argparse.Namespace) -> dict[str, str]:
    """What was said, as it is stored, by the name of the property."""
    said = {name: _said(parsed_args, name) for name in _OPTIONS}
    names = _properties()
    return {names[name]: text for name, text in said.items() if text}


def names(parsed_args: argparse.Namespace) -> list[str]:
    """The properties that are to be taken away."""
    from osc_imagetools.lifecycle import properties

    named = {**_properties(), "by-tag": properties.FAMILY_TAG}
    return [name for option, name in named.items() if _said(parsed_args, option)]


def _said(parsed_args: argparse.Namespace, option: str) -> Any:
    return getattr(parsed_args, option.replace("-", "_"))


def _properties() -> dict[str, str]:
    from osc_imagetools.lifecycle import properties

    return {
        "keep": properties.KEEP,
        "delete-after": properties.DELETE_AFTER,
        "end-at": properties.END_AT,
        "replace-frequency": properties.REPLACE_FREQUENCY,
        "provided-until": properties.PROVIDED_UNTIL,
        "uuid-validity": properties.UUID_VALIDITY,
    }


_TYPES = {
    "keep": types.kept,
    "delete-after": types.written_duration,
    "end-at": types.written_moment,
    "replace-frequency": types.standard_value("replace_frequency"),
    "provided-until": types.standard_value("provided_until"),
    "uuid-validity": types.standard_value("uuid_validity"),
}
