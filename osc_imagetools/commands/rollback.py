# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image rollback``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from osc_imagetools.commands import cloud, import_rows, rotation_rows
from osc_imagetools.commands.options import dry_run, members, project, types
from osc_imagetools.commands.rows import ShowOne
from osc_imagetools.i18n import _

LOG = logging.getLogger(__name__)


class Rollback(ShowOne):
    _description = _(
        "Make an earlier version current again, and retire the current one. Nothing "
        "is downloaded, at no moment does the name find nothing, and 'image rotate' "
        "does not bring back what was rolled back unless --force is given to it."
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "name",
            metavar="<name>",
            type=types.image_name,
            help=_("The family, which is the name of its current version"),
        )
        parser.add_argument(
            "--to",
            metavar="<version>",
            type=types.image,
            help=_(
                "The version to go back to, by its label or ID, also one that was "
                "rolled back, or is obsolete (default: the newest earlier one that "
                "boots and was not rolled back, so that each run goes one further)"
            ),
        )
        parser.add_argument(
            "--reason",
            metavar="<text>",
            type=types.line,
            help=_(
                "Why the current version is retired, for its users to read (default: "
                "rolled back)"
            ),
        )
        members.add_pending(parser)
        dry_run.add(parser)
        project.add(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations.rollback import Rollback as Wish
        from osc_imagetools.operations.rollback import rollback
        from osc_imagetools.operations.rotation_plan import planned_rollback

        session = cloud.session(self.app, parsed_args)
        wish = Wish(
            parsed_args.name,
            session.owner,
            to=parsed_args.to,
            reason=parsed_args.reason,
            allow_pending_members=parsed_args.allow_pending_members,
        )
        if parsed_args.dry_run:
            return import_rows.planned(planned_rollback(wish, session.images))
        done = rollback(wish, session.images, LOG.warning)
        if not done.is_done:
            self.status = 1
            LOG.warning("%s", done.note)
        return rotation_rows.rotated(done)
