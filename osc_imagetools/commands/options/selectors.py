# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images that are described and not named."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import groups, types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.inventory import Selectors


def add(parser: argparse.ArgumentParser) -> None:
    """``--family``, ``--with-tag``, ``--older-than``, ``--include-current``."""
    group = groups.group(parser, groups.SELECTION)
    group.add_argument(
        "--family",
        metavar="<name>",
        type=types.image,
        help=_("Select the versions of this family, except the current one"),
    )
    group.add_argument(
        "--with-tag",
        metavar="<tag>",
        type=types.tag,
        action="append",
        default=[],
        help=_("Select the images with this tag (repeat to require several)"),
    )
    group.add_argument(
        "--older-than",
        metavar="<duration>",
        type=types.duration,
        help=_("Select only images that are older than this: 90d, 1y"),
    )
    group.add_argument(
        "--include-current",
        action="store_true",
        help=_("Also select the current versions of families"),
    )


def add_states(group: groups.Group) -> None:
    """``--state``, of versions of families."""
    from osc_imagetools.lifecycle.model.state import State

    group.add_argument(
        "--state",
        metavar="<state>",
        dest="states",
        choices=[str(state) for state in State if state is not State.DELETED],
        action="append",
        default=[],
        help=_(
            "Select only versions in this state: importing, staged, active, deprecated "
            "or obsolete (repeat for several)"
        ),
    )


def selectors(parsed_args: argparse.Namespace) -> Selectors | None:
    """What was said; ``None`` where no image is described."""
    from osc_imagetools.lifecycle.inventory import Selectors

    said = parsed_args
    if not (said.family or said.with_tag):
        return None
    return Selectors(
        said.family, tuple(said.with_tag), said.older_than, said.include_current
    )


def fault(parsed_args: argparse.Namespace) -> str | None:
    """What can't be meant by the images that were named and described."""
    said = parsed_args
    is_described = bool(said.family or said.with_tag)
    if bool(said.images) == is_described:
        return _("name images, or describe them with --family or --with-tag")
    if (said.older_than or said.include_current) and not is_described:
        return _(
            "--older-than and --include-current go with --family or --with-tag only"
        )
    return None
