# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The cloud that the client talks to, and where in it a command works."""

from __future__ import annotations

import argparse
import logging
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands.options import project

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
        LOG.warning("Dry run: nothing is changed in %s", made.location)
    return made


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
