# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image usage list``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import groups, project, selectors, services, types
from osc_imagetools.commands.output import usage as rows
from osc_imagetools.commands.output.base import Lister
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.operations.usage import Selection, UsageReport

LOG = logging.getLogger(__name__)

USED, UNKNOWN = 3, 4
"""Exit statuses of ``--exit-code``."""


class UsageList(Lister):
    _description = _(
        "Show whether images are still used: unused, used, or unknown. Servers, "
        "volumes and their snapshots, cluster templates and bare metal nodes count; "
        "Heat templates that name an image can't be seen. What can't be asked makes "
        "the verdict unknown. Nothing is changed."
    )

    short = rows.SHORT

    examples = (
        (
            _("Ask whether the old versions of a family can be deleted"),
            "openstack image usage list --family debian-13 --state deprecated",
        ),
        (
            _("List the servers and volumes that run on what is on its way out"),
            "openstack image usage list --state deprecated --long -f json",
        ),
        (
            _("Ask about one image on a cloud without Cinder, for a script"),
            "openstack image usage list debian-12 --without block-storage \\\n"
            "-f value -c Verdict",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "images",
            metavar="<image>",
            nargs="*",
            type=types.image,
            help=_("Images to ask about, by name or ID, unless selected below"),
        )
        _add_selection(parser)
        _add_descendants(services.add(parser))
        project.add(parser)
        _add_output(parser)
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        """The exit status: of ``--exit-code``, that of the verdicts."""
        said = parsed_args
        if bool(said.images) == bool(said.family or said.managed or said.states):
            self._parser.error(
                _("name images, or select them with --family, --managed or --state")
            )
        self.headings = rows.USE if said.long else rows.IMAGE
        return super().run(parsed_args)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations.usage import usage

        clients = self.app.client_manager
        report = usage(
            cloud.images(self.app),
            services.asked(parsed_args, clients, each=parsed_args.long),
            _selection(parsed_args, clients),
            with_descendants=parsed_args.descendants,
        )
        for error in report.errors:
            LOG.error("%s", error)
        self.status = _status(report, is_asked=parsed_args.exit_code)
        if parsed_args.long:
            return rows.uses(report.usages)
        return rows.images(report.usages, with_descendants=parsed_args.descendants)


def _add_selection(parser: argparse.ArgumentParser) -> None:
    group = groups.group(parser, groups.SELECTION)
    group.add_argument(
        "--family",
        metavar="<family>",
        type=types.image_name,
        help=_("Select the versions of this family"),
    )
    group.add_argument(
        "--managed",
        action="store_true",
        help=_("Select the versions of all families"),
    )
    selectors.add_states(group)


def _add_descendants(group: groups.Group) -> None:
    group.add_argument(
        "--descendants",
        action="store_true",
        help=_(
            "Count the private images, too, that were made of servers started from the "
            "image: they do not need it, but share its faults"
        ),
    )


def _add_output(parser: argparse.ArgumentParser) -> None:
    group = groups.group(parser, groups.OUTPUT)
    group.add_argument(
        "--long",
        action="store_true",
        help=_(
            "Show a row for each server, volume, snapshot and so on instead of a row "
            "for each image"
        ),
    )
    group.add_argument(
        "--exit-code",
        action="store_true",
        help=_(
            "Exit with status 3 if one of the images is used, else 4 if the use of one "
            "is unknown, else 0"
        ),
    )


def _selection(parsed_args: argparse.Namespace, clients: Any) -> Selection:
    from osc_imagetools.lifecycle.inventory import Choice, Scope
    from osc_imagetools.lifecycle.model.state import State
    from osc_imagetools.operations.usage import Selection

    if parsed_args.project:
        scope = Scope.of(project.project(parsed_args, clients))
    else:
        scope = Scope(own=services.own(clients))
    return Selection(
        scope,
        tuple(parsed_args.images),
        parsed_args.family or "",
        Choice(states=frozenset(map(State, parsed_args.states))),
    )


def _status(report: UsageReport, *, is_asked: bool) -> int:
    from osc_imagetools.lifecycle.usage.verdict import Verdict

    if report.errors:
        return 1
    verdicts = {usage.verdict for usage in report.usages} if is_asked else set()
    if Verdict.USED in verdicts:
        return USED
    return UNKNOWN if Verdict.UNKNOWN in verdicts else 0
