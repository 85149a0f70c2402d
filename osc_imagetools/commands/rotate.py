# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``openstack image rotate``."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from types import ModuleType
from typing import TYPE_CHECKING, Any

from osc_imagetools.commands import cloud
from osc_imagetools.commands.options import (
    builds,
    common,
    description,
    groups,
    packing,
    policy,
    project,
    route,
    source,
    succession,
    trust,
    types,
)
from osc_imagetools.commands.output import rotations, steps
from osc_imagetools.commands.output.base import ShowOne
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.operations.rotation import RotateRequest

LOG = logging.getLogger(__name__)


class Rotate(ShowOne):
    _description = _(
        "Make a new version current and retire the one before it. The name finds an "
        "image at every moment; the old version keeps its ID, name and data, and is "
        "hidden. The new version carries over from the old one whatever no option "
        "sets; without an old version, the new one is the first of its family."
    )

    headings = rotations.HEADINGS
    short = rotations.SHORT

    examples = (
        (
            _("Rotate to what the URL of the current version offers now, if it is new"),
            "openstack image rotate ubuntu-24.04",
        ),
        (
            _("Rotate to the file at another URL, and record which versions to keep"),
            "openstack image rotate appliance --keep 3 --delete-after 90d \\\n"
            "--url https://vendor.example/appliance-8.qcow2 --checksum sha256:$DIGEST",
        ),
        (
            _("Publish an image that is in Glance already, if it passes your own test"),
            'openstack image rotate golden --image "golden build 42" \\\n'
            "--verify-command ./boot-test",
        ),
    )

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "name",
            metavar="<name>",
            type=types.image_name,
            help=_("Name of the family, which is the name of its current version"),
        )
        source.add_origin(parser)
        source.add(parser)
        trust.add(parser)
        _add_version(parser)
        succession.add(parser)
        _add_policy(parser)
        route.add(parser, store=_("the stores of the current version"))
        _add_safety(parser)
        project.add(parser)
        common.add_long(parser)
        return parser

    def take_action(
        self, parsed_args: argparse.Namespace
    ) -> tuple[Sequence[str], Iterable[Any]]:
        from osc_imagetools.operations.rotation import STAGED, plan_rotation, rotate
        from osc_imagetools.progress import Bar

        if fault := succession.fault(parsed_args) or _fault(parsed_args):
            self._parser.error(fault)
        session = cloud.session(self.app, parsed_args)
        request = _request(parsed_args)
        if parsed_args.dry_run:
            return steps.planned(plan_rotation(session, request))
        quiet = self.app.options.verbose_level == 0
        with Bar(parsed_args.name, quiet=quiet) as bar:
            done = rotate(replace(session, progress=bar), request)
        if done.failed_stores:
            LOG.error(_("Not stored in: %s"), ", ".join(done.failed_stores))
        if done.failed_stores or not done.is_done:
            self.status = 1
        if done.note and (done.result == STAGED or not done.is_done):
            LOG.warning("%s", done.note)
        return rotations.rotated(done)


def _fault(parsed_args: argparse.Namespace) -> str | None:
    """What can't be meant, of where the new version comes from."""
    if parsed_args.image and _said(parsed_args, trust, packing, route, source):
        return _(
            "--image: the image is stored already, so options that fetch, "
            "verify, unpack, convert or store it do not apply"
        )
    if parsed_args.from_family is not None:
        return _promotion_fault(parsed_args)
    said = parsed_args.source
    if parsed_args.mirrors and not parsed_args.url:
        return _("--mirror requires --url")
    if parsed_args.source_user and not (parsed_args.url or said):
        return _(
            "--source-user requires --url or --source (without them, the credentials "
            "come from ~/.netrc)"
        )
    return builds.fault(parsed_args)


