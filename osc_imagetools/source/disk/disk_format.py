# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which format the bytes of a disk image have.

The verdict is that of `oslo_utils.imageutils.format_inspector`, which Glance
and Nova use too. Added are the rules for what it leaves open: what Glance does
with a hybrid ISO, formats cut off too early.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, cast

from oslo_utils.imageutils.format_inspector import FileInspector, InspectWrapper

from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.disk import known
from osc_imagetools.source.disk.errors import (
    FormatError,
    damaged,
    understood,
    unsafe,
)
from osc_imagetools.source.disk.safety import failures

LARGEST_DISK_BYTES = (2**31 - 1) << 30
"""Glance keeps ``min_disk`` in GiB, as a signed integer of 32 bits."""

_AS_LARGE_AS_ITS_FILE = ("raw", "gpt", "iso")

_NOT_INSPECTABLE = ("aki", "ari", "ami", "ploop")
"""Stored as declared if the bytes are nothing else, as Glance does."""

_MAY_HAVE_A_BOOT_SECTOR = ("aki", "ari")
"""A kernel for x86 has one, without partitions, and oslo takes it for a table."""


def inspected(blocks: Iterator[bytes], only: str | None = None) -> InspectWrapper:
    """The same blocks, watched by the inspectors of all formats, or of one."""
    # Typed as a file, but iterating it needs no more than next()
    return InspectWrapper(
        cast("IO[bytes]", blocks), allowed_formats=[only] if only else None
    )


def recognise(head: bytes) -> FileInspector:
    """The inspector of the one format that an image beginning with *head* has.

    Raises `FormatError` if it has several (but a bootable ISO may have a
    partition table) or is damaged.
    """
    watched = inspected(iter([head]))
    with understood():
        for _block in watched:
            pass
        found = {str(inspector): inspector for inspector in watched.formats or ()}
    name = known.first(known.CUT_OFF, known.padded(head))
    if name and name not in found:
        raise damaged(_("it begins as %s and ends too early") % name)
    if found.keys() == {"iso", "gpt"}:
        return found["iso"]
    if len(found) > 1:
        raise FormatError(
            _("The image has more than one format"),
            _("its bytes are valid as %s") % " and ".join(sorted(found)),
            _("Do not use it: this is a way to hide files from checks"),
        )
    return next(iter(found.values()))


def refuse_without_name(head: bytes, declared: str | None) -> None:
    """Raise `FormatError` for an image of a format that Glance has no name for.

    Stored as raw, QEMU or a person would sooner or later take it for what it is, with
    whatever files it names: VMDK's descriptors are nothing but that.
    """
    if known.is_vmdk_descriptor(head):
        raise unsafe("vmdk", _("it is a descriptor that names other files"))
    driver = known.first(known.OTHER_IMAGES, known.padded(head))
    if driver is None or (driver == "parallels" and declared == "ploop"):
        return
    if driver == "vmdk":
        what = _("The image is %s of an old kind") % driver
    else:
        what = _("The image is %s") % driver
    raise FormatError(
        what,
        _("Glance does not accept such images, and can't check whether they are safe"),
        _(
            "Convert it with 'qemu-img convert -f %s -O qcow2', if you trust its "
            "vendor, and import the result"
        )
        % driver,
    )


def agreed_format(inspector: FileInspector, head: bytes, declared: str | None) -> str:
    """Glance's name of the format; `FormatError` if *declared* contradicts it."""
    name = str(inspector)
    glance_name = "raw" if name == "gpt" else name
    if declared in (None, name, glance_name):
        return declared or glance_name
    if declared in _NOT_INSPECTABLE and name == "raw":
        return declared
    if declared in _MAY_HAVE_A_BOOT_SECTOR and _has_only_a_boot_sector(inspector, head):
        return str(declared)
    if name == "gpt":
        why = _("its bytes are %s with a partition table") % glance_name
    else:
        why = _("its bytes are %s") % glance_name
    raise FormatError(
        _("The image is not %s") % printable(declared or ""),
        why,
        _("Remove --disk-format, or use --disk-format %s") % glance_name,
    )


def partition_surprise(inspector: FileInspector, disk_format: str) -> str | None:
    """Why Glance may refuse an image for its partition table, if it may."""
    if str(inspector) != "gpt":
        return None
    if disk_format in _MAY_HAVE_A_BOOT_SECTOR:
        return _(
            "Glance reads the image's boot sector as a partition table, and refuses "
            "the image as %(disk_format)s unless the cloud's "
            "require_image_format_match is disabled; it does not check with "
            "--container-format %(disk_format)s"
        ) % {"disk_format": disk_format}
    failed = failures(inspector)
    if not failed:
        return None
    return _(
        "Glance may refuse the image for its partition table (%s), unless the cloud's "
        "gpt_safety_checks_nonfatal allows it"
    ) % ", ".join(failed.values())


def virtual_size(inspector: FileInspector, size: int | None) -> int | None:
    """Bytes of the disk in an image; None if not known yet.

    *size* is that of the whole image in bytes, None before its end. Raises
    `FormatError` for a disk larger than any that Glance can describe.
    """
    if str(inspector) in _AS_LARGE_AS_ITS_FILE:
        return size
    with understood():
        claimed = inspector.virtual_size
    if claimed > LARGEST_DISK_BYTES:
        raise damaged(_("it claims to be a disk of %d bytes") % claimed)
    return claimed or None


def _has_only_a_boot_sector(inspector: FileInspector, head: bytes) -> bool:
    if str(inspector) != "gpt":
        return False
    # What stands in a kernel where the partitions would may look like some
    if known.foreign(head) == known.LINUX:
        return True
    return known.disk(head) == known.BOOT_SECTOR.name and bool(failures(inspector))
