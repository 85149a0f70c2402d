# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image deprecate`` and ``openstack image reinstate``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import (
    common,
    groups,
    project,
    replacement,
    schedule,
    selectors,
    services,
    types,
)
from osc_imagetools.commands.output import outcomes
from osc_imagetools.commands.output.base import Lister
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.deprecation.request import DeprecateRequest


class Deprecate(Lister):
    _description = _(
        "Tell users that images are on their way out: hide the images, give the "
        "reason, name their replacement, and record when they stop booting and may be "
        "deleted. The IDs of deprecated images still boot; nothing is deleted."
    )

    headings = outcomes.OF_DATES
    short = outcomes.SHORT_OF_DATES

    examples = (
        (
            _("Retire an image, and name the family that replaces it"),
            "openstack image deprecate ubuntu-22.04 \\\n"
            "--replacement family:ubuntu-24.04 --reason 'End of standard support'",
        ),
        (
            _("Record when the image stops booting, and when it may be deleted"),
            "openstack image deprecate ubuntu-22.04 --replacement ubuntu-24.04 \\\n"
            "--obsolete-in '6 months' --delete-in 1y",
        ),
        (
            _("See which old versions of a family would be deprecated"),
            "openstack image deprecate --family ubuntu-24.04 --older-than 90d "
            "--dry-run",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "images",
            metavar="<image>",
            nargs="*",
            type=types.image,
            help=_(
                "Images to deprecate, by name or ID, unless they are selected below"
            ),
        )
        selectors.add(parser)
        _add_deprecation(parser)
        schedule.add(parser)
        common.add_dry_run(parser)
        common.add_yes(
            parser,
            _(
                "Confirm changes that users notice: --state obsolete of an image that "
                "is used, or may be, or leaving no visible image of a name"
            ),
        )
        project.add(parser)
        common.add_long(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        if fault := selectors.fault(parsed_args):
            self._parser.error(fault)
        from osc_imagetools.operations.editing import Wanted, deprecate

        done = deprecate(
            cloud.session(self.app, parsed_args),
            Wanted(tuple(parsed_args.images), selectors.selectors(parsed_args)),
            _request(parsed_args),
            services.needs(self.app.client_manager),
        )
        return self.told(parsed_args, done, outcomes.row_of_dates)


class Reinstate(Lister):
    _description = _(
        "Undo the deprecation of images: restore everything that 'image deprecate' "
        "changed, and nothing else."
    )

    headings = outcomes.OF_DATES
    short = outcomes.SHORT_OF_DATES

    examples = (
        (
            _("See what would be undone, and change nothing"),
            "openstack image reinstate ubuntu-22.04 --dry-run",
        ),
        (
            _("Undo the deprecation of an image"),
            "openstack image reinstate ubuntu-22.04",
        ),
        (
            _("Undo the deprecation of two images, for a script"),
            "openstack image reinstate ubuntu-22.04 debian-12 -f json",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "images",
            metavar="<image>",
            nargs="+",
            type=types.image,
            help=_("Images to reinstate (name or ID)"),
        )
        common.add_dry_run(parser)
        project.add(parser)
        common.add_long(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations.editing import reinstate

        session = cloud.session(self.app, parsed_args)
        done = reinstate(session, parsed_args.images)
        return self.told(parsed_args, done, outcomes.row_of_dates)


def _add_deprecation(parser: argparse.ArgumentParser) -> None:
    group = groups.group(parser, groups.DEPRECATION)
    group.add_argument(
        "--state",
        choices=["deprecated", "obsolete"],
        default="deprecated",
        help=_(
            "Set the state of the images. deprecated: no longer offered; obsolete: no "
            "longer bootable either, which needs --yes unless nothing uses them "
            "(default: deprecated)"
        ),
    )
    replacement.add(parser, groups.DEPRECATION)
    group.add_argument(
        "--reason",
        metavar="<text>",
        type=types.line,
        help=_("Tell users why, in one line"),
    )
    _add_hiding(group)
    visibility = group.add_mutually_exclusive_group()
    for name, what in (
        ("community", _("Make the images usable by everybody who knows their IDs")),
        ("private", _("Make the images visible to their project only")),
    ):
        visibility.add_argument(
            f"--{name}",
            action="store_const",
            const=name,
            dest="visibility",
            help=what,
        )


def _add_hiding(group: groups.Group) -> None:
    hiding = group.add_mutually_exclusive_group()
    hiding.add_argument(
        "--hidden",
        action="store_const",
        const=True,
        help=_("Hide the images from lists (default)"),
    )
    hiding.add_argument(
        "--unhidden",
        action="store_const",
        const=False,
        dest="hidden",
        help=_("Leave the images in lists"),
    )


def _request(parsed_args: argparse.Namespace) -> DeprecateRequest:
    from osc_imagetools.lifecycle.deprecation.request import DeprecateRequest
    from osc_imagetools.lifecycle.model.state import State

    return DeprecateRequest(
        state=State(parsed_args.state),
        replacement=parsed_args.replacement,
        reason=parsed_args.reason,
        dates=schedule.dates(parsed_args),
        hidden=parsed_args.hidden,
        visibility=parsed_args.visibility,
        is_confirmed=parsed_args.yes,
    )
