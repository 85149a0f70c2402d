# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What to use instead of an image."""

from __future__ import annotations

import argparse

from osc_imagetools.commands.options import types
from osc_imagetools.i18n import _


def add(parser: argparse.ArgumentParser) -> None:
    """``--replacement <image>|family:<name>``."""
    parser.add_argument(
        "--replacement",
        metavar="<image>|family:<name>",
        type=types.image,
        help=_(
            "What to use instead; a family means its current version, whenever asked"
        ),
    )
