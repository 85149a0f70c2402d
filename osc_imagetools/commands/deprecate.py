# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image deprecate`` and ``openstack image reinstate``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud, deprecation_rows
from osc_imagetools.commands.options import (
    dates,
    dry_run,
    project,
    replacement,
    selectors,
    types,
)
from osc_imagetools.commands.rows import Lister
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.deprecation_request import Request


class Deprecate(Lister):
    _description = _(
        "Tell users that images are on their way out: hide them now or on a day that "
        "lies ahead, say why, and name what replaces them. Their IDs still boot."
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "images",
            metavar="<image>",
            nargs="*",
            type=types.image,
            help=_("Images to deprecate (name or ID)"),
        )
        selectors.add(parser)
        _add_wishes(parser)
        dates.add(parser)
        _add_effects(parser)
        dry_run.add(parser)
        project.add(parser)
        self._parser = parser
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        if fault := selectors.fault(parsed_args):
            self._parser.error(fault)
        from osc_imagetools.operations.deprecate import Wanted, deprecate

        outcomes = deprecate(
            cloud.session(self.app, parsed_args),
            Wanted(tuple(parsed_args.images), selectors.selectors(parsed_args)),
            _request(parsed_args),
        )
        return deprecation_rows.HEADINGS, self.told(outcomes, deprecation_rows.row)


class Reinstate(Lister):
    _description = _(
        "Undo the deprecation of images: all that 'image deprecate' changed on them, "
        "and nothing else."
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
        dry_run.add(parser)
        project.add(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations.reinstate import reinstate

        session = cloud.session(self.app, parsed_args)
        outcomes = reinstate(session, parsed_args.images)
        return deprecation_rows.HEADINGS, self.told(outcomes, deprecation_rows.row)


def _add_wishes(parser: argparse.ArgumentParser) -> None:
    replacement.add(parser)
    parser.add_argument(
        "--reason",
        metavar="<text>",
        type=types.line,
        help=_("Why: one line for people"),
    )
    parser.add_argument(
        "--state",
        choices=["deprecated", "obsolete"],
        default="deprecated",
        help=_(
            "deprecated: no longer offered (default); obsolete: no longer boots either "
            "(needs --yes)"
        ),
    )


def _add_effects(parser: argparse.ArgumentParser) -> None:
    listing = parser.add_mutually_exclusive_group()
    listing.add_argument(
        "--hidden",
        action="store_const",
        const=True,
        help=_("Hide it from lists (default)"),
    )
    listing.add_argument(
        "--unhidden",
        action="store_const",
        const=False,
        dest="hidden",
        help=_("Leave it listed"),
    )
    visibility = parser.add_mutually_exclusive_group()
    for name, what in (
        ("community", _("Make it a community image: whoever has its ID can use it")),
        ("private", _("Make it private to its project")),
    ):
        visibility.add_argument(
            f"--{name}",
            action="store_const",
            const=name,
            dest="visibility",
            help=what,
        )
    parser.add_argument(
        "--yes",
        "--auto-approve",
        action="store_true",
        help=_("Do it although users of the name or of running servers will notice"),
    )


def _request(parsed_args: argparse.Namespace) -> Request:
    from osc_imagetools.lifecycle.deprecation_request import Request
    from osc_imagetools.lifecycle.state import State

    return Request(
        state=State(parsed_args.state),
        replacement=parsed_args.replacement,
        reason=parsed_args.reason,
        dates=dates.dates(parsed_args),
        hidden=parsed_args.hidden,
        visibility=parsed_args.visibility,
        is_confirmed=parsed_args.yes,
    )
