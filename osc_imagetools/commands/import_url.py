# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image import-url``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud, import_rows
from osc_imagetools.commands.options import (
    description,
    dry_run,
    packing,
    project,
    route,
    source,
    trust,
    types,
)
from osc_imagetools.commands.rows import ShowOne
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.operations.request import Request

LOG = logging.getLogger(__name__)


class ImportUrl(ShowOne):
    _description = _(
        "Bring one verified image in from a URL, compressed or not. "
        "Its bytes are checked on their way and visible to nobody before all of "
        "them have passed."
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "url",
            metavar="<url>",
            type=types.url,
            help=_("Where the image is (http:, https: or file:)"),
        )
        parser.add_argument(
            "name",
            metavar="<name>",
            type=types.image_name,
            help=_("Its name, which starts a family of versions"),
        )
        source.add(parser)
        trust.add(parser)
        packing.add(parser)
        description.add(parser)
        route.add(parser)
        parser.add_argument(
            "--if-changed",
            action="store_true",
            help=_("Do nothing if the name's current version is what the URL offers"),
        )
        parser.add_argument(
            "--allow-duplicate",
            action="store_true",
            help=_("Import although another project's visible image has that name"),
        )
        dry_run.add(parser)
        project.add(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations.import_url import import_url
        from osc_imagetools.operations.preview import preview
        from osc_imagetools.progress import Bar

        session = cloud.session(self.app, parsed_args)
        images = session.images
        request = _request(parsed_args, session.owner)
        if parsed_args.dry_run:
            place = cloud.place(self.app, session.owner)
            return import_rows.planned(preview(request, images, place, LOG.warning))
        quiet = self.app.options.verbose_level == 0
        with Bar(parsed_args.name, quiet=quiet) as bar:
            imported = import_url(request, images, LOG.warning, bar.watch, bar.say)
        if imported.failed_stores:
            LOG.error("Not stored in: %s", ", ".join(imported.failed_stores))
            self.status = 1
        return import_rows.imported(imported)


def _request(parsed_args: argparse.Namespace, owner: str) -> Request:
    from osc_imagetools.operations.request import Request

    return Request(
        urls=source.urls(parsed_args),
        name=parsed_args.name,
        owner=owner,
        access=source.access(parsed_args),
        trust=trust.trust(parsed_args),
        packing=packing.packing(parsed_args),
        description=description.description(parsed_args),
        route=route.route(parsed_args),
        allow_duplicate=parsed_args.allow_duplicate,
        if_changed=parsed_args.if_changed,
    )
