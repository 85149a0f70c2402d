# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image rollback``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Sequence
from typing import Any

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import (
    common,
    description,
    groups,
    project,
    succession,
    types,
)
from osc_imagetools.commands.output import rotations, steps
from osc_imagetools.commands.output.base import ShowOne
from osc_imagetools.i18n import _

LOG = logging.getLogger(__name__)


class Rollback(ShowOne):
    _description = _(
        "Make an earlier version current again, and retire the current one. The name "
        "finds an image at every moment, and nothing is downloaded. 'image rotate' "
        "does not bring back what was rolled back, unless you use --force."
    )

    headings = rotations.HEADINGS
    short = rotations.SHORT

    examples = (
        (
            _("See which version would become current, and change nothing"),
            "openstack image rollback ubuntu-24.04 --dry-run",
        ),
        (
            _("Go back to the version before the current one, and tell users why"),
            "openstack image rollback ubuntu-24.04 --reason 'does not boot on aarch64'",
        ),
        (
            _("Go back to this version; a second run of the command changes nothing"),
            "openstack image rollback ubuntu-24.04 --to 20260201",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "name",
            metavar="<name>",
            type=types.image_name,
            help=_("Name of the family, which is the name of its current version"),
        )
        groups.group(parser, groups.EARLIER_VERSION).add_argument(
            "--to",
            metavar="<version>",
            type=types.image,
            help=_(
                "Go back to this version, by label or ID, even if it was rolled back "
                "or is obsolete (default: the newest earlier version that boots and "
                "was not rolled back, so that each run goes back one step further)"
            ),
        )
        description.add_visibility(
            groups.group(parser, groups.EARLIER_VERSION),
            _("default: as the current version"),
        )
        succession.add_reason(parser, _("rolled back"))
        common.add_dry_run(parser)
        succession.add_pending_members(parser)
        _add_permissions(parser)
        project.add(parser)
        common.add_long(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations.rotation import (
            RollbackRequest,
            plan_rollback,
            rollback,
        )

        session = cloud.session(self.app, parsed_args)
        request = RollbackRequest(
            parsed_args.name,
            to=parsed_args.to,
            reason=parsed_args.reason,
            visibility=parsed_args.visibility,
            allow_pending_members=parsed_args.allow_pending_members,
            allow_unsigned=parsed_args.allow_unsigned,
            allow_duplicate=parsed_args.allow_duplicate,
        )
        if parsed_args.dry_run:
            return steps.planned(plan_rollback(session, request))
        done = rollback(session, request)
        if not done.is_done:
            self.status = 1
            LOG.warning("%s", done.note)
        return rotations.rotated(done)


def _add_permissions(parser: argparse.ArgumentParser) -> None:
    group = groups.group(parser, groups.SAFETY)
    group.add_argument(
        "--allow-unsigned",
        action="store_true",
        help=_(
            "Continue although the current version is signed and the earlier one is "
            "not: where Nova verifies signatures, no server can start from it"
        ),
    )
    group.add_argument(
        "--allow-duplicate",
        action="store_true",
        help=_(
            "Give an adopted version the name of the family even if a visible image of "
            "another project has that name"
        ),
    )
