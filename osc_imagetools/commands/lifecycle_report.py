# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image lifecycle report``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import groups, project, services
from osc_imagetools.commands.output.base import Writer
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.report import Report


class LifecycleReport(Writer):
    _description = _(
        "Write a page to look at: which version of each family was current when, what "
        "is due next, and what 'image lifecycle check' finds. Nothing is changed."
    )

    examples = (
        (
            _("Write the page"),
            "openstack image lifecycle report -o images.html",
        ),
        (
            _("Write it with the use of each version"),
            "openstack image lifecycle report --usage -o images.html",
        ),
        (
            _("Print what it says as JSON"),
            "openstack image lifecycle report --form json",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        group = groups.group(parser, groups.CHECKS)
        group.add_argument(
            "--usage",
            action="store_true",
            help=_("Also ask Nova, Cinder and the others who uses each version"),
        )
        project.add(parser)
        group = groups.group(parser, groups.OUTPUT)
        group.add_argument(
            "-o",
            "--output",
            metavar="<file>",
            default="-",
            help=_(
                "Write this file, over an earlier one too (default: -, standard output)"
            ),
        )
        group.add_argument(
            "--form",
            metavar="<form>",
            choices=("html", "json"),
            default="html",
            help=_("Write html (one page, without scripts) or json (default: html)"),
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        from osc_imagetools.operations.check import Order
        from osc_imagetools.operations.report import report

        clients = self.app.client_manager
        order = Order(project.project(parsed_args, clients))
        asked = services.asked_as_usual(clients) if parsed_args.usage else None
        told = report(cloud.images(self.app), order, asked)
        self._write(parsed_args.output, _text(told, parsed_args.form))

    def _write(self, path: str, text: str) -> None:
        from osc_imagetools.commands.output.formats import encodable
        from osc_imagetools.commands.output.saved import save

        if path != "-":
            save(Path(path), text)
            return
        with self.standard_output() as stdout:
            stdout.write(encodable(text, stdout))


def _text(told: Report, form: str) -> str:
    if form == "json":
        import json

        return json.dumps(told.as_row(), indent=2) + "\n"
    from osc_imagetools.reports.page import page

    return page(told)
