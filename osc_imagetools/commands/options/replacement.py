# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What to use instead of an image."""

from __future__ import annotations

import argparse

from osc_imagetools.commands.options import groups, types
from osc_imagetools.i18n import _


def add(parser: argparse.ArgumentParser, title: str) -> None:
    """``--replacement <image>|family:<name>``, in the group *title*."""
    groups.group(parser, title).add_argument(
        "--replacement",
        metavar="<image>|family:<name>",
        type=types.image,
        help=_(
            "Name the image to use instead; family:<name> means whichever version of "
            "that family is current at the time"
        ),
    )
