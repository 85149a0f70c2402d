# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image lifecycle show``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import project
from osc_imagetools.commands.output.base import ShowOne
from osc_imagetools.commands.output.columns import Lines, Number, Text, Time
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from datetime import datetime

    from osc_imagetools.lifecycle.model.family import Family
    from osc_imagetools.lifecycle.model.image import Image

LOG = logging.getLogger(__name__)


class LifecycleShow(ShowOne):
    _description = _(
        "Show a family of images: its policy, its current version, all its versions, "
        "and when each of them was current."
    )

    examples = (
        (
            _("Show a family of your project"),
            "openstack image lifecycle show debian-13",
        ),
        (
            _("Show a few fields of the family of another project"),
            "openstack image lifecycle show debian-13 --project images \\\n"
            "-c current_version -c keep -c timeline",
        ),
        (
            _("Print the ID of the current version, for a script"),
            "openstack image lifecycle show debian-13 -f value -c current",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "family",
            metavar="<family>",
            help=_("Name of the family"),
        )
        project.add_scope(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations.inventory import the_family

        covered = project.scope(parsed_args, self.app.client_manager)
        images = cloud.images(self.app)
        family = the_family(images, covered, parsed_args.family)
        row = {**_standing(family), **_policy(family), **_past(family, images.now())}
        return tuple(row), tuple(row.values())


def _standing(family: Family) -> dict[str, Any]:
    current = family.current
    return {
        "family": Text(family.name),
        "project": family.owner,
        "current": Text(current.id if current else None),
        "current_version": Text(current.version if current else None),
    }


def _policy(family: Family) -> dict[str, Any]:
    """What is said, as it is said; a warning for what can't be read."""
    from osc_imagetools.lifecycle.model import properties
    from osc_imagetools.lifecycle.model.policy import Policy, policy_holder

    image = policy_holder(family)
    policy = Policy.on(image) if image else Policy()
    for fault in policy.faults:
        LOG.warning("%s", fault)

    def said(name: str, read: object) -> Text:
        return Text(image.text(name) if image and read else None)

    return {
        "keep": Number(policy.keep),
        "delete_after": said(properties.DELETE_AFTER, policy.delete_after),
        "unused_for": said(properties.UNUSED_FOR, policy.unused_for),
        "end_at": Time(policy.end_at),
        "replace_frequency": Text(policy.replace_frequency),
        "provided_until": Text(policy.provided_until),
        "uuid_validity": Text(policy.uuid_validity),
    }


def _past(family: Family, now: datetime) -> dict[str, Any]:
    from osc_imagetools.commands.output.timeline import drawn
    from osc_imagetools.lifecycle.history import current_periods

    known = current_periods(family)
    newest_first = family.versions[::-1]
    return {
        "versions": Lines(map(_version, newest_first), map(_line, newest_first)),
        "timeline": Lines([period.as_row() for period in known], drawn(known, now)),
    }


def _version(image: Image) -> dict[str, Any]:
    from osc_imagetools.lifecycle.model.state import derive

    return {
        "id": image.id,
        "version": image.version,
        "generation": image.generation or None,
        "state": str(derive(image).state),
        "hidden": image.hidden,
    }


def _line(image: Image) -> str:
    from osc_imagetools.lifecycle.model.state import derive

    label = image.version or _("(no version)")
    return f"{label}  {derive(image).state}  {image.id}"
