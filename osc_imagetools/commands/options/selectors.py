# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images that are described and not named."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.selection import Selectors


def add(parser: argparse.ArgumentParser) -> None:
    """``--family``, ``--with-tag``, ``--older-than``, ``--include-current``."""
    parser.add_argument(
        "--family",
        metavar="<name>",
        type=types.image,
        help=_("The versions of this family but its current one"),
    )
    parser.add_argument(
        "--with-tag",
        metavar="<tag>",
        type=types.tag,
        action="append",
        default=[],
        help=_("The images with this tag (may be repeated: with all of them)"),
    )
    parser.add_argument(
        "--older-than",
        metavar="<duration>",
        type=types.duration,
        help=_("Of those, the ones that were created so long ago: 90d, 1y"),
    )
    parser.add_argument(
        "--include-current",
        action="store_true",
        help=_("Of those, the current version of a family too"),
    )


def selectors(parsed_args: argparse.Namespace) -> Selectors | None:
    """What was said; ``None`` where no image is described."""
    from osc_imagetools.lifecycle.selection import Selectors

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
