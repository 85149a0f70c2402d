# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The way of the bytes into Glance, and into which of its stores."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.glance.route import Route

METHODS = ("stream", "web-download", "glance-direct")
IMPORT_SECONDS = 3600


def add(parser: argparse.ArgumentParser) -> None:
    """``--method``, ``--store``, ``--all-stores``, ``--timeout``."""
    parser.add_argument(
        "--method",
        metavar="<method>",
        choices=METHODS,
        default=METHODS[0],
        help=_(
            "stream: through this machine into the store, which is the fastest; "
            "web-download: Glance fetches the URL; glance-direct: through this machine "
            "into Glance's staging, and imported from there (default: %s)"
        )
        % METHODS[0],
    )
    stores = parser.add_mutually_exclusive_group()
    stores.add_argument(
        "--store",
        metavar="<store>",
        dest="stores",
        action="append",
        default=[],
        help=_("Store the image there (repeat for several, which are staged once)"),
    )
    stores.add_argument(
        "--all-stores",
        action="store_true",
        help=_("Store the image in all stores of the cloud"),
    )
    parser.add_argument(
        "--allow-failure",
        action="store_true",
        help=_("Offer the image also if some of several stores have not got it"),
    )
    parser.add_argument(
        "--timeout",
        metavar="<seconds>",
        type=types.seconds,
        default=IMPORT_SECONDS,
        help=_("Give up an import of Glance's own after so long (default: %d)")
        % IMPORT_SECONDS,
    )


def route(parsed_args: argparse.Namespace) -> Route:
    """What was said."""
    from osc_imagetools.glance.route import Route

    return Route(
        wanted_method=parsed_args.method,
        stores=tuple(dict.fromkeys(parsed_args.stores)),
        all_stores=parsed_args.all_stores,
        allow_failure=parsed_args.allow_failure,
        timeout_seconds=parsed_args.timeout,
    )
