# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Why the bytes of a source can be trusted."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.source.trust import Trust


def add(parser: argparse.ArgumentParser) -> None:
    """``--checksum``, ``--checksum-url``, ``--allow-unverified``."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--checksum",
        metavar="<algorithm>:<hex>",
        type=types.checksum,
        help=_("The published digest, of the file as served or of what is in it"),
    )
    group.add_argument(
        "--checksum-url",
        metavar="<url>",
        type=types.url,
        help=_("A published list of digests that names the file"),
    )
    parser.add_argument(
        "--allow-unverified",
        action="store_true",
        help=_("Import although nothing proves that the bytes are the vendor's"),
    )


def trust(parsed_args: argparse.Namespace) -> Trust:
    """What was said."""
    from osc_imagetools.source.trust import Trust

    return Trust(
        checksum=parsed_args.checksum,
        checksum_url=parsed_args.checksum_url,
        allow_unverified=parsed_args.allow_unverified,
    )
