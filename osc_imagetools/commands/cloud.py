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
    from osc_imagetools.operations.place import Place
    from osc_imagetools.operations.settled import Session

LOG = logging.getLogger(__name__)


def images(app: Any) -> Images:
    """The images that the user who is logged in may see."""
    from osc_imagetools.glance.api import Api
    from osc_imagetools.glance.images import Images

    return Images(Api(app.client_manager.image))


def session(app: Any, parsed_args: argparse.Namespace) -> Session:
    """What a command that writes works on; of a dry run it says where that is."""
    from osc_imagetools.operations.settled import Session

    owner = project.owner(parsed_args, app.client_manager)
    if parsed_args.dry_run:
        LOG.warning("Dry run, nothing is changed: %s", place(app, owner))
    return Session(images(app), owner, parsed_args.dry_run)


def place(app: Any, owner: str) -> Place:
    """Where that is, for a person to look at."""
    from osc_imagetools.operations.place import Place

    clients = app.client_manager
    return Place(
        cloud=str(
            getattr(app.options, "cloud", "") or getattr(clients.auth, "auth_url", "")
        ),
        region=str(clients.region_name or ""),
        project=owner,
    )
