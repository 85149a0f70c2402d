# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image lifecycle check``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import check_reports, cloud
from osc_imagetools.commands.options import description, project
from osc_imagetools.commands.rows import Lister
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.glance.images import Images
    from osc_imagetools.operations.check import Checked


class LifecycleCheck(Lister):
    _description = _(
        "Find what is wrong with the images of a project and their families, "
        "for people and for monitoring systems. Nothing is changed."
    )

    auth_required = False
    """A report says what became of the login, too: `run` logs in by itself."""

    _report = ""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--fail-on",
            metavar="<severity>",
            choices=("warning", "error"),
            default="error",
            help=_(
                "Exit with status 1 if there is a finding of this severity or above: "
                "warning or error (default: error)"
            ),
        )
        parser.add_argument(
            "--report",
            metavar="<form>",
            choices=("nagios", "prometheus"),
            help=_(
                "Instead of rows: nagios (one line, status 0 to 3) or prometheus "
                "(for its textfile collector, status 0)"
            ),
        )
        parser.add_argument(
            "--standard",
            metavar="<standard>",
            choices=description.STANDARDS,
            help=_("Also find current versions that do not meet it: %s")
            % ", ".join(description.STANDARDS),
        )
        project.add(parser)
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        """The exit status; of a report for Nagios that could not be made: 3."""
        self.auth_required = True
        try:
            self.app.prepare_to_run_command(self)
            return super().run(parsed_args)
        except Exception as error:
            if parsed_args.report != "nagios":
                raise
            self.app.stdout.write(check_reports.nagios_unknown(error))
            return check_reports.UNKNOWN

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.lifecycle.finding import Severity
        from osc_imagetools.operations.check import check

        owner = project.owner(parsed_args, self.app.client_manager)
        images = cloud.images(self.app)
        checked = check(images, owner, parsed_args.standard)
        if parsed_args.report:
            self._write(parsed_args.report, checked, owner, images)
        elif checked.worst in Severity(parsed_args.fail_on).and_worse:
            self.status = 1
        return check_reports.rows(checked)

    def produce_output(
        self,
        parsed_args: argparse.Namespace,
        column_names: Sequence[str],
        data: Iterable[Sequence[Any]],
    ) -> int:
        """Print the report, or else the rows."""
        if not parsed_args.report:
            return int(super().produce_output(parsed_args, column_names, data))
        self.app.stdout.write(self._report)
        return 0

    def _write(self, form: str, checked: Checked, owner: str, images: Images) -> None:
        if form == "nagios":
            self.status, self._report = check_reports.nagios(checked)
        else:
            self._report = check_reports.prometheus(checked, owner, images.now())
