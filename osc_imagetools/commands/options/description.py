# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a new version is, beside its bytes."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.description import Description

STANDARDS = ("scs-0102",)


def add(parser: argparse.ArgumentParser, *, default: str = _("default")) -> None:
    """Version, date, what a server needs, properties, tags, and who sees it.

    *default* is said of what a version is when nothing else was said.
    """
    _add_label(parser)
    _add_needs(parser)
    _add_properties(parser)
    _add_visibility(parser, default)
    _add_protection(parser, default)


def description(parsed_args: argparse.Namespace) -> Description:
    """What was said."""
    from osc_imagetools.lifecycle.description import Description

    return Description(
        visibility=parsed_args.visibility,
        properties=dict(parsed_args.properties),
        tags=tuple(parsed_args.tags),
        protected=parsed_args.protected,
        min_disk=parsed_args.min_disk,
        min_ram=parsed_args.min_ram,
        stays_hidden=parsed_args.stays_hidden,
        standard=parsed_args.standard,
        label=parsed_args.image_version,
        build_date=parsed_args.build_date,
    )


def _add_label(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--image-version",
        metavar="<version>",
        type=types.image_name,
        help=_("The version's label (default: the build date as YYYYMMDD)"),
    )
    parser.add_argument(
        "--build-date",
        metavar="<date>",
        type=types.day,
        help=_("When it was built (YYYY-MM-DD; default: the source's date, or today)"),
    )


def _add_needs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--min-disk",
        metavar="<disk-gb>",
        type=types.count,
        default=0,
        help=_("Smallest disk in GiB (default: what the image's own disk needs)"),
    )
    parser.add_argument(
        "--min-ram",
        metavar="<ram-mb>",
        type=types.count,
        default=0,
        help=_("Smallest memory in MiB (default: any)"),
    )


def _add_properties(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--standard",
        metavar="<standard>",
        choices=STANDARDS,
        help=_("Refuse an image that lacks a property that this demands: %s")
        % ", ".join(STANDARDS),
    )
    parser.add_argument(
        "--property",
        metavar="<key=value>",
        dest="properties",
        type=types.property_pair,
        action="append",
        default=[],
        help=_("A property of the image (repeat for several)"),
    )
    parser.add_argument(
        "--tag",
        metavar="<tag>",
        dest="tags",
        type=types.tag,
        action="append",
        default=[],
        help=_("A tag of the image (repeat for several)"),
    )


def _add_visibility(parser: argparse.ArgumentParser, default: str) -> None:
    """``--public|--private|--community|--shared``, as the stock client has them."""
    group = parser.add_mutually_exclusive_group()
    for visibility, meaning in _VISIBILITIES.items():
        group.add_argument(
            f"--{visibility}",
            dest="visibility",
            action="store_const",
            const=visibility,
            default=None,
            help=meaning.format(default=default),
        )


def _add_protection(parser: argparse.ArgumentParser, default: str) -> None:
    protection = parser.add_mutually_exclusive_group()
    protection.add_argument(
        "--protected",
        action="store_true",
        default=None,
        help=_("Keep the image from being deleted, once it is verified"),
    )
    protection.add_argument(
        "--unprotected",
        dest="protected",
        action="store_false",
        default=None,
        help=_("Let the image be deleted ({default})").format(default=default),
    )
    parser.add_argument(
        "--hidden",
        dest="stays_hidden",
        action="store_true",
        help=_("Leave the verified image hidden, under a name of its own (staged)"),
    )


_VISIBILITIES = {
    "public": _("Everybody sees the image"),
    "private": _("Only the project sees the image"),
    "community": _("Everybody may use the image, who knows its ID"),
    "shared": _("The project and its image members see the image ({default})"),
}
