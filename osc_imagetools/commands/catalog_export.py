# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image catalog export``."""

from __future__ import annotations

import argparse
import logging
from typing import Any

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import catalogue, groups, project
from osc_imagetools.commands.output.base import Writer
from osc_imagetools.i18n import _

LOG = logging.getLogger(__name__)


class CatalogExport(Writer):
    _description = _(
        "Write the catalogue of what is in the cloud: a definition for each family, "
        "with its current version and its policy. 'image catalog plan' then finds "
        "nothing to do."
    )

    examples = (
        (
            _("Begin a catalogue with what the project has"),
            "openstack image catalog export > images.yml",
        ),
        (
            _("Write the definition of one family"),
            "openstack image catalog export --only debian-13",
        ),
        (
            _("Write that of another project"),
            "openstack image catalog export --project images",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        catalogue.add_only(groups.group(parser, groups.CATALOGUE))
        project.add(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        import yaml

        from osc_imagetools.catalog import export

        session = cloud.reading(self.app, parsed_args)
        told: dict[str, Any] = export(session, tuple(parsed_args.only))
        left = [one["name"] for one in told["images"] if not one["versions"]]
        for name in left:
            LOG.warning(
                _(
                    "%s: nothing tells a URL of its image. It is written with 'enable: "
                    "false', and left alone"
                ),
                name,
            )
        with self.standard_output() as output:
            yaml.safe_dump(told, output, sort_keys=False, allow_unicode=True)
