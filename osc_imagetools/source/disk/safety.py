# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What makes a disk image unsafe: backing files, parents, encryption, and the like.

The verdict is that of `oslo_utils.imageutils.format_inspector`, which Glance and Nova
use too. Added is what it leaves open, such as encryption inside of a qcow2.
"""

from __future__ import annotations

import logging
import struct

from oslo_utils.imageutils import format_inspector
from oslo_utils.imageutils.format_inspector import FileInspector

from osc_imagetools.i18n import _
from osc_imagetools.source.disk.errors import damaged, understood, unsafe

# It logs each failed check beside raising it; an operator is told once.
logging.getLogger(format_inspector.__name__).setLevel(logging.CRITICAL)

_FOOTER = "footer"
"""The one safety check of oslo's that needs the end of the image."""

_REASONS = {
    "backing_file": _("it has a backing file, which would be read on the server"),
    "data_file": _("it has an external data file, which would be read on the server"),
    "unknown_features": _("whether it is can't be checked"),
    "banned": _("no image of this format is"),
    "descriptor": _("only streamOptimized and monolithicSparse without paths are"),
    _FOOTER: _("its footer contradicts its header"),
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


def refuse_unsafe(inspector: FileInspector, head: bytes, *, is_whole: bool) -> None:
    """Raise `UnsafeImageError` for what the bytes so far show to be unsafe."""
    name = str(inspector)
    if name == "luks":
        raise unsafe(
            name, _("its content is encrypted, and only Barbican can hold such keys")
        )
    if name == "gpt" or not (is_whole or inspector.complete):
        return
    for check, why in failures(inspector).items():
        if is_whole or check != _FOOTER:
            raise unsafe(name, f"{_REASONS.get(check, check)} ({why})")
    if name in _MORE_CHECKS:
        _MORE_CHECKS[name](head)


def failures(inspector: FileInspector) -> dict[str, str]:
    """The safety checks of oslo's that an image fails, by name, with their words."""
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
        raise unsafe("qcow2", _("its content is encrypted (%s)") % name)
    if version < 3:
        return
    (features,) = _QCOW2_FEATURES.unpack_from(head)
    if features & _QCOW2_CORRUPT:
        raise damaged(_("the QEMU that last used it marked it as corrupt"))
    (length,) = _QCOW2_HEADER_LENGTH.unpack_from(head)
    is_within_a_cluster = cluster_bits < 32 and length <= 1 << cluster_bits
    if length < _QCOW2_SHORTEST_HEADER or length % 8 or not is_within_a_cluster:
        raise unsafe("qcow2", _("its header claims to be %d bytes long") % length)


def _refuse_unsafe_vmdk(head: bytes) -> None:
    # QEMU takes both of these to other files; oslo's checks let them pass
    (capacity,) = _VMDK_CAPACITY.unpack_from(head)
    if not capacity:
        raise unsafe("vmdk", _("its disk is in the files that its descriptor names"))
    if b"parentfilenamehint" in head[_VMDK_DESCRIPTOR].lower():
        raise unsafe("vmdk", _("it has a parent, which would be read on the server"))


def _refuse_unsafe_vhd(head: bytes) -> None:
    (kind,) = _VHD_KIND.unpack_from(head)
    if kind == _VHD_DIFFERENCING:
        raise unsafe("vhd", _("it has a parent, which would be read on the server"))


def _refuse_unsafe_vdi(head: bytes) -> None:
    kind, link, parent = _VDI_KIND.unpack_from(head)
    if kind not in _VDI_KINDS or any(link + parent):
        raise unsafe("vdi", _("it contains only the changes to another image"))


_MORE_CHECKS = {
    "qcow2": _refuse_unsafe_qcow2,
    "vmdk": _refuse_unsafe_vmdk,
    "vhd": _refuse_unsafe_vhd,
    "vdi": _refuse_unsafe_vdi,
}
