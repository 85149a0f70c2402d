# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Which format the bytes of a disk image have, and what makes one unsafe.

The verdict is that of `oslo_utils.imageutils.format_inspector`, which Glance
and Nova use too. Added are the rules for what it leaves open: what Glance does
with a hybrid ISO, encryption inside of a qcow2, formats cut off too early.
"""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, cast

from oslo_utils.imageutils import format_inspector
from oslo_utils.imageutils.format_inspector import FileInspector, InspectWrapper

from osc_imagetools.printable import printable
from osc_imagetools.source.disk import known
from osc_imagetools.source.disk.errors import FormatError, damaged, unsafe

# It logs each failed check beside raising it; an operator is told once.
logging.getLogger(format_inspector.__name__).setLevel(logging.CRITICAL)

LARGEST_DISK_BYTES = (2**31 - 1) << 30
"""Glance keeps ``min_disk`` in GiB, as a signed integer of 32 bits."""

_AS_LARGE_AS_ITS_FILE = ("raw", "gpt", "iso")

_NOT_INSPECTABLE = ("aki", "ari", "ami", "ploop")
"""Stored as declared if the bytes are nothing else, as Glance does."""

_MAY_HAVE_A_BOOT_SECTOR = ("aki", "ari")
"""A kernel for x86 has one, without partitions, and oslo takes it for a table."""

_FOOTER = "footer"
"""The one safety check of oslo's that needs the end of the image."""

_REASONS = {
    "backing_file": "it has a backing file, which would be read on the server",
    "data_file": "it has an external data file, which would be read on the server",
    "unknown_features": "whether it is can't be checked",
    "banned": "no image of this format is",
    "descriptor": "only streamOptimized and monolithicSparse without paths are",
    _FOOTER: "its footer contradicts its header",
}
"""What the failure of a safety check of oslo's means, by its name."""

_VMDK_CAPACITY = struct.Struct("<12xQ")
_VMDK_DESCRIPTOR = slice(512, 512 + (20 << 9))
"""The 20 sectors that QEMU reads, whatever the header says."""

_VHD_KIND = struct.Struct(">60xI")
_VHD_DIFFERENCING = 4

_VDI_KIND = struct.Struct("<76xI344x16s16s")
"""Kind; the images that it is linked to, and made from."""

_VDI_KINDS = (1, 2)
"""Dynamic and static: QEMU reads no others."""

_QCOW2_START = struct.Struct(">4xI12xI8xI")
"""Version, bits of the size of a cluster, cipher."""

_QCOW2_FEATURES = struct.Struct(">72xQ")
_QCOW2_CORRUPT = 1 << 1
_QCOW2_HEADER_LENGTH = struct.Struct(">100xI")
_QCOW2_SHORTEST_HEADER = 104
_QCOW2_CIPHERS = {0: "", 1: "AES", 2: "LUKS"}


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
        for _ in watched:
            pass
        found = {str(inspector): inspector for inspector in watched.formats or ()}
    name = known.first(known.CUT_OFF, known.padded(head))
    if name and name not in found:
        raise damaged(f"it begins as {name} and ends too early")
    if found.keys() == {"iso", "gpt"}:
        return found["iso"]
    if len(found) > 1:
        raise FormatError(
            "The image has more than one format",
            f"its bytes are valid as {' and '.join(sorted(found))}",
            "Do not use it: this is a way to hide files from checks",
        )
    return next(iter(found.values()))


