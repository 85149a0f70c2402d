# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The groups of ``--help``: one a subject, in the order in which a person thinks."""

from __future__ import annotations

import argparse
from typing import TypeAlias

from osc_imagetools.i18n import _

CATALOGUE = _("Catalogue")
SELECTION = _("Selection")
SERVICES = _("Services")
CHECKS = _("Checks")
UNMANAGED = _("Images in no family")
ADOPTION = _("Adoption")
SOURCE = _("Source")
VERIFICATION = _("Verification")
UNPACKING = _("Unpacking and conversion")
NEW_VERSION = _("New version")
OLD_VERSION = _("Old version")
EARLIER_VERSION = _("Earlier version")
DEPRECATION = _("Deprecation")
SCHEDULE = _("Schedule")
IMAGES = _("Images")
RETENTION = _("Retention")
POLICY = _("Family policy")
STORAGE = _("Storage")
SAFETY = _("Safety and preview")
PROJECT = _("Project")
OUTPUT = _("Output")

ORDER = (
    *(CATALOGUE, SELECTION, RETENTION, SERVICES, CHECKS, UNMANAGED, ADOPTION),
    *(SOURCE, VERIFICATION, UNPACKING, NEW_VERSION, EARLIER_VERSION, OLD_VERSION),
    *(DEPRECATION, SCHEDULE, IMAGES, POLICY),
    *(STORAGE, SAFETY, PROJECT, OUTPUT),
)
"""Before them stand argparse's own groups, behind them the client's of formats."""

Group: TypeAlias = argparse._ArgumentGroup


def group(
    parser: argparse.ArgumentParser, title: str, description: str | None = None
) -> Group:
    """The group *title* of *parser*, made in its place unless there is one."""
    for each in parser._action_groups:
        if each.title == title:
            return each
    made = parser.add_argument_group(title, description)
    first = (parser._positionals, parser._optionals)
    parser._action_groups.sort(key=lambda each: (each not in first, _rank(each)))
    return made


def _rank(each: Group) -> int:
    return ORDER.index(each.title) if each.title in ORDER else len(ORDER)
