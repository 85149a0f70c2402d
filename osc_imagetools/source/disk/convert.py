# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A verified image in another format.

To raw, it is read as a disk, from its start to its end: the raw form never lies on
the disk. To qcow2, it lies there once more, since a qcow2 isn't written in order.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Any

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.source.block_size import BLOCK_BYTES
from osc_imagetools.source.disk.qemu import (
    DRIVERS,
    Program,
    read_only,
    require_programs,
)
from osc_imagetools.source.disk.raw_form import raw_form
from osc_imagetools.source.limits import Limits, TooLargeError
from osc_imagetools.source.spool import unnamed_file

WORTH_A_WARNING_BYTES = 16 << 30
"""Of zeros: Glance takes minutes to store them."""

_PROGRAMS = {"raw": ("qemu-img", "qemu-nbd"), "qcow2": ("qemu-img",)}

_CHECKED = ("qcow2", "vdi", "vhdx", "vmdk")
"""What ``qemu-img check`` can look at, of what can be converted."""

_FINE = (0, 2, 3)
"""How it ends if it could look: nothing found, faults, or bytes that nobody uses."""

_KEPT = ("iso",)
"""Started as what they are; Ceph clones an ISO as it clones a raw image."""


class ConversionError(OperatorError):
    """The image can't be fetched in the format that was asked for."""


def require_tools(target: str | None) -> None:
    """Raise `QemuError`, which names a package, if a conversion couldn't be done.

    *target* is ``raw``, ``qcow2``, ``auto`` (which converts to raw, if at all), or
    ``None``.
    """
    if target is not None:
        require_programs(*_PROGRAMS["raw" if target == "auto" else target])


def must_convert(disk_format: str | None, target: str | None) -> bool:
    """Whether an image of *disk_format* isn't what is wanted.

    Raises `ConversionError` for one that can't become it.
    """
    if target is None or disk_format in (None, target, *_KEPT):
        return False
    if disk_format not in DRIVERS:
        raise impossible(target, _("it is %s, which QEMU can't read") % disk_format)
    return True


def impossible(target: str, why: str) -> ConversionError:
    """The error for an image that can't become *target*."""
    return ConversionError(
        _("The image can't be converted to %s") % target, why, _("Remove --convert")
    )


def kept(disk_format: str | None, target: str | None) -> str | None:
    """Why an image of *disk_format* stays so though another *target* was asked for."""
    if target is None or disk_format == target or disk_format not in _KEPT:
        return None
    return _(
        "The image is stored as %(disk_format)s: as %(target)s it would not boot"
    ) % {"disk_format": disk_format, "target": target}


@dataclass
class Conversion:
    """An image on its way into another format; its blocks come once."""

    disk_format: str
    size: int
    """Bytes that `blocks` will be."""
    blocks: Iterator[bytes]
    """At most 256 KiB each; raises `QemuError` unless QEMU too ended well."""
    close: Callable[[], None]
    """End what is running, remove what lies on the disk."""
    warnings: list[str]
    """What the operator should know and that is no error."""


def convert(
    image: IO[bytes],
    disk_format: str,
    target: str,
    limits: Limits,
    folder: str | None = None,
) -> Conversion:
    """*image*, which was inspected and is *disk_format*, as *target*.

    Raises `QemuError`, `TooLargeError` if it becomes larger than it may, and
    `SpoolError` if *folder* has no room for a qcow2.
    """
    _refuse_broken(image, disk_format)
    with ExitStack() as undo:
        if target == "raw":
            disk = raw_form(image, disk_format, undo)
            _refuse_larger(disk.size, limits, target)
            size, blocks = disk.size, disk.blocks()
        else:
            size, blocks = _to_qcow2(image, disk_format, limits, folder, undo)
        close = undo.pop_all().close
    return Conversion(target, size, blocks, close, [*_zeros(size, image, target)])


def _to_qcow2(
    image: IO[bytes],
    disk_format: str,
    limits: Limits,
    folder: str | None,
    undo: ExitStack,
) -> tuple[int, Iterator[bytes]]:
    source = read_only(disk_format)
    measured = _run("measure", "--output=json", "-O", "qcow2", source, image=image)
    room = int(json.loads(measured)["required"])
    _refuse_larger(room, limits, "qcow2")
    target = undo.enter_context(unnamed_file(folder, room))
    number = target.fileno()
    _run(
        *("convert", "-O", "qcow2", source, f"/proc/self/fd/{number}"),
        image=image,
        also=[number],
        most_bytes=limits.max_payload_bytes,
    )
    return os.fstat(number).st_size, iter(lambda: target.read(BLOCK_BYTES), b"")


def _refuse_broken(image: IO[bytes], disk_format: str) -> None:
    """Raise `ConversionError` for an image whose tables are broken.

    QEMU opens such a one, and reads zeros where its content should be.
    """
    if disk_format not in _CHECKED:
        return
    found = json.loads(
        _run("check", "--output=json", read_only(disk_format), image=image, fine=_FINE)
    )
    faults = found.get("corruptions", 0) + found.get("check-errors", 0)
    if faults:
        if faults == 1:
            why = _("'qemu-img check' finds 1 fault in it")
        else:
            why = _("'qemu-img check' finds %d faults in it") % faults
        raise ConversionError(
            _("The image can't be converted from %s") % disk_format,
            why,
            _("Compare it with the file from another mirror"),
        )


def _run(*arguments: str, fine: Sequence[int] = (0,), **options: Any) -> str:
    qemu = Program("qemu-img", *arguments, **options)
    try:
        return qemu.finished(fine=fine)
    finally:
        qemu.close()


def _zeros(size: int, image: IO[bytes], target: str) -> Iterator[str]:
    unpacked = os.fstat(image.fileno()).st_size
    if size - unpacked > WORTH_A_WARNING_BYTES:
        yield _(
            "As %(target)s the image has %(size)d bytes instead of %(unpacked)d, "
            "and its zeros are transferred like all other bytes"
        ) % {"target": target, "size": size, "unpacked": unpacked}


def _refuse_larger(size: int, limits: Limits, target: str) -> None:
    if size > limits.max_payload_bytes:
        raise TooLargeError(
            _("The image would be %(size)d bytes as %(target)s")
            % {"size": size, "target": target},
            _("%d are allowed") % limits.max_payload_bytes,
            _("Use a larger --max-size, or remove --convert"),
        )
