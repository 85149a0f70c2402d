# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which catalogue, and how its families are brought in."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import (
    groups,
    packing,
    route,
    source,
    succession,
    trust,
    types,
)
from osc_imagetools.i18n import _

MANAGER_TAG = "managed_by_osism"
JOBS, MOST_JOBS = 4, 16

if TYPE_CHECKING:
    from osc_imagetools.catalog import CatalogueOrder, Manner


def add(parser: argparse.ArgumentParser) -> None:
    """The files, ``--only``, ``--cloud`` and the like, and how sources are reached."""
    parser.add_argument(
        "paths",
        metavar="<file>",
        nargs="+",
        help=_("File of definitions in YAML, or folder of such files"),
    )
    group = groups.group(parser, groups.CATALOGUE)
    add_only(group)
    group.add_argument(
        "--retire-orphans",
        action="store_true",
        help=_(
            "Deprecate the current version of each family that the catalogue does not "
            "name (default: name it as an orphan)"
        ),
    )
    _add_clouds(group)
    _add_adoption(groups.group(parser, groups.ADOPTION))
    source.add_reaching(groups.group(parser, groups.SOURCE))
    trust.add_unverified(
        groups.group(parser, groups.VERIFICATION),
        _("Import even if nothing proves that the bytes are the vendor's"),
    )
    unpacking = groups.group(parser, groups.UNPACKING)
    packing.add_limits(unpacking)
    packing.add_tmpdir(unpacking)


def _add_clouds(group: groups.Group) -> None:
    group.add_argument(
        "--cloud",
        dest="clouds",
        metavar="<cloud>",
        action="append",
        default=[],
        help=_(
            "Work in this cloud of clouds.yaml instead of the client's own (repeat for "
            "several)"
        ),
    )


def add_canary(parser: argparse.ArgumentParser) -> None:
    """``--canary``."""
    groups.group(parser, groups.SAFETY).add_argument(
        "--canary",
        metavar="<cloud>",
        default="",
        help=_(
            "Begin with this one of the clouds, and leave the others as they are "
            "unless all is done there"
        ),
    )


def refuse_clouds(
    parser: argparse.ArgumentParser, clouds: list[str], canary: str = ""
) -> None:
    """End with wrong usage where a cloud is named twice, or the canary not at all."""
    if len(set(clouds)) < len(clouds):
        parser.error(_("--cloud: each cloud can be named once"))
    if canary and canary not in clouds:
        parser.error(_("--canary: name one of the clouds of --cloud"))


def _add_adoption(group: groups.Group) -> None:
    group.add_argument(
        "--adopt",
        action="store_true",
        help=_(
            "Make versions of the images that openstack-image-manager looks after, "
            "without fetching them anew, and take its tag away"
        ),
    )
    group.add_argument(
        "--manager-tag",
        metavar="<tag>",
        type=types.tag,
        default=MANAGER_TAG,
        help=_("Know the images of openstack-image-manager by this tag (default: %s)")
        % MANAGER_TAG,
    )
    group.add_argument(
        "--keep-tag",
        action="store_true",
        help=_("Leave the tag, so that openstack-image-manager goes on with them"),
    )


def add_storage(parser: argparse.ArgumentParser) -> None:
    """``--method``, ``--timeout``, ``--jobs``."""
    group = groups.group(parser, groups.STORAGE)
    route.add_method(group)
    route.add_timeout(group)
    group.add_argument(
        "--jobs",
        metavar="<number>",
        type=_jobs,
        default=JOBS,
        help=_(
            "Bring in this many families at a time, 1 to %(most)d; those that Glance "
            "fetches by itself count no more meanwhile (default: %(jobs)d)"
        )
        % {"most": MOST_JOBS, "jobs": JOBS},
    )


def _jobs(text: str) -> int:
    number: int = types.count(text)
    if not 1 <= number <= MOST_JOBS:
        raise argparse.ArgumentTypeError(_("from 1 to %d") % MOST_JOBS)
    return number


def add_only(group: groups.Group) -> None:
    """``--only``."""
    group.add_argument(
        "--only",
        metavar="<family>",
        type=types.image_name,
        action="append",
        default=[],
        help=_("Leave out all other families (repeat for several)"),
    )


def add_safety(parser: argparse.ArgumentParser) -> None:
    """``--allow-pending-members``, ``--allow-duplicate``."""
    succession.add_pending_members(parser)
    group = groups.group(parser, groups.SAFETY)
    group.add_argument(
        "--allow-duplicate",
        action="store_true",
        help=_(
            "Start a family even if a visible image of another project has that name"
        ),
    )


def order(parsed_args: argparse.Namespace) -> CatalogueOrder:
    """What is asked for; raises `OperatorError` for files with faults."""
    from osc_imagetools.catalog import CatalogueOrder, read

    asked = CatalogueOrder(
        read(parsed_args.paths),
        _manner(parsed_args),
        tuple(parsed_args.only),
        parsed_args.retire_orphans,
        adopts=parsed_args.adopt,
        manager_tag=parsed_args.manager_tag,
        keeps_tag=parsed_args.keep_tag,
    )
    asked.refuse_unknown()
    return asked


def _manner(parsed_args: argparse.Namespace) -> Manner:
    from osc_imagetools.catalog import Manner
    from osc_imagetools.glance.route import Route
    from osc_imagetools.source.packing import Packing

    return Manner(
        source.access(parsed_args),
        Packing(packing.limits(parsed_args), tmpdir=parsed_args.tmpdir),
        Route(),
        allow_unverified=parsed_args.allow_unverified,
        allow_duplicate=parsed_args.allow_duplicate,
        allow_pending_members=parsed_args.allow_pending_members,
    )
