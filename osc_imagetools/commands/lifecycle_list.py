# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image lifecycle list``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud, lifecycle_rows
from osc_imagetools.commands.options import scope, types
from osc_imagetools.commands.rows import Lister
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.glance.images import Images
    from osc_imagetools.lifecycle.survey import Choice, Scope


class LifecycleList(Lister):
    _description = _(
        "List the versions of all families of images, or the images that are in none"
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--long",
            action="store_true",
            help=_("List additional fields"),
        )
        _add_choice(parser)
        _add_unmanaged(parser)
        scope.add(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations import survey

        covered = scope.scope(parsed_args, self.app.client_manager)
        images = cloud.images(self.app)
        if not (parsed_args.unmanaged or parsed_args.match):
            return _managed(parsed_args, images, covered)
        _refuse_with_unmanaged(parsed_args)
        found = survey.everything(images, covered)
        if parsed_args.match:
            from osc_imagetools.lifecycle.proposal import proposals

            proposed = proposals(found.unmanaged, parsed_args.match, covered.own)
            return lifecycle_rows.proposals(proposed)
        return lifecycle_rows.unmanaged(found, long=parsed_args.long)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    from osc_imagetools.lifecycle.state import State

    parser.add_argument(
        "--family",
        metavar="<family>",
        help=_("Only the versions of this family"),
    )
    parser.add_argument(
        "--state",
        metavar="<state>",
        dest="states",
        choices=[str(state) for state in State if state is not State.DELETED],
        action="append",
        default=[],
        help=_(
            "Only versions in this state: importing, staged, active, deprecated or "
            "obsolete (repeat for several)"
        ),
    )
    parser.add_argument(
        "--due-in",
        metavar="<duration>",
        type=types.duration,
        help=_(
            "Only versions for which something is due within this time, such as 30d "
            "or 6 months, or has been due before"
        ),
    )
    parser.add_argument(
        "--at",
        metavar="<date>",
        type=types.moment,
        help=_(
            "Only the versions that were current at this time (ISO 8601, UTC if it "
            "names no zone; of a day: its first moment)"
        ),
    )


def _add_unmanaged(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--unmanaged",
        action="store_true",
        help=_("List the images that are in no family, and what they have in common"),
    )
    parser.add_argument(
        "--match",
        metavar="<regex>",
        type=types.name_pattern,
        help=_(
            "Of those that the project owns, list what this matches as a whole, and "
            "propose its groups (?P<family>…) and (?P<version>…) for them"
        ),
    )


def _managed(
    parsed_args: argparse.Namespace, images: Images, covered: Scope
) -> tuple[Sequence[str], Iterable[Any]]:
    from osc_imagetools.operations import survey

    families = survey.families(images, covered, parsed_args.family or "")
    choice = _choice(parsed_args, images)
    chosen = [version for family in families for version in choice.of(family)]
    return lifecycle_rows.versions(chosen, long=parsed_args.long)


def _choice(parsed_args: argparse.Namespace, images: Images) -> Choice:
    from osc_imagetools.lifecycle.state import State
    from osc_imagetools.lifecycle.survey import Choice

    due_in = parsed_args.due_in
    return Choice(
        states=frozenset(map(State, parsed_args.states)),
        due_until=due_in.after(images.now()) if due_in else None,
        current_at=parsed_args.at,
    )


def _refuse_with_unmanaged(parsed_args: argparse.Namespace) -> None:
    from osc_imagetools.errors import OperatorError

    said = {
        "--family": parsed_args.family,
        "--state": parsed_args.states,
        "--due-in": parsed_args.due_in,
        "--at": parsed_args.at,
    }
    for option, value in said.items():
        if value:
            raise OperatorError(
                f"{option} picks versions of families",
                "what --unmanaged and --match list is in none",
            )
