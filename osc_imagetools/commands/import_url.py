# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image import-url``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_lib.cli import format_columns

from osc_imagetools.commands.options import (
    description,
    packing,
    project,
    source,
    trust,
    types,
)
from osc_imagetools.commands.rows import ShowOne
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.operations.import_url import Imported, Request

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
        parser.add_argument(
            "--allow-duplicate",
            action="store_true",
            help=_("Import although another project's visible image has that name"),
        )
        project.add(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.glance.api import Api
        from osc_imagetools.glance.images import Images
        from osc_imagetools.operations.import_url import import_url
        from osc_imagetools.progress import Bar

        clients: Any = self.app.client_manager
        request = _request(parsed_args, project.owner(parsed_args, clients))
        quiet = self.app.options.verbose_level == 0
        with Bar(parsed_args.name, quiet=quiet) as bar:
            imported = import_url(
                request, Images(Api(clients.image)), LOG.warning, bar.watch
            )
        return _columns(imported)


def _request(parsed_args: argparse.Namespace, owner: str) -> Request:
    from osc_imagetools.operations.import_url import Request

    return Request(
        url=parsed_args.url,
        name=parsed_args.name,
        owner=owner,
        access=source.access(parsed_args),
        trust=trust.trust(parsed_args),
        packing=packing.packing(parsed_args),
        description=description.description(parsed_args),
        allow_duplicate=parsed_args.allow_duplicate,
    )


def _columns(imported: Imported) -> tuple[Sequence[str], Iterable[Any]]:
    """The keys are an interface: they stay, and so do their types."""
    from osc_imagetools.lifecycle import properties

    image, verified = imported.image, imported.verified
    row: dict[str, Any] = {
        "result": "imported",
        "id": image.id,
        "name": image.name,
        "status": image.status,
        "visibility": image.visibility,
        "owner": image.owner,
        "family": image.family,
        "version": image.version,
        "generation": image.generation,
        "build_date": image.text(properties.BUILD_DATE),
        "disk_format": image.disk_format,
        "size": image.size,
        "virtual_size": imported.arrived.virtual_size,
        "min_disk": image.min_disk,
        "verified": verified.how,
        "published_digest": verified.published or None,
        "source": image.text(properties.IMAGE_SOURCE),
        "source_digest": verified.source_digest,
        "source_size": imported.arrived.wire_size,
        "unpacked": format_columns.ListColumn(list(imported.layers)),
        "member": imported.member,
        "tags": format_columns.ListColumn(sorted(image.tags)),
    }
    return tuple(row), tuple(row.values())
