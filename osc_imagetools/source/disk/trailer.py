# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What shows what an image is at its end only."""

from __future__ import annotations

import struct
from typing import NamedTuple

from osc_imagetools.i18n import _
from osc_imagetools.source.disk.errors import FormatError

MOST_SURPLUS_BYTES = 4096
"""Of zeros behind a footer: as whoever copies by pages leaves them."""

_TRAILER_BYTES = 512
END_BYTES = MOST_SURPLUS_BYTES + _TRAILER_BYTES
"""From the end of an image: all that is looked at."""

_VHD = b"conectix"
_VHD_DISK = struct.Struct(">48xQ4xI")
"""Bytes of the disk, kind."""
_VHD_FIXED = 2
# Microsoft's first programs left out the last byte
_SHORTEST_VHD_FOOTER_BYTES = 511

_DMG = b"koly"

_VHD_BY_HAND = (
    "qemu-img convert -O raw --image-opts"
    " driver=vpc,force_size_calc=current_size,file.filename=disk.vhd disk.raw"
)
"""The option as `qemu.read_only` has it: else the end of the disk may be left out."""


class FixedVhd(NamedTuple):
    """What only the end of an image shows to be a VHD."""

    disk_bytes: int
    surplus_bytes: int
    """Zeros behind its footer, with which no program takes it for a VHD."""


def fixed_vhd(tail: bytes) -> FixedVhd | None:
    """What *tail*, the end of an image, says if it is that of a VHD of fixed size."""
    start = tail.rfind(_VHD)
    if start < 0 or len(tail) - start < _SHORTEST_VHD_FOOTER_BYTES:
        return None
    disk_bytes, kind = _VHD_DISK.unpack_from(tail, start)
    surplus = tail[start + _TRAILER_BYTES :]
    if surplus and (any(surplus) or kind != _VHD_FIXED):
        return None
    return FixedVhd(disk_bytes, len(surplus))


def refuse_trailer(tail: bytes) -> None:
    """Raise `FormatError` for what would be stored as raw, and ends as something else.

    *tail* is the last `END_BYTES`, or all if there are fewer.
    """
    if vhd := fixed_vhd(tail):
        # Glance looks at the head alone, so as vhd it refuses it with 415
        raise FormatError(
            _("The image is a VHD of fixed size"),
            _("Glance treats it as raw, and its footer would become part of the disk"),
            _remedy(vhd),
        )
    if tail[-_TRAILER_BYTES:].startswith(_DMG):
        raise FormatError(
            _("The image is dmg"),
            _("Glance does not accept such images"),
            _(
                "Convert it with 'qemu-img convert -f dmg -O qcow2' and import the "
                "result"
            ),
        )


def _remedy(vhd: FixedVhd) -> str:
    number = vhd.surplus_bytes
    if number:
        return _(
            "Remove the %(number)d bytes after its footer with 'truncate "
            "--size=-%(number)d disk.vhd', and import that with --convert qcow2"
        ) % {"number": number}
    return (
        _(
            "Use --convert qcow2; if it has to be raw, as for Ceph, convert it with "
            "'%s' and import the result"
        )
        % _VHD_BY_HAND
    )
