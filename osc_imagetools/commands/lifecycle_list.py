# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image lifecycle list``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import common, groups, project, selectors, types
from osc_imagetools.commands.output import versions
from osc_imagetools.commands.output.base import Lister
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.glance.images import Images
    from osc_imagetools.lifecycle.inventory import Choice, Scope


class LifecycleList(Lister):
    _description = _(
        "List the versions of all families of images, or the images that are in no "
        "family."
    )

    examples = (
        (
            _("List the versions of one family, with all fields"),
            "openstack image lifecycle list --family debian-13 --long",
        ),
        (
            _("List what is due within a month, or overdue"),
            "openstack image lifecycle list --due-in 30d",
        ),
        (
            _("Propose families for the images that are in no family, to adopt them"),
            "openstack image lifecycle list -f json \\\n"
            "--match '(?P<family>debian-\\d+)(-(?P<version>\\d{8}))?' > proposed.json",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        _add_choice(parser)
        _add_unmanaged(parser)
        project.add_scope(parser)
        common.add_long(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations import inventory

        covered = project.scope(parsed_args, self.app.client_manager)
        images = cloud.images(self.app)
        if not (parsed_args.unmanaged or parsed_args.match):
            self.short = versions.SHORT
            return _managed(parsed_args, images, covered)
        _refuse_with_unmanaged(parsed_args)
        found = inventory.everything(images, covered)
        if parsed_args.match:
            from osc_imagetools.lifecycle.suggestions import proposals

            proposed = proposals(found.unmanaged, parsed_args.match, covered.own)
            return versions.proposals(proposed)
        self.short = versions.UNMANAGED_SHORT
        return versions.unmanaged(found)


def _add_choice(parser: argparse.ArgumentParser) -> None:
    group = groups.group(parser, groups.SELECTION)
    group.add_argument(
        "--family",
        metavar="<family>",
        help=_("List only the versions of this family"),
    )
    selectors.add_states(group)
    group.add_argument(
        "--due-in",
        metavar="<duration>",
        type=types.duration,
        help=_(
            "List only versions for which something is due within this time, such as "
            "30d or 6 months, or overdue"
        ),
    )
    group.add_argument(
        "--at",
        metavar="<date>",
        type=types.moment,
        help=_(
            "List only the versions that were current at this time (ISO 8601, UTC "
            "unless a zone is named; a day means its first moment)"
        ),
    )


def _add_unmanaged(parser: argparse.ArgumentParser) -> None:
    group = groups.group(parser, groups.UNMANAGED)
    group.add_argument(
        "--unmanaged",
        action="store_true",
        help=_("List the images that are in no family, with what they have in common"),
    )
    group.add_argument(
        "--match",
        metavar="<regex>",
        type=types.name_pattern,
        help=_(
            "Propose families: list the project's images in no family whose whole name "
            "matches this, with the groups (?P<family>…) and (?P<version>…) as family "
            "and version"
        ),
    )


def _managed(
    parsed_args: argparse.Namespace, images: Images, covered: Scope
) -> tuple[Sequence[str], Iterable[Any]]:
    from osc_imagetools.operations import inventory

    families = inventory.families(images, covered, parsed_args.family or "")
    choice = _choice(parsed_args, images)
    chosen = [version for family in families for version in choice.of(family)]
    return versions.versions(chosen)


def _choice(parsed_args: argparse.Namespace, images: Images) -> Choice:
    from osc_imagetools.lifecycle.inventory import Choice
    from osc_imagetools.lifecycle.model.state import State

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
                _("%s picks versions of families") % option,
                _("--unmanaged and --match list images that are in no family"),
            )
