# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image lifecycle enforce``."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import (
    common,
    groups,
    project,
    retention,
    services,
    types,
)
from osc_imagetools.commands.output import enforcement as rows
from osc_imagetools.commands.output.base import Lister
from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.retention import Item
    from osc_imagetools.operations.enforcement import Enforced, EnforceOrder
    from osc_imagetools.operations.session import Session

LOG = logging.getLogger(__name__)


class LifecycleEnforce(Lister):
    _description = _(
        "Carry out what is due for the families of a project: deprecations, "
        "obsolescence and deletions whose date has passed, and versions beyond those "
        "that a family keeps. An image that was offered is deleted only if nothing "
        "uses it, and if its family's policy or its own date says so. What an import "
        "left behind, or staged and nobody offered, is deleted, too."
    )

    headings = rows.HEADINGS
    short = rows.SHORT
    planned_headings = rows.HEADINGS

    examples = (
        (
            _("See what is due, with a reason for each version, and change nothing"),
            "openstack image lifecycle enforce --dry-run",
        ),
        (
            _("Carry out what is due for one family, without a question (from cron)"),
            "openstack image lifecycle enforce debian-13 --yes",
        ),
        (
            _("Mail the projects whose images go within a month"),
            "openstack image lifecycle enforce --due-in 30d \\\n"
            "--notify-command /usr/local/bin/mail-project",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "families",
            metavar="<family>",
            nargs="*",
            type=types.image_name,
            help=_("Families to work on (default: all families of the project)"),
        )
        retention.add(parser)
        services.add(parser)
        _add_preview(parser)
        project.add(parser)
        _add_long(parser)
        return parser

    def run(self, parsed_args: argparse.Namespace) -> int:
        """The exit status: 1 if anything that is due was not done."""
        said = parsed_args
        said.is_preview = bool(said.dry_run or said.due_in)
        if said.notify_command and not said.is_preview:
            self._parser.error(_("--notify-command requires --due-in or --dry-run"))
        if said.yes and said.is_preview:
            self._parser.error(_("--dry-run and --due-in change nothing: omit --yes"))
        if "compute" in said.without and not said.is_preview:
            self._parser.error(
                _(
                    "--without compute requires --dry-run: nothing else tells which "
                    "images are used"
                )
            )
        said.dry_run = said.is_preview
        return super().run(said)

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations.enforcement import enforce, plan_enforcement

        session = cloud.session(self.app, parsed_args)
        order = self._order(parsed_args)
        items = plan_enforcement(session, order)
        is_confirmed = parsed_args.is_preview or self._is_confirmed(
            parsed_args, session, items
        )
        if not is_confirmed:
            self.status = 1
            return self._rows(map(_planned, items), is_whole=True)
        if parsed_args.notify_command:
            from osc_imagetools.operations.enforcement import notify

            try:
                notify(parsed_args.notify_command, items)
            except OperatorError as error:
                LOG.error("%s", error)
                self.status = 1
        return self._carried_out(parsed_args, enforce(session, order, items))

    def _order(self, parsed_args: argparse.Namespace) -> EnforceOrder:
        from osc_imagetools.operations.enforcement import EnforceOrder

        clients, said = self.app.client_manager, parsed_args
        return EnforceOrder(
            services.asked(said, clients, each=bool(said.notify_command)),
            retention.rules(said),
            tuple(said.families),
            said.due_in,
        )

    def _is_confirmed(
        self, parsed_args: argparse.Namespace, session: Session, items: Sequence[Item]
    ) -> bool:
        """Whether somebody wants the plan carried out; asked once, on a terminal."""
        planned = [item for item in items if item.is_planned]
        if parsed_args.yes or not planned:
            return True
        LOG.warning(_("In %s:"), session.location)
        if not (sys.stdin and sys.stdin.isatty() and sys.stderr.isatty()):
            LOG.error(
                _("Nothing was changed: without a terminal, add --yes to confirm")
            )
            return False
        for item in planned:
            LOG.warning("%s", _line(item))
        deleted = sum(item.deletes for item in planned)
        question = _(
            "Carry this out (changes: %(all)d, of them deletions: %(deletions)d)? "
            "[y/N] "
        )
        sys.stderr.write(question % {"all": len(planned), "deletions": deleted})
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return True
        LOG.error(_("Nothing was changed"))
        return False

    def _carried_out(
        self, parsed_args: argparse.Namespace, enforced: Iterable[Enforced]
    ) -> tuple[Sequence[str], Iterable[Any]]:
        """The rows; of a run, those of what was due."""
        is_whole = parsed_args.is_preview or parsed_args.long
        return self._rows(self.completed(enforced), is_whole=is_whole)

    def _rows(
        self, enforced: Iterable[Enforced], *, is_whole: bool
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations.enforcement import Result

        shown = [one for one in enforced if is_whole or one.item.is_due]
        if any(one.result in (Result.SKIPPED, Result.FAILED) for one in shown):
            self.status = 1
        if told := rows.total(shown):
            LOG.warning("%s", told)
        return rows.HEADINGS, [rows.row(one) for one in shown]


def _add_preview(parser: argparse.ArgumentParser) -> None:
    common.add_dry_run(parser)
    group = groups.group(parser, groups.SAFETY)
    group.add_argument(
        "--due-in",
        metavar="<duration>",
        type=types.duration,
        help=_(
            "Show also what becomes due within this time, such as 30d, and change "
            "nothing"
        ),
    )
    group.add_argument(
        "--notify-command",
        metavar="<command>",
        type=types.line,
        help=_(
            "Run this command in a shell once for each project that uses an image for "
            "which something is due, with a JSON document on its standard input and "
            "the ID of the project in $PROJECT_ID (with --due-in or --dry-run)"
        ),
    )
    common.add_yes(parser, _("Carry out the plan without a question"))


def _add_long(parser: argparse.ArgumentParser) -> None:
    groups.group(parser, groups.OUTPUT).add_argument(
        "--long",
        action="store_true",
        help=_("Show all fields, and also the versions that are kept"),
    )


def _planned(item: Item) -> Enforced:
    from osc_imagetools.operations.enforcement import planned

    return planned(item)


def _line(item: Item) -> str:
    """A change, as a person reads it before they confirm it."""
    from osc_imagetools.printable import printable

    image = item.image
    named = f"{image.family} {image.version or image.name} ({image.id})"
    return f"{item.action} {printable(named)}: {printable(item.reason, None)}"
