# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the image in a source may be, and how it gets out."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import groups, types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.source.limits import Limits
    from osc_imagetools.source.packing import Packing

IMAGE_SIZE_CAP = 1 << 40
"""Bytes: what Glance itself allows if nobody configured it ('image_size_cap')."""


def add(
    parser: argparse.ArgumentParser,
    *,
    disk_format: str = _("the format that the bytes have"),
    convert: str = _("no conversion"),
) -> None:
    """``--unpack``, ``--member``, ``--max-size``, ``--max-window``, ``--disk-format``,
    ``--container-format``, ``--convert``, ``--tmpdir``.

    *disk_format* and *convert* are what is said of their defaults.
    """
    group = groups.group(parser, groups.UNPACKING)
    _add_unpacking(group)
    group.add_argument(
        "--disk-format",
        metavar="<disk-format>",
        help=_("Require the bytes to be of this disk format (default: %s)")
        % disk_format,
    )
    group.add_argument(
        "--container-format",
        metavar="<container-format>",
        default="bare",
        help=_(
            "Set the container format of the stored file: bare, ova …; any other than "
            "bare is stored as served (default: bare)"
        ),
    )
    group.add_argument(
        "--convert",
        choices=("raw", "qcow2", "auto"),
        help=_(
            "Convert the verified image with QEMU's tools to raw or qcow2; auto: to "
            "raw if the store is Ceph. The download is copied to --tmpdir first; its "
            "raw form never is (default: %s)"
        )
        % convert,
    )
    add_tmpdir(group)


def add_tmpdir(group: groups.Group) -> None:
    """``--tmpdir``."""
    group.add_argument(
        "--tmpdir",
        metavar="<folder>",
        help=_(
            "Copy a zip, or a download to convert, to this folder first (default: "
            "TMPDIR, or /var/tmp)"
        ),
    )


def add_limits(group: groups.Group) -> None:
    """``--max-size``, ``--max-window``."""
    group.add_argument(
        "--max-size",
        metavar="<size>",
        type=types.size,
        help=_(
            "Abort if the unpacked image is larger than this: bytes, or 10G (default: "
            "1T)"
        ),
    )
    group.add_argument(
        "--max-window",
        metavar="<size>",
        type=types.size,
        help=_(
            "Abort if unpacking xz, LZMA or zstd takes more memory than this: bytes, "
            "or 1G (default: 128M)"
        ),
    )


def _add_unpacking(group: groups.Group) -> None:
    # A member is one of an archive that is unpacked
    exclusive = group.add_mutually_exclusive_group()
    exclusive.add_argument(
        "--unpack",
        choices=("auto", "none"),
        default="auto",
        help=_(
            "Unpack a file whose first bytes show that it is compressed or an archive "
            "(auto), or store the file as served (none): no server can start from an "
            "image that is stored compressed (default: auto)"
        ),
    )
    exclusive.add_argument(
        "--member",
        metavar="<glob>",
        help=_(
            "Extract the file that matches this from an archive with several images"
        ),
    )
    add_limits(group)


def limits(parsed_args: argparse.Namespace) -> Limits:
    """How large a payload may get, and its unpacking."""
    from osc_imagetools.source.limits import MAX_WINDOW_BYTES, Limits

    return Limits(
        max_payload_bytes=parsed_args.max_size or IMAGE_SIZE_CAP,
        ratio_applies=parsed_args.max_size is None,
        max_window_bytes=parsed_args.max_window or MAX_WINDOW_BYTES,
    )


def packing(parsed_args: argparse.Namespace) -> Packing:
    """What was said."""
    from osc_imagetools.source.packing import Packing

    return Packing(
        limits(parsed_args),
        disk_format=parsed_args.disk_format,
        member=parsed_args.member,
        unpack=parsed_args.unpack == "auto",
        container_format=parsed_args.container_format,
        convert=parsed_args.convert,
        tmpdir=parsed_args.tmpdir,
    )
