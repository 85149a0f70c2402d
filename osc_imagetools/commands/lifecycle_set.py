# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image lifecycle set`` and ``openstack image lifecycle unset``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud, lifecycle_set_rows
from osc_imagetools.commands.options import dry_run, policy, project, replacement, types
from osc_imagetools.commands.rows import Lister
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.adoption import Wish
    from osc_imagetools.operations.replacement import Replacement
    from osc_imagetools.operations.settled import Outcome, Session

LOG = logging.getLogger(__name__)


class LifecycleSet(Lister):
    _description = _(
        "Adopt images into a family, or say something of an image or a family. No "
        "byte moves, and nothing else about the images changes."
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        _add_images(parser)
        parser.add_argument(
            "--family",
            metavar="<name>",
            type=types.image_name,
            help=_("Adopt the images into this family; without images: set its policy"),
        )
        parser.add_argument(
            "--image-version",
            metavar="<version>",
            type=types.image_name,
            help=_("The version's label (default: its build date as YYYYMMDD)"),
        )
        parser.add_argument(
            "--build-date",
            metavar="<date>",
            type=types.day,
            help=_("When it was built (YYYY-MM-DD; default: what the image says)"),
        )
        parser.add_argument(
            "--from-file",
            metavar="<file>",
            type=types.proposals,
            help=_("Adopt what 'lifecycle list --unmanaged --match … -f json' wrote"),
        )
        parser.add_argument(
            "--hold",
            metavar="<reason>",
            type=types.line,
            help=_("Keep the image whatever is due, and say why"),
        )
        replacement.add(parser)
        policy.add_values(parser)
        dry_run.add(parser)
        project.add(parser)
        self._parser = parser
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        if fault := _set_fault(parsed_args):
            self._parser.error(fault)
        outcomes = _set(parsed_args, cloud.session(self.app, parsed_args))
        return lifecycle_set_rows.HEADINGS, self.told(outcomes, lifecycle_set_rows.row)


class LifecycleUnset(Lister):
    _description = _(
        "Take away what was said of images or of a family; with --all, let go of the "
        "images: they stay as they are, and are managed no more."
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        _add_images(parser)
        parser.add_argument(
            "--family",
            metavar="<name>",
            type=types.image_name,
            help=_("The family whose policy is meant"),
        )
        parser.add_argument(
            "--hold", action="store_true", help=_("Keep the images no longer")
        )
        parser.add_argument(
            "--replacement",
            action="store_true",
            help=_("Take away what is to be used instead of the images"),
        )
        parser.add_argument(
            "--all",
            action="store_true",
            help=_("Take everything of ours away from the images"),
        )
        policy.add_names(parser)
        dry_run.add(parser)
        project.add(parser)
        self._parser = parser
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        if fault := _unset_fault(parsed_args):
            self._parser.error(fault)
        outcomes = _unset(parsed_args, cloud.session(self.app, parsed_args))
        return lifecycle_set_rows.HEADINGS, self.told(outcomes, lifecycle_set_rows.row)


def _add_images(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "images",
        metavar="<image>",
        nargs="*",
        type=types.image,
        help=_("Images (name or ID)"),
    )


def _set_fault(parsed_args: argparse.Namespace) -> str | None:
    """What can't be meant by a command line."""
    labels = parsed_args.image_version or parsed_args.build_date
    of_images = parsed_args.hold or parsed_args.replacement
    if parsed_args.from_file is not None:
        others = parsed_args.images or parsed_args.family or labels or of_images
        return "--from-file says all of it" if others else None
    if labels and (len(parsed_args.images) != 1 or not parsed_args.family):
        return "--image-version and --build-date are for one image and --family"
    if parsed_args.images:
        if policy.values(parsed_args):
            return "a policy is a family's: name it with --family, and no image"
        if not (parsed_args.family or of_images):
            return "nothing to set: say --family, --hold or --replacement"
        return None
    if not parsed_args.family or not policy.values(parsed_args):
        return "name images, or --family and something of its policy"
    return "--hold and --replacement are for images" if of_images else None


def _unset_fault(parsed_args: argparse.Namespace) -> str | None:
    """What can't be meant by a command line."""
    of_family = policy.names(parsed_args)
    of_images = parsed_args.hold or parsed_args.replacement or parsed_args.all
    if bool(parsed_args.family) != bool(of_family):
        return "--family and something of its policy go together"
    if bool(parsed_args.images) != bool(of_images):
        return "images and --hold, --replacement or --all go together"
    if not (of_family or of_images):
        return "nothing to take away"
    return None


def _set(parsed_args: argparse.Namespace, session: Session) -> Iterator[Outcome]:
    from osc_imagetools.lifecycle.settings import setting
    from osc_imagetools.operations import settings
    from osc_imagetools.operations.adopt import adopt
    from osc_imagetools.operations.replacement import Replacement

    if parsed_args.from_file is not None:
        yield from adopt(session, parsed_args.from_file, LOG.warning)
    elif not parsed_args.images:
        wanted = policy.values(parsed_args)
        yield settings.of_family(
            session, parsed_args.family, lambda image: setting(image, wanted)
        )
    else:
        instead = Replacement.named(session, parsed_args.replacement)
        said = _said(parsed_args, instead)
        if parsed_args.family:
            wishes = _wishes(parsed_args, said)
            yield from adopt(session, wishes, LOG.warning, instead)
        else:
            yield from settings.said(session, parsed_args.images, said, instead)


def _said(
    parsed_args: argparse.Namespace, instead: Replacement | None
) -> dict[str, str]:
    from osc_imagetools.lifecycle import properties

    said = {
        properties.HOLD: parsed_args.hold,
        properties.REPLACEMENT: instead.stored if instead else None,
    }
    return {name: text for name, text in said.items() if text}


def _wishes(parsed_args: argparse.Namespace, said: dict[str, str]) -> list[Wish]:
    from osc_imagetools.lifecycle.adoption import Wish

    return [
        Wish(
            wanted,
            parsed_args.family,
            parsed_args.image_version,
            parsed_args.build_date,
            said,
        )
        for wanted in parsed_args.images
    ]


def _unset(parsed_args: argparse.Namespace, session: Session) -> Iterator[Outcome]:
    from osc_imagetools.lifecycle.settings import letting_go, unsetting
    from osc_imagetools.operations import settings

    if names := policy.names(parsed_args):
        yield settings.of_family(
            session, parsed_args.family, lambda image: unsetting(image, names)
        )
    if parsed_args.all:
        yield from settings.of_images(session, parsed_args.images, letting_go)
    elif parsed_args.images:
        yield from settings.of_images(
            session,
            parsed_args.images,
            lambda image: unsetting(image, _taken_away(parsed_args)),
        )


def _taken_away(parsed_args: argparse.Namespace) -> list[str]:
    from osc_imagetools.lifecycle import properties

    said = {
        properties.HOLD: parsed_args.hold,
        properties.REPLACEMENT: parsed_args.replacement,
    }
    return [name for name, is_said in said.items() if is_said]
