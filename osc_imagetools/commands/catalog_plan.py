# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image catalog plan``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from typing import Any

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import catalogue, common, groups, project
from osc_imagetools.commands.output import catalogue as rows
from osc_imagetools.commands.output.base import Lister
from osc_imagetools.i18n import _

PENDING = 2
"""The exit status where something is to be done, if that is asked for."""


class CatalogPlan(Lister):
    _description = _(
        "Show what 'image catalog apply' would do: for each family of a catalogue "
        "whether it is imported, rotated, updated or left as it is, and why. Nothing "
        "is changed."
    )

    headings = rows.PLANNED
    short = rows.PLANNED_SHORT

    examples = (
        (
            _("Show what a folder of definitions comes to"),
            "openstack image catalog plan catalogue/",
        ),
        (
            _("Keep the plan, to apply exactly that"),
            "openstack image catalog plan -f json images.yml > plan.json",
        ),
        (
            _("Tell a script whether something is to be done: exit status 2"),
            "openstack image catalog plan --detailed-exitcode images.yml",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        catalogue.add(parser)
        catalogue.add_safety(parser)
        project.add(parser)
        groups.group(parser, groups.OUTPUT).add_argument(
            "--detailed-exitcode",
            action="store_true",
            help=_(
                "Exit with status 2 if something is to be done, and with 1 if a family "
                "is refused (default: 0 in the first case)"
            ),
        )
        common.add_long(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations.inventory import managed_ahead

        session = cloud.reading(self.app, parsed_args)
        # To load what follows, and to read the files, takes as long as Glance does.
        managed = managed_ahead(session)
        from osc_imagetools.catalog import FamilyAction, planned

        order = catalogue.order(parsed_args)
        items = planned(session, order, managed)
        if any(item.action is FamilyAction.REFUSED for item in items):
            self.status = 1
        elif parsed_args.detailed_exitcode and any(item.is_pending for item in items):
            self.status = PENDING
        return rows.PLANNED, [rows.planned(item) for item in items]
