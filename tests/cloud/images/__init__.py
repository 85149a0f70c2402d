# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Disk images made on the spot, and machines that start them.

What returns bytes needs no tools. What needs QEMU or e2fsprogs says so.
"""

from tests.cloud.images.disks import boot_sector, luks_header, raw
from tests.cloud.images.filesystem import filesystem_image
from tests.cloud.images.machine import BootableIso, bootable_iso, boots, can_boot
from tests.cloud.images.qcow import qcow2

__all__ = [
    "BootableIso",
    "boot_sector",
    "bootable_iso",
    "boots",
    "can_boot",
    "filesystem_image",
    "luks_header",
    "qcow2",
    "raw",
]
