# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image import-url``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import (
    common,
    description,
    groups,
    packing,
    project,
    route,
    source,
    trust,
    types,
)
from osc_imagetools.commands.output import imports, steps
from osc_imagetools.commands.output.base import ShowOne
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.operations.importing import ImportRequest

LOG = logging.getLogger(__name__)


class ImportUrl(ShowOne):
    _description = _(
        "Import one verified image from a URL, compressed or not. The bytes are "
        "checked on their way into Glance, and nobody can see the image until it has "
        "passed every check."
    )

    headings = imports.HEADINGS
    short = imports.SHORT

    examples = (
        (
            _("Import an image for which the vendor publishes a list of digests"),
            "base=https://cloud-images.ubuntu.com/noble/current\n"
            "openstack image import-url --public \\\n"
            "$base/noble-server-cloudimg-amd64.img ubuntu-24.04",
        ),
        (
            _("Extract one disk image from an archive whose digest you know"),
            "openstack image import-url --checksum sha256:$DIGEST \\\n"
            "--member '*.qcow2' https://vendor.example/appliance-7.tar.gz appliance",
        ),
        (
            _("See what would be done, and change nothing"),
            "base=https://cloud.debian.org/images/cloud/trixie/latest\n"
            "openstack image import-url --dry-run \\\n"
            "$base/debian-13-generic-amd64.qcow2 debian-13",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "url",
            metavar="<url>",
            type=types.url,
            help=_("URL of the image (http:, https: or file:)"),
        )
        parser.add_argument(
            "name",
            metavar="<name>",
            type=types.image_name,
            help=_("Name of the image and of the family that starts with this image"),
        )
        source.add(parser)
        trust.add(parser)
        packing.add(parser)
        description.add(parser)
        route.add(parser)
        _add_safety(parser)
        project.add(parser)
        common.add_long(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations.importing import import_url, plan_import
        from osc_imagetools.progress import Bar

        session = cloud.session(self.app, parsed_args)
        request = _request(parsed_args)
        if parsed_args.dry_run:
            return steps.planned(plan_import(session, request))
        quiet = self.app.options.verbose_level == 0
        with Bar(parsed_args.name, quiet=quiet) as bar:
            imported = import_url(replace(session, progress=bar), request)
        if imported.failed_stores:
            LOG.error(_("Not stored in: %s"), ", ".join(imported.failed_stores))
            self.status = 1
        return imports.imported(imported)


def _add_safety(parser: argparse.ArgumentParser) -> None:
    common.add_dry_run(parser)
    group = groups.group(parser, groups.SAFETY)
    group.add_argument(
        "--if-changed",
        action="store_true",
        help=_(
            "Do nothing if the current version of that name matches what the URL offers"
        ),
    )
    group.add_argument(
        "--allow-duplicate",
        action="store_true",
        help=_("Import even if a visible image of another project has that name"),
    )


def _request(parsed_args: argparse.Namespace) -> ImportRequest:
    from osc_imagetools.operations.importing import Download, ImportRequest

    download = Download(
        source.urls(parsed_args), source.access(parsed_args), trust.trust(parsed_args)
    )
    return ImportRequest(
        parsed_args.name,
        download,
        packing=packing.packing(parsed_args),
        description=description.description(parsed_args),
        route=route.route(parsed_args),
        allow_duplicate=parsed_args.allow_duplicate,
        if_changed=parsed_args.if_changed,
    )
