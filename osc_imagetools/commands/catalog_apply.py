# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image catalog apply``."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from osc_imagetools.catalog import CatalogueOrder, CloudApplied
    from osc_imagetools.operations.session import Session


class CatalogApply(Lister):
    _description = _(
        "Bring the families of a catalogue to what it says: import those that the "
        "cloud lacks, rotate those of which it names a newer version, and change in "
        "place what differs. Each family keeps its current version if it fails. "
        "Nothing is deleted."
    )

    headings: Sequence[str] = rows.APPLIED
    short: Sequence[str] = rows.APPLIED_SHORT

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
        catalogue.add_storage(parser)
        catalogue.add_safety(parser)
        catalogue.add_canary(parser)
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

    def run(self, parsed_args: argparse.Namespace) -> int:
        """The exit status; wrong usage if the clouds can't be meant."""
        catalogue.refuse_clouds(self._parser, parsed_args.clouds, parsed_args.canary)
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

        session = cloud.writing(self.app, parsed_args)
        # To load what follows, and to read the files, takes as long as Glance does.
        managed = managed_ahead(session)
        from osc_imagetools.catalog import apply, planned, refuse_other_plan
        from osc_imagetools.progress import Bars

        order = catalogue.order(parsed_args)
        items = planned(session, order, managed)
        if parsed_args.plan_file:
            refuse_other_plan(parsed_args.plan_file, items)
        order = _with_options(order, parsed_args)
        with Bars(quiet=self.app.options.verbose_level == 0) as bars:
            done = self.completed(apply(session, order, items, bars.bar))
        in_order = sorted(done, key=lambda placed: placed[0])
        shown = [one for _, applied in in_order for one in applied]
        if any(not one.is_done for one in shown):
            self.status = 1
        return rows.APPLIED, [rows.applied(one) for one in shown]

    def _in_each(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.catalog import apply_in_each, planned_in, refuse_other_plan
        from osc_imagetools.progress import Bars

        def connected(name: str) -> Session:
            return cloud.writing(cloud.named(self.app, name), parsed_args)

        order = catalogue.order(parsed_args)
        connects = {name: partial(connected, name) for name in parsed_args.clouds}
        plans = planned_in(connects, order)
        if parsed_args.plan_file:
            for plan in plans:
                refuse_other_plan(parsed_args.plan_file, plan.items, plan.cloud)
        order = _with_options(order, parsed_args)
        with Bars(quiet=self.app.options.verbose_level == 0) as bars:
            done = self.completed(
                apply_in_each(plans, order, bars.bar, parsed_args.canary)
            )
        if not all(one.is_done for one in done):
            self.status = 1
        in_order = sorted(done, key=partial(_place, parsed_args))
        return self.headings, [rows.applied_in(one) for one in in_order]


def _place(parsed_args: argparse.Namespace, done: CloudApplied) -> tuple[bool, int]:
    """Where it belongs: the canary first, then as the clouds were named."""
    return done.cloud != parsed_args.canary, parsed_args.clouds.index(done.cloud)


def _with_options(
    order: CatalogueOrder, parsed_args: argparse.Namespace
) -> CatalogueOrder:
    """*order* with what only those ask that bring images in."""
    from osc_imagetools.glance.route import Route
    from osc_imagetools.operations.importing import refuse_limit

    route = Route(parsed_args.method, timeout_seconds=parsed_args.timeout)
    refuse_limit(order.manner.access, route)
    verify_command = parsed_args.verify_command
    manner = replace(order.manner, route=route, verify_command=verify_command)
    return replace(order, manner=manner, jobs=parsed_args.jobs)
