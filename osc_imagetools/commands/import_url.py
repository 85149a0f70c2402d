# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image import-url``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_lib.cli import format_columns

from osc_imagetools.commands import options
from osc_imagetools.commands.rows import ShowOne
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.operations.import_url import Imported, Request

LOG = logging.getLogger(__name__)

STALL_SECONDS = 60

IMAGE_SIZE_CAP = 1 << 40
"""Bytes: what Glance itself allows if nobody configured it ('image_size_cap')."""


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
            type=options.url,
            help=_("Where the image is (http:, https: or file:)"),
        )
        parser.add_argument(
            "name",
            metavar="<name>",
            type=options.image_name,
            help=_("Its name, which starts a family of versions"),
        )
        _add_verification(parser)
        _add_unpacking(parser)
        _add_description(parser)
        options.add_visibility(parser)
        options.add_project(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.glance.api import Api
        from osc_imagetools.glance.images import Images
        from osc_imagetools.operations.import_url import import_url
        from osc_imagetools.progress import Bar

        clients: Any = self.app.client_manager
        request = _request(parsed_args, options.owner(parsed_args, clients))
        quiet = self.app.options.verbose_level == 0
        with Bar(parsed_args.name, quiet=quiet) as bar:
            imported = import_url(
                request, Images(Api(clients.image)), LOG.warning, bar.watch
            )
        return _columns(imported)


def _add_verification(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--checksum",
        metavar="<algorithm>:<hex>",
        type=options.checksum,
        help=_("The published digest, of the file as served or of what is in it"),
    )
    group.add_argument(
        "--checksum-url",
        metavar="<url>",
        type=options.url,
        help=_("A published list of digests that names the file"),
    )
    parser.add_argument(
        "--allow-unverified",
        action="store_true",
        help=_("Import although nothing proves that the bytes are the vendor's"),
    )
    parser.add_argument(
        "--stall-timeout",
        metavar="<seconds>",
        type=options.seconds,
        default=STALL_SECONDS,
        help=_("Give up a source that is silent for so long (default: %d)")
        % STALL_SECONDS,
    )


def _add_unpacking(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--member",
        metavar="<glob>",
        help=_("Which file of an archive, if it holds more than one image"),
    )
    parser.add_argument(
        "--max-size",
        metavar="<size>",
        type=options.size,
        help=_(
            "Give up an image larger than this, unpacked: bytes, or 10G (default: 1T)"
        ),
    )
    parser.add_argument(
        "--disk-format",
        metavar="<disk-format>",
        help=_("What the bytes have to be (default: what they are)"),
    )


def _add_description(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--image-version",
        metavar="<version>",
        type=options.image_name,
        help=_("The version's label (default: the build date as YYYYMMDD)"),
    )
    parser.add_argument(
        "--build-date",
        metavar="<date>",
        type=options.day,
        help=_("When it was built (YYYY-MM-DD; default: the source's date, or today)"),
    )
    parser.add_argument(
        "--min-disk",
        metavar="<disk-gb>",
        type=options.gib,
        default=0,
        help=_("Smallest disk in GiB (default: what the image's own disk needs)"),
    )
    parser.add_argument(
        "--property",
        metavar="<key=value>",
        dest="properties",
        type=options.property_pair,
        action="append",
        default=[],
        help=_("A property of the image (repeat for several)"),
    )
    parser.add_argument(
        "--tag",
        metavar="<tag>",
        dest="tags",
        type=options.tag,
        action="append",
        default=[],
        help=_("A tag of the image (repeat for several)"),
    )
    parser.add_argument(
        "--allow-duplicate",
        action="store_true",
        help=_("Import although another project's visible image has that name"),
    )


def _request(parsed_args: argparse.Namespace, owner: str) -> Request:
    from osc_imagetools.operations.import_url import Request
    from osc_imagetools.source.unpack import Limits

    limits = Limits(
        max_payload_bytes=parsed_args.max_size or IMAGE_SIZE_CAP,
        ratio_applies=parsed_args.max_size is None,
    )
    return Request(
        url=parsed_args.url,
        name=parsed_args.name,
        owner=owner,
        limits=limits,
        checksum=parsed_args.checksum,
        checksum_url=parsed_args.checksum_url,
        allow_unverified=parsed_args.allow_unverified,
        allow_duplicate=parsed_args.allow_duplicate,
        disk_format=parsed_args.disk_format,
        member=parsed_args.member,
        visibility=parsed_args.visibility,
        properties=dict(parsed_args.properties),
        tags=tuple(parsed_args.tags),
        min_disk=parsed_args.min_disk,
        label=parsed_args.image_version,
        build_date=parsed_args.build_date,
        stall_seconds=parsed_args.stall_timeout,
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
