# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Disk images made on the spot, and machines that start them.

What returns bytes needs no tools. What needs QEMU or e2fsprogs says so.
"""

from tests.cloud.images.disks import boot_sector, iso, luks_header, raw
from tests.cloud.images.filesystem import filesystem_image
from tests.cloud.images.machine import BootableIso, bootable_iso, boots, can_boot
from tests.cloud.images.made_by_qemu import (
    broken_vmdk,
    can_convert,
    disk_as,
    vhd_by,
    vhd_summed,
)
from tests.cloud.images.qcow import qcow2
from tests.cloud.images.vmdk import stream_optimized_vmdk, vmdk, vmdk_descriptor

__all__ = [
    "BootableIso",
    "boot_sector",
    "bootable_iso",
    "boots",
    "broken_vmdk",
    "can_boot",
    "can_convert",
    "disk_as",
    "filesystem_image",
    "iso",
    "luks_header",
    "qcow2",
    "raw",
    "stream_optimized_vmdk",
    "vhd_by",
    "vhd_summed",
    "vmdk",
    "vmdk_descriptor",
]
