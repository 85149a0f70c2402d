# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image catalog apply``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import (
    catalogue,
    common,
    groups,
    project,
    succession,
)
from osc_imagetools.commands.output import catalogue as rows
from osc_imagetools.commands.output.base import Lister
from osc_imagetools.i18n import _


class CatalogApply(Lister):
    _description = _(
        "Bring the families of a catalogue to what it says: import those that the "
        "cloud lacks, rotate those of which it names a newer version, and change in "
        "place what differs. Each family keeps its current version if it fails. "
        "Nothing is deleted."
    )

    headings = rows.APPLIED
    short = rows.APPLIED_SHORT

    examples = (
        (
            _("Keep a folder of definitions current, from cron"),
            "openstack image catalog apply catalogue/",
        ),
        (
            _("Apply exactly the plan that somebody has read"),
            "openstack image catalog apply --plan-file plan.json images.yml",
        ),
        (
            _("Bring in one family of a catalogue"),
            "openstack image catalog apply --only debian-13 images.yml",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        catalogue.add(parser)
        catalogue.add_jobs(parser)
        catalogue.add_safety(parser)
        group = groups.group(parser, groups.SAFETY)
        group.add_argument(
            "--plan-file",
            metavar="<file>",
            help=_(
                "Do nothing unless this, which 'image catalog plan -f json' has "
                "printed, is still what is to be done"
            ),
        )
        succession.add_verify_command(parser)
        project.add(parser)
        common.add_long(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations.inventory import managed_ahead

        session = cloud.writing(self.app, parsed_args)
        # To load what follows, and to read the files, takes as long as Glance does.
        managed = managed_ahead(session)
        from osc_imagetools.catalog import apply, planned, refuse_other_plan
        from osc_imagetools.progress import Bars

        order = catalogue.order(parsed_args)
        items = planned(session, order, managed)
        if parsed_args.plan_file:
            refuse_other_plan(parsed_args.plan_file, items)
        manner = replace(order.manner, verify_command=parsed_args.verify_command)
        order = replace(order, manner=manner, jobs=parsed_args.jobs)
        with Bars(quiet=self.app.options.verbose_level == 0) as bars:
            done = self.completed(apply(session, order, items, bars.bar))
        in_order = sorted(done, key=lambda placed: placed[0])
        shown = [one for _, applied in in_order for one in applied]
        if any(not one.is_done for one in shown):
            self.status = 1
        return rows.APPLIED, [rows.applied(one) for one in shown]
