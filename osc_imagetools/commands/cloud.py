# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The cloud that the client talks to, and where in it a command works."""

from __future__ import annotations

import argparse
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands.options import project
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.glance.images import Images
    from osc_imagetools.operations.session import Location, Session

LOG = logging.getLogger(__name__)


def images(app: Any) -> Images:
    """The images that the user who is logged in may see."""
    from osc_imagetools.glance.connection import connected
    from osc_imagetools.glance.images import Images

    return Images(connected(app.client_manager))


def reading(app: Any, parsed_args: argparse.Namespace) -> Session:
    """What a command works with that changes nothing, and says no word about it."""
    return _session(app, parsed_args, is_dry_run=True)


def writing(app: Any, parsed_args: argparse.Namespace) -> Session:
    """What a command works with that has no dry run of its own."""
    return _session(app, parsed_args, is_dry_run=False)


def session(app: Any, parsed_args: argparse.Namespace) -> Session:
    """What a command that writes works with; of a dry run it says where that is."""
    made = _session(app, parsed_args, is_dry_run=parsed_args.dry_run)
    if made.is_dry_run:
        LOG.warning(_("Dry run: nothing is changed in %s"), made.location)
    return made


@dataclass(frozen=True)
class NamedCloud:
    """A cloud of clouds.yaml, with what a command knows of the client's own."""

    options: argparse.Namespace
    client_manager: Any


def named(app: Any, name: str) -> NamedCloud:
    """The cloud of that *name*, logged in to; raises `OperatorError`."""
    from keystoneauth1.exceptions import ClientException
    from openstack.exceptions import SDKException
    from osc_lib.exceptions import CommandError

    from osc_imagetools.errors import OperatorError

    own = app.client_manager
    try:
        config = app.cloud_config.get_one(cloud=name)
        clients = type(own)(
            cli_options=config, api_version=app.api_version, pw_func=own._pw_callback
        )
        # As the client's shell does for its own: without it nobody logs in.
        clients._auth_required = True
        clients.setup_auth()
        _logged_in = clients.auth_ref
        # The client keeps one of each service for all its managers: that of its own.
        clients.image = clients.sdk_connection.image
    except (SDKException, ClientException, CommandError) as error:
        what = _("Cloud '%s' can't be used") % name
        do = _("See whether clouds.yaml has it, and what it says of it.")
        raise OperatorError(what, str(error), do) from error
    return NamedCloud(argparse.Namespace(cloud=name), clients)


def _session(app: Any, parsed_args: argparse.Namespace, *, is_dry_run: bool) -> Session:
    from osc_imagetools.operations.session import Session

    working_for = project.project(parsed_args, app.client_manager)
    place = _location(app, working_for.id)
    return Session(images(app), working_for, place, is_dry_run=is_dry_run)


def _location(app: Any, owner: str) -> Location:
    from osc_imagetools.operations.session import Location

    clients = app.client_manager
    return Location(
        cloud=str(
            getattr(app.options, "cloud", "") or getattr(clients.auth, "auth_url", "")
        ),
        region=str(clients.region_name or ""),
        project=owner,
    )
