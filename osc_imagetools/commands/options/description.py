# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a new version is, beside its bytes."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import groups, property_names, types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.rotation.new_version import Description

STANDARDS = ("scs-0102", "scs-0102-v2")


def add(
    parser: argparse.ArgumentParser,
    *,
    inherits: str | None = None,
    default: str = _("default"),
) -> None:
    """Version, date, what a server needs, properties, tags, and who sees it.

    *inherits* tells what becomes of that which no option says; *default* is said of
    what a version is then.
    """
    group = groups.group(parser, groups.NEW_VERSION, inherits)
    add_label(group, _("the date that the source gives, or today"))
    _add_needs(group)
    _add_properties(group)
    add_visibility(group, default)
    _add_protection(group, default)


def description(parsed_args: argparse.Namespace) -> Description:
    """What was said."""
    from osc_imagetools.lifecycle.rotation.new_version import Description

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


def add_label(group: groups.Group, default_day: str) -> None:
    """Add what names a version; *default_day* says when it was built if nobody does."""
    group.add_argument(
        "--image-version",
        metavar="<version>",
        type=types.image_name,
        help=_("Label the version with this text (default: its build date, YYYYMMDD)"),
    )
    group.add_argument(
        "--build-date",
        metavar="<date>",
        type=types.day,
        help=_("Set the day on which the version was built, YYYY-MM-DD (default: %s)")
        % default_day,
    )


def _add_needs(group: groups.Group) -> None:
    group.add_argument(
        "--min-disk",
        metavar="<disk-gb>",
        type=types.count,
        default=0,
        help=_(
            "Set the smallest disk that a server needs, in GiB; never less than the "
            "disk in the image needs"
        ),
    )
    group.add_argument(
        "--min-ram",
        metavar="<ram-mb>",
        type=types.count,
        default=0,
        help=_("Set the smallest memory that a server needs, in MiB"),
    )


def _add_properties(group: groups.Group) -> None:
    group.add_argument(
        "--standard",
        metavar="<standard>",
        choices=STANDARDS,
        help=_("Abort if the image lacks a property that this standard requires: %s")
        % _(" or ").join(STANDARDS),
    )
    group.add_argument(
        "--property",
        metavar="<key=value>",
        dest="properties",
        type=types.property_pair,
        action=property_names.Pairs,
        default=[],
        help=_("Set a property of the image (repeat for several)"),
    )
    group.add_argument(
        "--tag",
        metavar="<tag>",
        dest="tags",
        type=types.tag,
        action="append",
        default=[],
        help=_("Add a tag to the image (repeat for several)"),
    )


def add_visibility(group: groups.Group, default: str) -> None:
    """``--public|--private|--community|--shared``, as the stock client has them."""
    exclusive = group.add_mutually_exclusive_group()
    for visibility, meaning in _VISIBILITIES.items():
        exclusive.add_argument(
            f"--{visibility}",
            dest="visibility",
            action="store_const",
            const=visibility,
            default=None,
            help=meaning.format(default=default),
        )


def _add_protection(group: groups.Group, default: str) -> None:
    protection = group.add_mutually_exclusive_group()
    protection.add_argument(
        "--protected",
        action="store_true",
        default=None,
        help=_("Protect the image from deletion, once it is verified"),
    )
    protection.add_argument(
        "--unprotected",
        dest="protected",
        action="store_false",
        default=None,
        help=_("Allow the image to be deleted ({default})").format(default=default),
    )
    group.add_argument(
        "--hidden",
        dest="stays_hidden",
        action="store_true",
        help=_(
            "Leave the verified image hidden and staged, under a name of its own, "
            "instead of publishing it"
        ),
    )


_VISIBILITIES = {
    "public": _("Make the image visible to everybody"),
    "private": _("Make the image visible to its project only"),
    "community": _("Make the image usable by everybody who knows its ID"),
    "shared": _("Make the image visible to its project and its members ({default})"),
}
