# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""VMware's format: a header, a text that describes the disk, and nothing on it.

https://www.vmware.com/app/vmdk/?src=vmdk (Virtual Disk Format 1.1)
"""

import struct

SECTOR_BYTES = 512
HEADER = struct.Struct("<4sIIQQQQIQQ")
MARKER = struct.Struct("<QII496x")
AT_END = 0xFFFFFFFFFFFFFFFF
FOOTER_MARKER = 3
DESCRIPTOR_SECTORS = 20
DESCRIPTOR_BYTES = 65_536
STREAM_BYTES = 300 << 10


def vmdk_descriptor(
    create_type: str = "monolithicSparse",
    extents: tuple[str, ...] = ('RW 2048 SPARSE "disk.vmdk"',),
    parent: str | None = None,
) -> bytes:
    """The text that says what the disk is made of; alone it is a VMDK as well.

    ``extents`` name files as they are given, ``parent`` the disk that shows through.
    """
    lines = ["# Disk DescriptorFile", "version=1", "CID=2c5eda0c"]
    lines += ["parentCID=ffffffff" if parent is None else "parentCID=2c5eda0b"]
    lines += [f'createType="{create_type}"']
    lines += [] if parent is None else [f'parentFileNameHint="{parent}"']
    return "\n".join([*lines, *extents, ""]).encode()


def vmdk(
    create_type: str = "monolithicSparse",
    extent: str = 'RW 2048 SPARSE "disk.vmdk"',
    *,
    parent: str | None = None,
    sectors: int = 2048,
    descriptor_sectors: int = DESCRIPTOR_SECTORS,
) -> bytes:
    """A VMDK of 1 MiB with its descriptor, otherwise empty."""
    descriptor = vmdk_descriptor(create_type, (extent,), parent)
    return _header(sectors, 0, descriptor_sectors) + descriptor.ljust(
        DESCRIPTOR_BYTES, b"\0"
    )


def stream_optimized_vmdk(
    footer_version: int = 1, footer_at: int = STREAM_BYTES
) -> bytes:
    """The same as it is made for streams: ends in a footer."""
    header = _header(2048, AT_END)
    head = header + vmdk("streamOptimized")[SECTOR_BYTES:]
    marker = MARKER.pack(1, 0, FOOTER_MARKER)
    footer = _header(2048, 2048, version=footer_version)
    return head.ljust(footer_at, b"\0") + marker + footer + bytes(SECTOR_BYTES)


def _header(
    sectors: int,
    directory_at: int,
    descriptor_sectors: int = DESCRIPTOR_SECTORS,
    version: int = 1,
) -> bytes:
    grain_sectors, entries = 128, 512
    header = HEADER.pack(
        b"KDMV",
        version,
        3,
        sectors,
        grain_sectors,
        1,
        descriptor_sectors,
        entries,
        0,
        directory_at,
    )
    return header.ljust(SECTOR_BYTES, b"\0")
