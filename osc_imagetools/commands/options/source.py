# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""How sources are reached."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.source.access import Access

STALL_SECONDS = 60


def add(parser: argparse.ArgumentParser) -> None:
    """``--stall-timeout``."""
    parser.add_argument(
        "--stall-timeout",
        metavar="<seconds>",
        type=types.seconds,
        default=STALL_SECONDS,
        help=_("Give up a source that is silent for so long (default: %d)")
        % STALL_SECONDS,
    )


def access(parsed_args: argparse.Namespace) -> Access:
    """What was said."""
    from osc_imagetools.source.access import Access

    return Access(stall_seconds=parsed_args.stall_timeout)