def _promotion_fault(parsed_args: argparse.Namespace) -> str | None:
    if parsed_args.from_family == parsed_args.name:
        return _("--from-family: a candidate needs a family of its own")
    if parsed_args.source_index or _said(parsed_args, trust, packing, route, source):
        return _(
            "--from-family: the candidate is stored already, so options that fetch, "
            "verify, unpack, convert or store it do not apply"
        )
    if parsed_args.stays_hidden:
        return _("--from-family: the candidate is visible, so --hidden does not apply")
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


def _add_version(parser: argparse.ArgumentParser) -> None:
    packing.add(
        parser,
        disk_format=_("the format of the current version"),
        convert=_("to the format of the current version, if necessary"),
    )
    description.add(
        parser,
        inherits=_(
            "Unless these options set them, properties, tags, visibility, "
            "protection, smallest disk and memory, and members are carried over from "
            "the current version."
        ),
        default=_("default of a first version"),
    )
    groups.group(parser, groups.NEW_VERSION).add_argument(
        "--unset-property",
        metavar="<key>",
        dest="unset_properties",
        type=types.unset_property,
        action="append",
        default=[],
        help=_("Do not carry over this property (repeat for several)"),
    )
    succession.add_members(parser)


def _add_policy(parser: argparse.ArgumentParser) -> None:
    policy.add_values(parser)
    groups.group(parser, groups.POLICY).add_argument(
        "--by-tag",
        metavar="<tag>",
        type=_own_tag,
        help=_(
            "From now on, keep this tag on the current version and on no other, for "
            "services that select images by tag, such as Octavia"
        ),
    )


def _add_safety(parser: argparse.ArgumentParser) -> None:
    common.add_dry_run(parser)
    succession.add_verify_command(parser)
    group = groups.group(parser, groups.SAFETY)
    for option, meaning in _PERMISSIONS.items():
        group.add_argument(option, action="store_true", help=meaning)
    succession.add_pending_members(parser)
    common.add_yes(
        parser, _("Confirm what users of the old version notice: --old-state obsolete")
    )


_PERMISSIONS = {
    "--adopt": _(
        "Adopt the visible image of that name, which does not belong to a family yet, "
        "as the version to replace"
    ),
    "--force": _(
        "Accept bytes that were rolled back, or those of the last current version, "
        "though it was deprecated"
    ),
    "--allow-downgrade": _("Accept a version that was built before the current one"),
    "--allow-duplicate": _(
        "Start a family even if a visible image of another project has that name"
    ),
}


def _request(parsed_args: argparse.Namespace) -> RotateRequest:
    from osc_imagetools.lifecycle.model import properties
    from osc_imagetools.operations.rotation import RotateRequest

    url = parsed_args.url or parsed_args.file
    said = policy.values(parsed_args)
    unset = {*parsed_args.unset_properties}
    if parsed_args.by_tag:
        said[properties.FAMILY_TAG] = parsed_args.by_tag
    if parsed_args.url:
        # From now on, the family's builds come from there.
        unset.add(properties.FAMILY_SOURCE)
    return RotateRequest(
        parsed_args.name,
        access=source.access(parsed_args),
        trust=trust.trust(parsed_args),
        packing=packing.packing(parsed_args),
        description=description.description(parsed_args),
        route=route.route(parsed_args),
        urls=(url, *parsed_args.mirrors) if url else (),
        source=builds.build_source(parsed_args),
        image=parsed_args.image,
        from_family=parsed_args.from_family,
        retirement=succession.retirement(parsed_args),
        policy=said,
        unset=frozenset(unset),
        verify_command=parsed_args.verify_command,
        adopt=parsed_args.adopt,
        copy_members=parsed_args.copy_members,
        allow_pending_members=parsed_args.allow_pending_members,
        allow_downgrade=parsed_args.allow_downgrade,
        allow_duplicate=parsed_args.allow_duplicate,
        force=parsed_args.force,
    )


def _own_tag(text: str) -> str:
    from osc_imagetools.lifecycle.model import properties

    tag: str = types.tag(text)
    if tag == properties.TAG:
        raise argparse.ArgumentTypeError(
            _("every version already has the tag '%s'") % tag
        )
    return tag
