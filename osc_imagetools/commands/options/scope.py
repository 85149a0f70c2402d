# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Whose images a reading command covers."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from openstackclient.identity import common as identity

from osc_imagetools.commands.options import project
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.survey import Scope


def add(parser: argparse.ArgumentParser) -> None:
    """``--project|--all-projects``, ``--project-domain``."""
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--project",
        metavar="<project>",
        help=_(
            "Only what this project owns (name or ID; default: all that you may see "
            "except other projects' private images)"
        ),
    )
    group.add_argument(
        "--all-projects",
        action="store_true",
        help=_("Other projects' private images too, which admins see"),
    )
    identity.add_project_domain_option_to_parser(parser)


def scope(parsed_args: argparse.Namespace, client_manager: Any) -> Scope:
    """What was said."""
    from osc_imagetools.lifecycle.survey import Scope

    if parsed_args.project:
        only = project.owner(parsed_args, client_manager)
        return Scope(own=only, only=only)
    session = client_manager.auth_ref
    own = str(session.project_id or "") if session else ""
    return Scope(own=own, everything=parsed_args.all_projects)
