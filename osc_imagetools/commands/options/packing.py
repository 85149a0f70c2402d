# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the image in a source may be, and how it gets out."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from osc_imagetools.commands.options import types
from osc_imagetools.i18n import _

if TYPE_CHECKING:
    from osc_imagetools.source.packing import Packing

IMAGE_SIZE_CAP = 1 << 40
"""Bytes: what Glance itself allows if nobody configured it ('image_size_cap')."""


def add(parser: argparse.ArgumentParser) -> None:
    """``--unpack``, ``--member``, ``--max-size``, ``--disk-format``, ``--convert``,
    ``--tmpdir``.
    """
    # A member is one of an archive that is unpacked
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--unpack",
        choices=("auto", "none"),
        default="auto",
        help=_(
            "auto: take off what the image is packed in, which its first bytes tell "
            "(default); none: store what is served as it is, so that a compressed "
            "image becomes one that no server can start from"
        ),
    )
    group.add_argument(
        "--member",
        metavar="<glob>",
        help=_("Which file of an archive, if it holds more than one image"),
    )
    parser.add_argument(
        "--max-size",
        metavar="<size>",
        type=types.size,
        help=_(
            "Give up an image larger than this, unpacked: bytes, or 10G (default: 1T)"
        ),
    )
    parser.add_argument(
        "--disk-format",
        metavar="<disk-format>",
        help=_("What the bytes have to be (default: what they are)"),
    )
    parser.add_argument(
        "--container-format",
        metavar="<container-format>",
        default="bare",
        help=_(
            "What the stored file is around the disk: bare, ova … (default: bare); "
            "what isn't bare is stored as served"
        ),
    )
    parser.add_argument(
        "--convert",
        choices=("raw", "qcow2", "auto"),
        help=_(
            "Convert the image when it has been verified, with QEMU's tools; auto: to "
            "raw where the store is Ceph (default: leave it as it is). "
            "The download is copied to --tmpdir for that; its raw form never is"
        ),
    )
    parser.add_argument(
        "--tmpdir",
        metavar="<folder>",
        help=_(
            "Where to copy what has to lie on the disk first, a zip or what is "
            "converted (default: TMPDIR, or /var/tmp)"
        ),
    )


def packing(parsed_args: argparse.Namespace) -> Packing:
    """What was said."""
    from osc_imagetools.source.limits import Limits
    from osc_imagetools.source.packing import Packing

    limits = Limits(
        max_payload_bytes=parsed_args.max_size or IMAGE_SIZE_CAP,
        ratio_applies=parsed_args.max_size is None,
    )
    return Packing(
        limits,
        disk_format=parsed_args.disk_format,
        member=parsed_args.member,
        unpack=parsed_args.unpack == "auto",
        container_format=parsed_args.container_format,
        convert=parsed_args.convert,
        tmpdir=parsed_args.tmpdir,
    )
