# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The members of a shared family."""

from __future__ import annotations

import argparse

from osc_imagetools.i18n import _


def add(parser: argparse.ArgumentParser) -> None:
    """``--copy-members|--no-copy-members`` and `add_pending`."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--copy-members",
        dest="copy_members",
        action="store_true",
        default=True,
        help=_("The members of the current version become the new one's (default)"),
    )
    group.add_argument(
        "--no-copy-members",
        dest="copy_members",
        action="store_false",
        help=_("The new version begins without members"),
    )
    add_pending(parser)


def add_pending(parser: argparse.ArgumentParser) -> None:
    """``--allow-pending-members``."""
    parser.add_argument(
        "--allow-pending-members",
        action="store_true",
        help=_(
            "Go on although members have accepted the old version, and nobody here may "
            "accept the new one for them: until they have done so themselves, they "
            "find nothing by that name"
        ),
    )
