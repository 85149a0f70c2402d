# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image lifecycle set`` and ``openstack image lifecycle unset``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import (
    builds,
    common,
    description,
    groups,
    policy,
    project,
    replacement,
    types,
)
from osc_imagetools.commands.output import outcomes
from osc_imagetools.commands.output.base import Lister
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.lifecycle.adoption import Wish
    from osc_imagetools.operations.editing import Replacement
    from osc_imagetools.operations.session import Outcome, Session

LOG = logging.getLogger(__name__)


class LifecycleSet(Lister):
    _description = _(
        "Adopt images into a family, or record information about images or about "
        "a family. The data and all other properties of the images stay as they are."
    )

    headings = outcomes.OF_SETTINGS
    short = outcomes.SHORT_OF_SETTINGS

    examples = (
        (
            _("Adopt two images as versions of a family"),
            "openstack image lifecycle set --family debian-13 \\\n"
            "debian-13-20260201 debian-13-20260301",
        ),
        (
            _("Hold an image, whatever is due"),
            "openstack image lifecycle set debian-12 --hold 'the court wants it'",
        ),
        (
            _("Set the policy of a family"),
            "openstack image lifecycle set --family debian-13 --keep 3 "
            "--delete-after 90d",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        _add_images(parser, _("Images to adopt, or to record information about"))
        _add_adoption(parser)
        groups.group(parser, groups.IMAGES).add_argument(
            "--hold",
            metavar="<reason>",
            type=types.line,
            help=_("Hold the images for this reason, whatever is due"),
        )
        replacement.add(parser, groups.IMAGES)
        policy.add_values(parser)
        builds.add_to_policy(parser)
        common.add_dry_run(parser)
        project.add(parser)
        common.add_long(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        if fault := _set_fault(parsed_args):
            self._parser.error(fault)
        done = _set(parsed_args, cloud.session(self.app, parsed_args))
        return self.told(parsed_args, done, outcomes.row_of_settings)


class LifecycleUnset(Lister):
    _description = _(
        "Remove what was recorded about images or about a family. With --all, the "
        "images leave their family and are otherwise unchanged."
    )

    headings = outcomes.OF_SETTINGS
    short = outcomes.SHORT_OF_SETTINGS

    examples = (
        (
            _("Stop holding an image"),
            "openstack image lifecycle unset debian-12 --hold",
        ),
        (
            _("Remove one setting from the policy of a family"),
            "openstack image lifecycle unset --family debian-13 --delete-after",
        ),
        (
            _("See what would be removed if an image left its family"),
            "openstack image lifecycle unset debian-12 --all --dry-run",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        _add_images(parser, _("Images to remove recorded information from"))
        group = groups.group(parser, groups.IMAGES)
        group.add_argument(
            "--hold", action="store_true", help=_("Stop holding the images")
        )
        group.add_argument(
            "--replacement",
            action="store_true",
            help=_("Remove the recorded replacement of the images"),
        )
        group.add_argument(
            "--all",
            action="store_true",
            help=_(
                "Remove everything that the lifecycle commands have recorded on the "
                "images, so that they leave their family"
            ),
        )
        groups.group(parser, groups.POLICY).add_argument(
            "--family",
            metavar="<name>",
            type=types.image_name,
            help=_("Change the policy of this family"),
        )
        policy.add_names(parser)
        common.add_dry_run(parser)
        project.add(parser)
        common.add_long(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        if fault := _unset_fault(parsed_args):
            self._parser.error(fault)
        done = _unset(parsed_args, cloud.session(self.app, parsed_args))
        return self.told(parsed_args, done, outcomes.row_of_settings)


def _add_images(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument(
        "images",
        metavar="<image>",
        nargs="*",
        type=types.image,
        help=_("%s (name or ID)") % what,
    )


def _add_adoption(parser: argparse.ArgumentParser) -> None:
    group = groups.group(parser, groups.ADOPTION)
    group.add_argument(
        "--family",
        metavar="<name>",
        type=types.image_name,
        help=_(
            "Adopt the images into this family; without images, set the policy of this "
            "family"
        ),
    )
    description.add_label(group, _("the date that the image gives"))
    group.add_argument(
        "--rename-newest",
        action="store_true",
        help=_(
            "Give the name of the family to its newest visible version, if no version "
            "has that name; that image can then no longer be found by its old name"
        ),
    )
    group.add_argument(
        "--from-file",
        metavar="<file>",
        type=types.proposals,
        help=_(
            "Adopt the images in this file, which 'lifecycle list --unmanaged --match "
            "… -f json' has written"
        ),
    )


def _set_fault(parsed_args: argparse.Namespace) -> str | None:
    """What can't be meant by a command line."""
    if fault := builds.fault(parsed_args):
        return fault
    labels = parsed_args.image_version or parsed_args.build_date
    of_images = parsed_args.hold or parsed_args.replacement
    if parsed_args.from_file is not None:
        others = parsed_args.images or parsed_args.family or labels or of_images
        if others or policy.values(parsed_args):
            return _("--from-file replaces all other arguments")
        return None
    if labels and (len(parsed_args.images) != 1 or not parsed_args.family):
        return _("--image-version and --build-date are for one image and --family")
    if parsed_args.images:
        if policy.values(parsed_args):
            return _("a policy belongs to a family: use --family and name no image")
        if parsed_args.rename_newest and not parsed_args.family:
            return _("--rename-newest goes with --family")
        if not (parsed_args.family or of_images):
            return _("nothing to set: use --family, --hold or --replacement")
        return None
    of_family = policy.values(parsed_args) or parsed_args.rename_newest
    if not parsed_args.family or not of_family:
        return _("name images, or use --family with an option of its policy")
    return _("--hold and --replacement are for images") if of_images else None


def _unset_fault(parsed_args: argparse.Namespace) -> str | None:
    """What can't be meant by a command line."""
    of_family = policy.names(parsed_args)
    of_images = parsed_args.hold or parsed_args.replacement or parsed_args.all
    if bool(parsed_args.family) != bool(of_family):
        return _("--family goes with an option of its policy")
    if bool(parsed_args.images) != bool(of_images):
        return _("images and --hold, --replacement or --all go together")
    if not (of_family or of_images):
        return _("nothing to remove")
    return None


def _set(parsed_args: argparse.Namespace, session: Session) -> Iterator[Outcome]:
    from osc_imagetools.lifecycle.settings import setting
    from osc_imagetools.operations.editing import (
        Replacement,
        adopt,
        change_family,
        rename_newest,
        set_images,
    )

    renames = parsed_args.rename_newest
    if parsed_args.from_file is not None:
        wishes = parsed_args.from_file
        yield from adopt(session, wishes, renames_newest=renames)
    elif not parsed_args.images:
        family, wanted = parsed_args.family, policy.values(parsed_args)
        if renames:
            yield from rename_newest(session, family)
        if wanted:
            yield change_family(
                session, family, lambda image: setting(image, wanted, session.project)
            )
    else:
        instead = Replacement.named(session, parsed_args.replacement)
        said = _said(parsed_args, instead)
        if parsed_args.family:
            wishes = _wishes(parsed_args, said)
            yield from adopt(session, wishes, instead, renames_newest=renames)
        else:
            yield from set_images(session, parsed_args.images, said, instead)


def _said(
    parsed_args: argparse.Namespace, instead: Replacement | None
) -> dict[str, str]:
    from osc_imagetools.lifecycle.model import properties

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
    from osc_imagetools.operations.editing import change_family, change_images

    if names := policy.names(parsed_args):
        yield change_family(
            session,
            parsed_args.family,
            lambda image: unsetting(image, names, session.project),
        )
    if parsed_args.all:
        yield from change_images(session, parsed_args.images, letting_go)
    elif parsed_args.images:
        yield from change_images(
            session,
            parsed_args.images,
            lambda image: unsetting(image, _taken_away(parsed_args), session.project),
        )


def _taken_away(parsed_args: argparse.Namespace) -> list[str]:
    from osc_imagetools.lifecycle.model import properties

    said = {
        properties.HOLD: parsed_args.hold,
        properties.REPLACEMENT: parsed_args.replacement,
    }
    return [name for name, is_said in said.items() if is_said]
