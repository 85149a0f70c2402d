# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""From the current version to the next one: what is retired, and its members."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import groups, types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.rotation.retirement import Retirement


def add(parser: argparse.ArgumentParser) -> None:
    """``--reason``, ``--old-state``, ``--old-name``, ``--hide-old`` and so on."""
    group = groups.group(parser, groups.OLD_VERSION)
    add_reason(parser, _("replaced by version …"))
    group.add_argument(
        "--old-state",
        choices=("deprecated", "obsolete"),
        default="deprecated",
        help=_(
            "Set the state of the old version. deprecated: its ID still boots; "
            "obsolete: the old version is deactivated too, so that rebuild, resize and "
            "migration of its servers fail, which needs --yes (default: deprecated)"
        ),
    )
    group.add_argument(
        "--delete-in",
        metavar="<duration>",
        type=types.duration,
        help=_(
            "Record that the old version may be deleted this long from now: 90d, 1y "
            "(default: --delete-after of the family)"
        ),
    )
    _add_hiding(group)
    _add_name(group)
    visibility = group.add_mutually_exclusive_group()
    for each, what in (
        ("community", _("Make the old version a community image, once it is hidden")),
        ("private", _("Make the old version private, once it is hidden")),
    ):
        visibility.add_argument(
            f"--old-{each}",
            dest="old_visibility",
            action="store_const",
            const=each,
            help=what,
        )
    group.add_argument(
        "--os-purpose-old",
        metavar="<purpose>",
        type=types.line,
        help=_("Set the os_purpose of the old version, such as oldgeneric"),
    )


def add_reason(parser: argparse.ArgumentParser, default: str) -> None:
    """``--reason``, for the users of the version that is current until then."""
    groups.group(parser, groups.OLD_VERSION).add_argument(
        "--reason",
        metavar="<text>",
        type=types.line,
        help=_(
            "Tell the users of the old version in one line why it is retired "
            "(default: %s)"
        )
        % default,
    )


def _add_hiding(group: groups.Group) -> None:
    hiding = group.add_mutually_exclusive_group()
    hiding.add_argument(
        "--hide-old",
        dest="hide_old",
        action="store_true",
        default=True,
        help=_("Hide the old version, whose ID stays valid (default)"),
    )
    hiding.add_argument(
        "--no-hide-old",
        dest="hide_old",
        action="store_false",
        help=_("Leave the old version in lists, under another name (needs --old-name)"),
    )


def _add_name(group: groups.Group) -> None:
    group.add_argument(
        "--old-name",
        metavar="<pattern>",
        type=_pattern,
        help=_(
            "Rename the old version once it is hidden, as in '{name} ({version})'; "
            "{build_date}, {id} and {date}, the day of its replacement, can also be "
            "used (default: keep the name, on which tools such as Terraform rely)"
        ),
    )


def retirement(parsed_args: argparse.Namespace) -> Retirement:
    """What was said."""
    from osc_imagetools.lifecycle.model.duration import Duration
    from osc_imagetools.lifecycle.rotation.retirement import Retirement

    policy = parsed_args.delete_after
    return Retirement(
        reason=parsed_args.reason,
        delete_in=parsed_args.delete_in,
        delete_after=Duration.parse(policy) if policy else None,
        name=parsed_args.old_name,
        visibility=parsed_args.old_visibility,
        hides=parsed_args.hide_old,
        obsolete=parsed_args.old_state == "obsolete",
        os_purpose=parsed_args.os_purpose_old,
    )


def fault(parsed_args: argparse.Namespace) -> str | None:
    """What can't be meant."""
    if not (parsed_args.hide_old or parsed_args.old_name):
        return _(
            "--no-hide-old requires --old-name: else two images would have the name"
        )
    if parsed_args.old_state == "obsolete" and not parsed_args.yes:
        return _(
            "--old-state obsolete: rebuild, resize and migration of servers that run "
            "on the old version will fail. Add --yes to confirm"
        )
    return None


def _pattern(text: str) -> str:
    known = dict.fromkeys(("name", "version", "build_date", "date", "id"), "x")
    try:
        sample = text.format(**known)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise argparse.ArgumentTypeError(
            _(
                "'%(text)s' can't be filled in: only {name}, {version}, {build_date}, "
                "{date} and {id} are known (%(error)s)"
            )
            % {"text": text, "error": error}
        ) from None
    if sample == text.format(**known | {"version": "y", "date": "y", "id": "y"}):
        raise argparse.ArgumentTypeError(
            _(
                "it must contain {version}, {date} or {id}: otherwise all old versions "
                "would have the same name"
            )
        )
    return types.image_name(text)


def add_members(parser: argparse.ArgumentParser) -> None:
    """``--copy-members|--no-copy-members``, which `add_pending_members` goes with."""
    group = groups.group(parser, groups.NEW_VERSION).add_mutually_exclusive_group()
    group.add_argument(
        "--copy-members",
        dest="copy_members",
        action="store_true",
        default=True,
        help=_("Copy the members of the current version to the new one (default)"),
    )
    group.add_argument(
        "--no-copy-members",
        dest="copy_members",
        action="store_false",
        help=_("Start the new version without members"),
    )


def add_verify_command(parser: argparse.ArgumentParser) -> None:
    """``--verify-command``."""
    groups.group(parser, groups.SAFETY).add_argument(
        "--verify-command",
        metavar="<command>",
        help=_(
            "Run this with /bin/sh before the new version is published, with IMAGE_ID, "
            "IMAGE_FAMILY, IMAGE_VERSION and CURRENT_IMAGE_ID in the environment. "
            "Unless the command exits with 0, the old version stays current, and the "
            "new version is kept, hidden"
        ),
    )


def add_pending_members(parser: argparse.ArgumentParser) -> None:
    """``--allow-pending-members``."""
    groups.group(parser, groups.SAFETY).add_argument(
        "--allow-pending-members",
        action="store_true",
        help=_(
            "Continue although members who use the current version have to accept the "
            "next version themselves: you may not accept it for them, and until they "
            "do, they find no image of that name"
        ),
    )
