# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image catalog plan``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import catalogue, common, groups, project
from osc_imagetools.commands.output import catalogue as rows
from osc_imagetools.commands.output.base import Lister
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.operations.session import Session

PENDING = 2
"""The exit status where something is to be done, if that is asked for."""


class CatalogPlan(Lister):
    _description = _(
        "Show what 'image catalog apply' would do: for each family of a catalogue "
        "whether it is imported, rotated, updated or left as it is, and why. Nothing "
        "is changed."
    )

    headings: Sequence[str] = rows.PLANNED
    short: Sequence[str] = rows.PLANNED_SHORT

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

    def run(self, parsed_args: argparse.Namespace) -> int:
        """The exit status; wrong usage if the clouds can't be meant."""
        catalogue.refuse_clouds(self._parser, parsed_args.clouds)
        if parsed_args.clouds:
            self.headings = (rows.CLOUD, *self.headings)
            self.short = (rows.CLOUD, *self.short)
        return super().run(parsed_args)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        if parsed_args.clouds:
            return self._in_each(parsed_args)
        from osc_imagetools.operations.inventory import managed_ahead

        session = cloud.reading(self.app, parsed_args)
        # To load what follows, and to read the files, takes as long as Glance does.
        managed = managed_ahead(session)
        from osc_imagetools.catalog import FamilyAction, planned

        order = catalogue.order(parsed_args)
        items = planned(session, order, managed)
        is_refused = any(item.action is FamilyAction.REFUSED for item in items)
        is_pending = any(item.is_pending for item in items)
        self._tell(parsed_args, is_refused, is_pending)
        return rows.PLANNED, [rows.planned(item) for item in items]

    def _in_each(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.catalog import FamilyAction, planned_in

        def connected(name: str) -> Session:
            return cloud.reading(cloud.named(self.app, name), parsed_args)

        order = catalogue.order(parsed_args)
        connects = {name: partial(connected, name) for name in parsed_args.clouds}
        plans = planned_in(connects, order)
        items = [item for plan in plans for item in plan.items]
        is_refused = any(item.action is FamilyAction.REFUSED for item in items)
        is_refused = is_refused or any(plan.fault for plan in plans)
        self._tell(parsed_args, is_refused, any(item.is_pending for item in items))
        return self.headings, [row for plan in plans for row in rows.planned_in(plan)]

    def _tell(
        self, parsed_args: argparse.Namespace, is_refused: bool, is_pending: bool
    ) -> None:
        if is_refused:
            self.status = 1
        elif parsed_args.detailed_exitcode and is_pending:
            self.status = PENDING
