# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image rotate``."""

from __future__ import annotations

import argparse
import logging
import pathlib
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud, import_rows, rotation_rows
from osc_imagetools.commands.options import (
    description,
    dry_run,
    members,
    packing,
    policy,
    project,
    retirement,
    route,
    source,
    trust,
    types,
)
from osc_imagetools.commands.rows import ShowOne
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.operations.rotation import Rotation

LOG = logging.getLogger(__name__)


class Rotate(ShowOne):
    _description = _(
        "Make a new version current and retire the one before it. At no moment does "
        "the name find nothing; the old version keeps its ID, name and data, and is "
        "hidden. What is not said about the new version is taken over from the old "
        "one; if there is none, it becomes the first version of its family."
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = self._parser = super().get_parser(prog_name)
        parser.add_argument(
            "name",
            metavar="<name>",
            type=types.image_name,
            help=_("The family, which is the name of its current version"),
        )
        _add_origin(parser)
        source.add(parser)
        trust.add(parser)
        packing.add(parser)
        description.add(
            parser, default=_("default of a first version; later ones are as before")
        )
        _add_succession(parser)
        route.add(parser)
        policy.add_values(parser)
        retirement.add(parser)
        _add_permissions(parser)
        dry_run.add(parser)
        project.add(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations.rotate import rotate
        from osc_imagetools.operations.rotation import STAGED
        from osc_imagetools.operations.rotation_plan import planned
        from osc_imagetools.progress import Bar

        if fault := retirement.fault(parsed_args) or _fault(parsed_args):
            self._parser.error(fault)
        session = cloud.session(self.app, parsed_args)
        rotation = _rotation(parsed_args, session.owner)
        if parsed_args.dry_run:
            place = cloud.place(self.app, session.owner)
            steps = planned(rotation, session.images, place, LOG.warning)
            return import_rows.planned(steps)
        quiet = self.app.options.verbose_level == 0
        with Bar(parsed_args.name, quiet=quiet) as bar:
            done = rotate(rotation, session.images, LOG.warning, bar.watch, bar.say)
        if done.failed_stores:
            LOG.error("Not stored in: %s", ", ".join(done.failed_stores))
        if done.failed_stores or not done.is_done:
            self.status = 1
        if done.note and (done.result == STAGED or not done.is_done):
            LOG.warning("%s", done.note)
        return rotation_rows.rotated(done)


def _fault(parsed_args: argparse.Namespace) -> str | None:
    """What can't be meant, of where the new version comes from."""
    if parsed_args.image and _said(parsed_args, trust, packing, route, source):
        return _(
            "--image: it is stored already, so nothing can be said of how it is "
            "reached, verified, unpacked, converted or stored"
        )
    if (parsed_args.mirrors or parsed_args.source_user) and not parsed_args.url:
        return _(
            "--mirror and --source-user go with --url (without it, ~/.netrc tells who "
            "you are)"
        )
    return None


def _said(parsed_args: argparse.Namespace, *subjects: ModuleType) -> bool:
    """Whether an option of one of these subjects was given that an image can't have."""
    parser = argparse.ArgumentParser(add_help=False)
    for subject in subjects:
        subject.add(parser)
    unsaid = vars(parser.parse_args([]))
    # The disk format is accepted by it, if it is another one than before.
    del unsaid["disk_format"]
    return any(getattr(parsed_args, name) != value for name, value in unsaid.items())


def _add_origin(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--url",
        "--uri",
        metavar="<url>",
        type=types.url,
        help=_(
            "Where the new version is (default: where the current one came from, "
            "which is its property image_source)"
        ),
    )
    group.add_argument(
        "--file",
        metavar="<path>",
        type=_path,
        help=_("The new version is this file; it is verified as what a URL serves"),
    )
    group.add_argument(
        "--image",
        metavar="<image>",
        type=types.image,
        help=_(
            "The new version is this image, which is in Glance already (name or ID): "
            "built by hand, by Packer, or left staged by an earlier rotation"
        ),
    )


def _add_succession(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--unset-property",
        metavar="<key>",
        dest="unset_properties",
        action="append",
        default=[],
        help=_("A property that is not taken over (repeat for several)"),
    )
    members.add(parser)
    parser.add_argument(
        "--by-tag",
        metavar="<tag>",
        type=_own_tag,
        help=_(
            "Give this tag to the current version and to no other, for whoever picks "
            "images by tag, as Octavia does; the family remembers it"
        ),
    )
    parser.add_argument(
        "--verify-command",
        metavar="<command>",
        help=_(
            "Run this by /bin/sh before the new version is offered, with its IMAGE_ID, "
            "IMAGE_FAMILY, IMAGE_VERSION and the CURRENT_IMAGE_ID in the environment. "
            "Unless it exits with 0 the old version stays current, and the new one is "
            "kept, hidden"
        ),
    )
    parser.add_argument(
        "--reason",
        metavar="<text>",
        type=types.line,
        help=_(
            "Why the old version is retired, for its users to read (default: replaced "
            "by version …)"
        ),
    )


def _add_permissions(parser: argparse.ArgumentParser) -> None:
    switches = {
        "--adopt": _(
            "Make the visible image of that name, which belongs to no family yet, the "
            "version that is replaced"
        ),
        "--allow-downgrade": _("Take a version that was built before the current one"),
        "--allow-duplicate": _(
            "Begin a family although another project's visible image has that name"
        ),
        "--force": _(
            "Take bytes again that 'image rollback' has taken back, or that were "
            "current last and were deprecated"
        ),
    }
    for option, meaning in switches.items():
        parser.add_argument(option, action="store_true", help=meaning)
    parser.add_argument(
        "--yes",
        "--auto-approve",
        dest="yes",
        action="store_true",
        help=_("Do what users of the old version will feel: --old-state obsolete"),
    )


def _rotation(parsed_args: argparse.Namespace, owner: str) -> Rotation:
    from osc_imagetools.lifecycle import properties
    from osc_imagetools.operations.request import Request
    from osc_imagetools.operations.rotation import Rotation

    url = parsed_args.url or parsed_args.file
    said = policy.values(parsed_args)
    if parsed_args.by_tag:
        said[properties.FAMILY_TAG] = parsed_args.by_tag
    request = Request(
        urls=(url, *parsed_args.mirrors) if url else (),
        name=parsed_args.name,
        owner=owner,
        access=source.access(parsed_args),
        trust=trust.trust(parsed_args),
        packing=packing.packing(parsed_args),
        description=description.description(parsed_args),
        route=route.route(parsed_args),
        allow_duplicate=parsed_args.allow_duplicate,
    )
    return Rotation(
        request,
        image=parsed_args.image,
        retirement=retirement.retirement(parsed_args),
        policy=said,
        unset=frozenset(parsed_args.unset_properties),
        verify_command=parsed_args.verify_command,
        adopt=parsed_args.adopt,
        copy_members=parsed_args.copy_members,
        allow_pending_members=parsed_args.allow_pending_members,
        allow_downgrade=parsed_args.allow_downgrade,
        force=parsed_args.force,
    )


def _own_tag(text: str) -> str:
    from osc_imagetools.lifecycle import properties

    tag: str = types.tag(text)
    if tag == properties.TAG:
        raise argparse.ArgumentTypeError(f"every version has the tag '{tag}'")
    return tag


def _path(text: str) -> str:
    """The ``file:`` URL of a path."""
    return pathlib.Path(text).expanduser().absolute().as_uri()
