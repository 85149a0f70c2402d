# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""For whom a command works."""

from __future__ import annotations

import argparse
import re
from typing import Any

from openstack import exceptions
from openstackclient.identity import common as identity

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _

_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


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
        return _looks_like_an_id(wanted)
    if found is None:
        raise OperatorError(f"No project is called '{wanted}'")
    return str(found.id)


def _looks_like_an_id(wanted: str) -> str:
    """*wanted*, from who may not read projects, but can still name one by its ID.

    A name would be that of a project without images: to `lifecycle check`, a fine one.
    """
    if _ID.fullmatch(wanted):
        return wanted
    raise OperatorError(
        f"Project '{wanted}' could not be looked up",
        "your roles don't allow that (403)",
        "Name it by its ID.",
    )
