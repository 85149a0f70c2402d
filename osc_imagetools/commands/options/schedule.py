# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""When an image goes from one state to the next."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import groups, types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.model.duration import Duration

_STEPS = {
    "deprecate": (
        _("Schedule the deprecation for this time (ISO 8601, UTC; default: now)"),
        _("Schedule the deprecation for this long from now: 30d, 6 months, 1y"),
    ),
    "obsolete": (
        _("Record when the images become obsolete and no longer boot (ISO 8601, UTC)"),
        _("Record that the images become obsolete this long from now"),
    ),
    "delete": (
        _("Record when the images may be deleted (ISO 8601, UTC)"),
        _("Record that the images may be deleted this long from now"),
    ),
}


def add(parser: argparse.ArgumentParser) -> None:
    """``--deprecate-at|-in``, ``--obsolete-at|-in``, ``--delete-at|-in``."""
    group = groups.group(parser, groups.SCHEDULE)
    for step, (at, in_) in _STEPS.items():
        pair = group.add_mutually_exclusive_group()
        pair.add_argument(f"--{step}-at", metavar="<date>", type=types.moment, help=at)
        pair.add_argument(
            f"--{step}-in", metavar="<duration>", type=types.duration, help=in_
        )


def dates(parsed_args: argparse.Namespace) -> dict[str, datetime | Duration]:
    """What was said, by the name of the property."""
    from osc_imagetools.lifecycle.model import properties

    names = {
        "deprecate": properties.DEPRECATED_AT,
        "obsolete": properties.OBSOLETE_AT,
        "delete": properties.DELETE_AT,
    }
    said = {
        name: getattr(parsed_args, f"{step}_at") or getattr(parsed_args, f"{step}_in")
        for step, name in names.items()
    }
    return {name: date for name, date in said.items() if date is not None}
