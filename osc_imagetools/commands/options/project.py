# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""For which project a command works, and whose images it shows."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING, Any

from openstack import exceptions

from osc_imagetools.commands.options import groups
from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.inventory import Scope
    from osc_imagetools.lifecycle.model.project import Project

_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def add(parser: argparse.ArgumentParser) -> None:
    """``--project``, ``--project-domain``: for whom we work."""
    group = groups.group(parser, groups.PROJECT)
    group.add_argument(
        "--project",
        metavar="<project>",
        help=_(
            "Work for this project, by name or ID (default: the project of the session)"
        ),
    )
    add_domain(group)


def add_domain(group: groups.Group) -> None:
    """``--project-domain``."""
    group.add_argument(
        "--project-domain",
        metavar="<project-domain>",
        help=_("Look --project up in this domain, by name or ID"),
    )


def project(parsed_args: argparse.Namespace, client_manager: Any) -> Project:
    """The project that we work for."""
    from osc_imagetools.lifecycle.model.project import Project

    session = client_manager.auth_ref
    owner = _owner(parsed_args, client_manager)
    return Project(owner, session is None or owner != session.project_id)


def _owner(parsed_args: argparse.Namespace, client_manager: Any) -> str:
    session = client_manager.auth_ref
    if not parsed_args.project:
        if session is None or not session.project_id:
            raise OperatorError(
                _("The session has no project"),
                do=_("Name one with --project or in the configuration of the cloud."),
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
        raise OperatorError(_("No project is called '%s'") % wanted)
    return str(found.id)


def _looks_like_an_id(wanted: str) -> str:
    """*wanted*, from who may not read projects, but can still name one by its ID.

    A name would be that of a project without images: to `lifecycle check`, a fine one.
    """
    if _ID.fullmatch(wanted):
        return wanted
    raise OperatorError(
        _("Project '%s' could not be looked up") % wanted,
        _("your roles do not allow that (403)"),
        _("Name it by its ID."),
    )


def add_scope(parser: argparse.ArgumentParser) -> None:
    """``--project|--all-projects``, ``--project-domain``."""
    group = groups.group(parser, groups.PROJECT)
    exclusive = group.add_mutually_exclusive_group()
    exclusive.add_argument(
        "--project",
        metavar="<project>",
        help=_(
            "Show only what this project owns, by name or ID (default: all versions "
            "that you may see, except other projects' private images)"
        ),
    )
    add_domain(group)
    exclusive.add_argument(
        "--all-projects",
        action="store_true",
        help=_("Also show other projects' private images, which only admins can see"),
    )


def scope(parsed_args: argparse.Namespace, client_manager: Any) -> Scope:
    """Whose images a reading command covers."""
    from osc_imagetools.lifecycle.inventory import Scope

    if parsed_args.project:
        return Scope.of(project(parsed_args, client_manager))
    session = client_manager.auth_ref
    own = str(session.project_id or "") if session else ""
    return Scope(own=own, everything=parsed_args.all_projects)
