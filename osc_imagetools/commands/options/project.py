# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""For whom a command works."""

from __future__ import annotations

import argparse
from typing import Any

from openstack import exceptions
from openstackclient.identity import common as identity

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _


def add(parser: argparse.ArgumentParser) -> None:
    """``--project``, ``--project-domain``: for whom we work."""
    parser.add_argument(
        "--project",
        metavar="<project>",
        help=_("Work for this project (name or ID; default: that of the session)"),
    )
    identity.add_project_domain_option_to_parser(parser)


def owner(parsed_args: argparse.Namespace, client_manager: Any) -> str:
    """The ID of the project that we work for."""
    session = client_manager.auth_ref
    if not parsed_args.project:
        if session is None or not session.project_id:
            raise OperatorError(
                "The session is for no project",
                do="Name one with --project, or in the cloud's configuration.",
            )
        return str(session.project_id)
    wanted = str(parsed_args.project)
    if session is not None and wanted in (session.project_id, session.project_name):
        return str(session.project_id)
    service = client_manager.sdk_connection.identity
    try:
        domain = {}
        if parsed_args.project_domain:
            found_domain = service.find_domain(
                parsed_args.project_domain, ignore_missing=False
            )
            domain["domain_id"] = found_domain.id
        found = service.find_project(wanted, ignore_missing=True, **domain)
    except exceptions.ForbiddenException:
        # Who may not read projects can still name one by its ID, as in the client.
        return wanted
    if found is None:
        raise OperatorError(f"No project is called '{wanted}'")
    return str(found.id)
