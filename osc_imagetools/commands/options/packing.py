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
    """``--member``, ``--max-size``, ``--disk-format``."""
    parser.add_argument(
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


def packing(parsed_args: argparse.Namespace) -> Packing:
    """What was said."""
    from osc_imagetools.source.limits import Limits
    from osc_imagetools.source.packing import Packing

    limits = Limits(
        max_payload_bytes=parsed_args.max_size or IMAGE_SIZE_CAP,
        ratio_applies=parsed_args.max_size is None,
    )
    return Packing(
        limits, disk_format=parsed_args.disk_format, member=parsed_args.member
    )
