# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The way of the bytes into Glance, and into which of its stores."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import groups, types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.glance.route import Route

METHODS = ("stream", "web-download", "glance-direct")
IMPORT_SECONDS = 3600


def add(
    parser: argparse.ArgumentParser, *, store: str = _("the default store of the cloud")
) -> None:
    """``--method``, ``--store``, ``--all-stores``, ``--allow-failure``, ``--timeout``.

    *store* is what is said of the default of ``--store``.
    """
    group = groups.group(parser, groups.STORAGE)
    add_method(group)
    stores = group.add_mutually_exclusive_group()
    stores.add_argument(
        "--store",
        metavar="<store>",
        dest="stores",
        action="append",
        default=[],
        help=_(
            "Store the image in this store, or repeat the option for several (default: "
            "%s)"
        )
        % store,
    )
    stores.add_argument(
        "--all-stores",
        action="store_true",
        help=_("Store the image in all stores of the cloud"),
    )
    group.add_argument(
        "--allow-failure",
        action="store_true",
        help=_("Publish the image even if it fails to reach some of several stores"),
    )
    add_timeout(group)


def add_method(group: groups.Group) -> None:
    """``--method``."""
    group.add_argument(
        "--method",
        metavar="<method>",
        choices=METHODS,
        default=METHODS[0],
        help=_(
            "Choose the way into Glance. stream: through this machine into the store, "
            "which is the fastest; web-download: Glance fetches the URL; "
            "glance-direct: through this machine into Glance's staging area, and "
            "imported from there (default: %s)"
        )
        % METHODS[0],
    )


def add_timeout(group: groups.Group) -> None:
    """``--timeout``."""
    group.add_argument(
        "--timeout",
        metavar="<seconds>",
        type=types.seconds,
        default=IMPORT_SECONDS,
        help=_(
            "Abort if Glance's part of an import takes longer than this, in seconds "
            "(default: %d)"
        )
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
