# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Where the newest build of a family is found."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import groups, types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.source.builds import BuildSource


def add_source(group: argparse._ActionsContainer, meaning: str) -> None:
    """``--source``; *meaning* says what becomes of it."""
    group.add_argument(
        "--source",
        metavar="<source>",
        type=types.build_source,
        help=_(
            "%s: the name of a vendor's layout, such as debian/13; a URL with "
            "{version} or {date} in its path; or "
            "simplestreams:<url>#<product>[/<file>]"
        )
        % meaning,
    )


def add_index(group: argparse._ActionsContainer) -> None:
    """``--source-index``, which goes with some of them."""
    group.add_argument(
        "--source-index",
        metavar="<url>",
        type=types.web_url,
        help=_(
            "Read the names of builds from this page or checksum list (default: the "
            "folder of the first placeholder in the URL of --source)"
        ),
    )


def add_to_policy(parser: argparse.ArgumentParser) -> None:
    """Both, to be recorded with a family."""
    group = groups.group(parser, groups.POLICY)
    add_source(group, _("Record where 'image rotate' finds the newest build"))
    add_index(group)


def build_source(parsed_args: argparse.Namespace) -> BuildSource | None:
    """Where to find the newest build, if that was said."""
    said: BuildSource | None = parsed_args.source
    if said is None or parsed_args.source_index is None:
        return said
    return replace(said, index=parsed_args.source_index)


def fault(parsed_args: argparse.Namespace) -> str | None:
    """What can't be meant."""
    said: BuildSource | None = parsed_args.source
    if parsed_args.source_index and not (said and said.is_url):
        return _("--source-index requires a --source that is a URL with placeholders")
    return None
