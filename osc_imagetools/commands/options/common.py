# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What many commands take: ``--dry-run``, ``--yes`` and ``--long``."""

from __future__ import annotations

import argparse

from osc_imagetools.commands.options import groups
from osc_imagetools.i18n import _


def add_dry_run(parser: argparse.ArgumentParser) -> None:
    """``--dry-run``."""
    groups.group(parser, groups.SAFETY).add_argument(
        "--dry-run",
        action="store_true",
        help=_("Show what would be done, and why, and change nothing"),
    )


def add_yes(parser: argparse.ArgumentParser, meaning: str) -> None:
    """``--yes``, with what it confirms."""
    groups.group(parser, groups.SAFETY).add_argument(
        "--yes", "--auto-approve", dest="yes", action="store_true", help=meaning
    )


def add_long(parser: argparse.ArgumentParser) -> None:
    """``--long``."""
    groups.group(parser, groups.OUTPUT).add_argument(
        "--long",
        action="store_true",
        help=_("Show all fields in a table; the other formats always show all"),
    )
