# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image lifecycle report``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import groups, project, services
from osc_imagetools.commands.output.base import ShowOne
from osc_imagetools.commands.output.columns import Size, Text
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.report import Story

HEADINGS = ("file", "families", "versions", "size", "errors", "warnings", "overdue")


class LifecycleReport(ShowOne):
    _description = _(
        "Write a report for people: one page of HTML with a timeline of each family, "
        "what is due next, and what is wrong. Nothing is changed."
    )

    headings = HEADINGS

    examples = (
        (
            _("Write a page each night, for a web server to show"),
            "openstack image lifecycle report --output images.html",
        ),
        (
            _("Ask also who needs each version, and write the same as JSON"),
            "openstack image lifecycle report --usage --output images.json",
        ),
        (
            _("Print only how many problems there are"),
            "openstack image lifecycle report -o images.html -f value -c errors",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        project.add(parser)
        group = groups.group(parser, groups.OUTPUT)
        group.add_argument(
            "--output",
            "-o",
            metavar="<file>",
            help=_(
                "Write the page to this file, which is replaced; if its name ends in "
                ".json, write JSON"
            ),
        )
        group.add_argument(
            "--usage",
            action="store_true",
            help=_("Also ask Nova, Cinder and the others who needs each version"),
        )
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        """The exit status; wrong usage without a file."""
        if not parsed_args.output:
            self._parser.error(_("--output is required: the file to write"))
        return super().run(parsed_args)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Sequence[Any]]:
        from osc_imagetools.lifecycle.checks import Severity
        from osc_imagetools.operations.report import told
        from osc_imagetools.reports.file import replace

        clients = self.app.client_manager
        told_of = project.project(parsed_args, clients)
        needs = services.needs(clients) if parsed_args.usage else None
        story = told(cloud.images(self.app), told_of, needs)
        replace(parsed_args.output, _text(story, parsed_args.output))
        return HEADINGS, (
            Text(parsed_args.output),
            len(story.families),
            story.images,
            Size(story.bytes),
            story.count(Severity.ERROR),
            story.count(Severity.WARNING),
            sum(step.is_overdue for step in story.due),
        )


def _text(story: Story, path: str) -> str:
    if path.endswith(".json"):
        return json.dumps(story.as_data(), indent=2) + "\n"
    from osc_imagetools.reports import html

    return html.page(story)
