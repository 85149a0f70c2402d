# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is deleted, and what is kept whatever is due."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import groups, types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.retention import EnforceRequest


def add(parser: argparse.ArgumentParser) -> None:
    """``--keep``, ``--older-than``, ``--unused-for`` and so on."""
    from osc_imagetools.lifecycle.retention.request import MAX_DELETE, MIN_AGE

    group = groups.group(parser, groups.RETENTION)
    group.add_argument(
        "--keep",
        metavar="<number>",
        type=types.kept,
        help=_(
            "Keep this many previous versions of each family, 1 or more, or as many as "
            "--keep of the family says, if that is more"
        ),
    )
    group.add_argument(
        "--older-than",
        metavar="<duration>",
        type=types.duration,
        help=_("Delete only images that are older than this: 90d, 1y"),
    )
    group.add_argument(
        "--unused-for",
        metavar="<duration>",
        type=types.duration,
        help=_(
            "Delete only images that no server was started from for this long, and "
            "that were not offered, either; or for as long as --unused-for of the "
            "family says, if that is longer"
        ),
    )
    _add_floor(group, MIN_AGE, MAX_DELETE)


def _add_floor(group: groups.Group, min_age: str, max_delete: int) -> None:
    """What is not deleted, whatever rule wants that."""
    group.add_argument(
        "--min-age",
        metavar="<duration>",
        type=types.duration,
        default=min_age,
        help=_(
            "Delete no image that was deprecated, or staged, less than this long ago "
            "(default: %s)"
        )
        % min_age,
    )
    group.add_argument(
        "--max-delete",
        metavar="<number>",
        type=types.count,
        default=max_delete,
        help=_("Delete at most this many images (default: %d)") % max_delete,
    )
    group.add_argument(
        "--unprotect",
        action="store_true",
        help=_("Delete protected images, too"),
    )
    group.add_argument(
        "--break-promise",
        action="store_true",
        help=_(
            "Delete images although uuid_validity of their family promises that their "
            "IDs stay valid"
        ),
    )


def rules(parsed_args: argparse.Namespace) -> EnforceRequest:
    """What was said."""
    from osc_imagetools.lifecycle.retention import EnforceRequest

    said = parsed_args
    return EnforceRequest(
        keep=int(said.keep) if said.keep else None,
        older_than=said.older_than,
        unused_for=said.unused_for,
        min_age=said.min_age,
        max_delete=said.max_delete,
        unprotect=said.unprotect,
        break_promise=said.break_promise,
    )