def refuse_without_name(head: bytes, declared: str | None) -> None:
    """Raise `FormatError` for an image of a format that Glance has no name for.

    Stored as raw, QEMU or a person would sooner or later take it for what it is, with
    whatever files it names: VMDK's descriptors are nothing but that.
    """
    if known.is_vmdk_descriptor(head):
        raise unsafe("vmdk", "it is a descriptor that names other files")
    driver = known.first(known.OTHER_IMAGES, known.padded(head))
    if driver is None or (driver == "parallels" and declared == "ploop"):
        return
    kind = f"{driver} of an old kind" if driver == "vmdk" else driver
    raise FormatError(
        f"The image is {kind}",
        "Glance does not accept such images, and can't check whether they are safe",
        f"Convert it with 'qemu-img convert -f {driver} -O qcow2', if you trust its "
        "vendor, and import the result",
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
    table = " with a partition table" if name == "gpt" else ""
    raise FormatError(
        f"The image is not {printable(declared or '')}",
        f"its bytes are {glance_name}{table}",
        f"Remove --disk-format, or use --disk-format {glance_name}",
    )


def partition_surprise(inspector: FileInspector, disk_format: str) -> str | None:
    """Why Glance may refuse an image for its partition table, if it may."""
    if str(inspector) != "gpt":
        return None
    if disk_format in _MAY_HAVE_A_BOOT_SECTOR:
        return (
            "Glance reads the image's boot sector as a partition table, and refuses "
            f"the image as {disk_format} unless the cloud's require_image_format_match "
            f"is disabled; it does not check with --container-format {disk_format}"
        )
    failures = _failures(inspector)
    if not failures:
        return None
    return (
        f"Glance may refuse the image for its partition table"
        f" ({', '.join(failures.values())}), unless the cloud's"
        " gpt_safety_checks_nonfatal allows it"
    )


def refuse_unsafe(inspector: FileInspector, head: bytes, *, is_whole: bool) -> None:
    """Raise `UnsafeImageError` for what the bytes so far show to be unsafe."""
    name = str(inspector)
    if name == "luks":
        raise unsafe(
            name, "its content is encrypted, and only Barbican can hold such keys"
        )
    if name == "gpt" or not (is_whole or inspector.complete):
        return
    for check, why in _failures(inspector).items():
        if is_whole or check != _FOOTER:
            raise unsafe(name, f"{_REASONS.get(check, check)} ({why})")
    if name in _MORE_CHECKS:
        _MORE_CHECKS[name](head)


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
        raise damaged(f"it claims to be a disk of {claimed} bytes")
    return claimed or None


@contextmanager
def understood() -> Iterator[None]:
    """Turn what oslo's inspectors raise for damaged images into `FormatError`."""
    try:
        yield
    # They are given whatever strangers make up, and raise whatever that leads to
    except Exception as error:
        raise damaged(f"its format can't be read: {printable(str(error))}") from error


def _has_only_a_boot_sector(inspector: FileInspector, head: bytes) -> bool:
    if str(inspector) != "gpt":
        return False
    # What stands in a kernel where the partitions would may look like some
    if known.foreign(head) == known.LINUX:
        return True
    return known.disk(head) == known.BOOT_SECTOR.name and bool(_failures(inspector))


def _failures(inspector: FileInspector) -> dict[str, str]:
    with understood():
        try:
            inspector.safety_check()
        except format_inspector.SafetyCheckFailed as error:
            return {name: str(why) for name, why in error.failures.items()}
    return {}


def _refuse_unsafe_qcow2(head: bytes) -> None:
    version, cluster_bits, cipher = _QCOW2_START.unpack_from(head)
    if cipher:
        name = _QCOW2_CIPHERS.get(cipher, f"method {cipher}")
        raise unsafe("qcow2", f"its content is encrypted ({name})")
    if version < 3:
        return
    (features,) = _QCOW2_FEATURES.unpack_from(head)
    if features & _QCOW2_CORRUPT:
        raise damaged("the QEMU that last used it marked it as corrupt")
    (length,) = _QCOW2_HEADER_LENGTH.unpack_from(head)
    is_within_a_cluster = cluster_bits < 32 and length <= 1 << cluster_bits
    if length < _QCOW2_SHORTEST_HEADER or length % 8 or not is_within_a_cluster:
        raise unsafe("qcow2", f"its header claims to be {length} bytes long")


def _refuse_unsafe_vmdk(head: bytes) -> None:
    # QEMU takes both of these to other files; oslo's checks let them pass
    (capacity,) = _VMDK_CAPACITY.unpack_from(head)
    if not capacity:
        raise unsafe("vmdk", "its disk is in the files that its descriptor names")
    if b"parentfilenamehint" in head[_VMDK_DESCRIPTOR].lower():
        raise unsafe("vmdk", "it has a parent, which would be read on the server")


def _refuse_unsafe_vhd(head: bytes) -> None:
    (kind,) = _VHD_KIND.unpack_from(head)
    if kind == _VHD_DIFFERENCING:
        raise unsafe("vhd", "it has a parent, which would be read on the server")


def _refuse_unsafe_vdi(head: bytes) -> None:
    kind, link, parent = _VDI_KIND.unpack_from(head)
    if kind not in _VDI_KINDS or any(link + parent):
        raise unsafe("vdi", "it contains only the changes to another image")


_MORE_CHECKS = {
    "qcow2": _refuse_unsafe_qcow2,
    "vmdk": _refuse_unsafe_vmdk,
    "vhd": _refuse_unsafe_vhd,
    "vdi": _refuse_unsafe_vdi,
}
