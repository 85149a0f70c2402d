# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Looking before leaping."""

from __future__ import annotations

import argparse

from osc_imagetools.i18n import _


def add(parser: argparse.ArgumentParser) -> None:
    """``--dry-run``."""
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help=_("Change nothing: show what would be done, and why"),
    )
