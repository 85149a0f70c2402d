# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image lifecycle check``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import (
    common,
    description,
    groups,
    project,
    services,
    types,
)
from osc_imagetools.commands.output import findings
from osc_imagetools.commands.output.base import Lister
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.glance.images import Images
    from osc_imagetools.lifecycle.checks import Checkup


LOG = logging.getLogger(__name__)


class LifecycleCheck(Lister):
    _description = _(
        "Find problems with the images of a project and with their families, for "
        "people and for monitoring systems. Nothing is changed."
    )

    auth_required = False
    """A report says what became of the login, too: `run` logs in by itself."""

    _report = ""

    short = findings.SHORT

    examples = (
        (
            _("Check all images of the project"),
            "openstack image lifecycle check",
        ),
        (
            _("Print only the commands that solve the problems of one family"),
            "openstack image lifecycle check debian-13 -f value -c Command",
        ),
        (
            _("Report to a monitoring system, as a plugin of Nagios does"),
            "openstack image lifecycle check --report nagios",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "families",
            metavar="<family>",
            nargs="*",
            type=types.image_name,
            help=_("Families to check (default: all images of the project)"),
        )
        group = groups.group(parser, groups.CHECKS)
        group.add_argument(
            "--standard",
            metavar="<standard>",
            choices=description.STANDARDS,
            help=_("Also check that current versions meet this standard: %s")
            % _(" or ").join(description.STANDARDS),
        )
        group.add_argument(
            "--unmanaged",
            action="store_true",
            help=_(
                "Also check images that belong to no family, for doubtful cases: "
                "several visible images with one name, properties that a snapshot has "
                "inherited"
            ),
        )
        group.add_argument(
            "--usage",
            action="store_true",
            help=_(
                "Also ask Nova, Cinder and the others, and leave out what is due to be "
                "deleted and is still used, or may be"
            ),
        )
        _add_output(parser)
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        """The exit status; of a report for Nagios that could not be made: 3."""
        if parsed_args.families and parsed_args.unmanaged:
            self._parser.error(_("--unmanaged is for images that belong to no family"))
        self.auth_required = True
        try:
            self.app.prepare_to_run_command(self)
            return super().run(parsed_args)
        # Whatever it is: a monitoring system takes any other answer for a finding.
        except Exception as error:
            if parsed_args.report != "nagios":
                raise
            from osc_imagetools.reports import nagios

            with self.standard_output() as stdout:
                stdout.write(nagios.unknown(error))
            return nagios.UNKNOWN

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.lifecycle.checks import Severity
        from osc_imagetools.operations.check import Order, check

        clients = self.app.client_manager
        checked = project.project(parsed_args, clients)
        order = Order(
            checked,
            families=frozenset(parsed_args.families),
            standard=parsed_args.standard,
            unmanaged=parsed_args.unmanaged,
            needs=services.needs(clients) if parsed_args.usage else None,
        )
        images = cloud.images(self.app)
        checkup = check(images, order)
        if parsed_args.report:
            self._write(parsed_args.report, checkup, checked.id, images)
        elif checkup.worst in Severity(parsed_args.fail_on).and_worse:
            self.status = 1
        if _leaves_out_commands(parsed_args) and checkup.has_commands:
            LOG.warning(_("For the commands that do it, add: -f value -c Command"))
        return findings.rows(checkup)

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Iterable[Sequence[Any]],
    ) -> int:
        """Print the report, or else the rows."""
        if not parsed_args.report:
            return int(super().produce_output(parsed_args, column_names, data))
        from osc_imagetools.commands.output.formats import encodable

        with self.standard_output() as stdout:
            stdout.write(encodable(self._report, stdout))
        return 0

    def _write(self, form: str, checkup: Checkup, owner: str, images: Images) -> None:
        from osc_imagetools.reports import nagios, prometheus

        if form == "nagios":
            self.status, self._report = nagios.report(checkup)
        else:
            self._report = prometheus.report(checkup, owner, images.now())


def _add_output(parser: argparse.ArgumentParser) -> None:
    project.add(parser)
    common.add_long(parser)
    group = groups.group(parser, groups.OUTPUT)
    group.add_argument(
        "--report",
        metavar="<form>",
        choices=("nagios", "prometheus"),
        help=_(
            "Print a report instead of rows: nagios (one line, with exit status 0 to "
            "3) or prometheus (for its textfile collector, with exit status 0)"
        ),
    )
    group.add_argument(
        "--fail-on",
        metavar="<severity>",
        choices=("warning", "error"),
        default="error",
        help=_(
            "Exit with status 1 if there is a finding of this severity or above: "
            "warning or error (default: error)"
        ),
    )


def _leaves_out_commands(parsed_args: argparse.Namespace) -> bool:
    """Whether a person is shown a table that has no room for them."""
    is_short = not (parsed_args.long or parsed_args.columns or parsed_args.report)
    return parsed_args.formatter == "table" and is_short
