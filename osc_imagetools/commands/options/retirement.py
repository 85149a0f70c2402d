# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What becomes of the version that was current."""

from __future__ import annotations

import argparse
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.moments import Duration
    from osc_imagetools.lifecycle.retirement import Retirement


def add(parser: argparse.ArgumentParser) -> None:
    """``--old-name``, ``--old-community|--old-private``, ``--hide-old`` and so on."""
    parser.add_argument(
        "--old-name",
        metavar="<pattern>",
        type=_pattern,
        help=_(
            "Rename the old version once it is hidden, as in '{name} ({version})'; "
            "{build_date}, {id} and {date}, on which it is replaced, are known too "
            "(default: it keeps its name, which tools such as Terraform rely on)"
        ),
    )
    visibility = parser.add_mutually_exclusive_group()
    for each in ("community", "private"):
        visibility.add_argument(
            f"--old-{each}",
            dest="old_visibility",
            action="store_const",
            const=each,
            help=_("Make the old version %s, once it is hidden") % each,
        )
    hiding = parser.add_mutually_exclusive_group()
    hiding.add_argument(
        "--hide-old",
        dest="hide_old",
        action="store_true",
        default=True,
        help=_("Hide the old version: its ID stays valid (default)"),
    )
    hiding.add_argument(
        "--no-hide-old",
        dest="hide_old",
        action="store_false",
        help=_("Leave the old version in the lists, under the name of --old-name"),
    )
    parser.add_argument(
        "--old-state",
        choices=("deprecated", "obsolete"),
        default="deprecated",
        help=_(
            "What the old version becomes (default: deprecated, and its ID still "
            "boots); obsolete: it is deactivated too, so that rebuild, resize and "
            "migration of servers that run on it fail (needs --yes)"
        ),
    )
    parser.add_argument(
        "--delete-in",
        metavar="<duration>",
        type=types.duration,
        help=_(
            "When the old version may be deleted, such as 90d; the date is written "
            "down (default: --delete-after of the family)"
        ),
    )
    parser.add_argument(
        "--os-purpose-old",
        metavar="<purpose>",
        type=types.line,
        help=_("The os_purpose of the old version, such as oldgeneric"),
    )


def retirement(parsed_args: argparse.Namespace) -> Retirement:
    """What was said."""
    from osc_imagetools.lifecycle.retirement import Retirement

    return Retirement(
        reason=parsed_args.reason,
        delete_in=parsed_args.delete_in,
        name=parsed_args.old_name,
        visibility=parsed_args.old_visibility,
        hides=parsed_args.hide_old,
        obsolete=parsed_args.old_state == "obsolete",
        os_purpose=parsed_args.os_purpose_old,
    )


def fault(parsed_args: argparse.Namespace) -> str | None:
    """What can't be meant."""
    if not (parsed_args.hide_old or parsed_args.old_name):
        return _("--no-hide-old goes with --old-name only: two would bear the name")
    if parsed_args.delete_in and not _is_a_date(parsed_args.delete_in):
        return _("--delete-in: no calendar goes so far")
    if parsed_args.old_state == "obsolete" and not parsed_args.yes:
        return _(
            "--old-state obsolete: rebuild, resize and migration of servers that run "
            "on the old version will fail. Say --yes if that is meant"
        )
    return None


def _is_a_date(duration: Duration) -> bool:
    try:
        duration.after(datetime.now(timezone.utc))
    except ValueError:
        return False
    return True


def _pattern(text: str) -> str:
    known = dict.fromkeys(("name", "version", "build_date", "date", "id"), "x")
    try:
        sample = text.format(**known)
    except (KeyError, IndexError, ValueError, AttributeError) as error:
        raise argparse.ArgumentTypeError(
            f"'{text}' can't be filled in: only {{name}}, {{version}}, {{build_date}}, "
            f"{{date}} and {{id}} are known ({error})"
        ) from None
    if sample == text.format(**known | {"version": "y", "date": "y", "id": "y"}):
        raise argparse.ArgumentTypeError(
            "it has to hold {version}, {date} or {id}: else all old versions are "
            "called so"
        )
    return types.image_name(text)
