# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Images of every format that QEMU knows: how to make them, and what QEMU sees."""

from __future__ import annotations

import functools
import json
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.cloud.images import (
    boot_sector,
    iso,
    luks_header,
    qcow2,
    raw,
    stream_optimized_vmdk,
    vmdk,
    vmdk_descriptor,
)

QEMU_IMG = shutil.which("qemu-img")
MIB = 1 << 20
DISK = boot_sector() + raw(MIB - 512)

_FLAT = ('RW 1 FLAT "/etc/passwd" 0',)
_VDI = struct.pack("<IIII", 0xBEDA107F, 0x10001, 0x190, 1)
_CLOOP = (
    b"#!/bin/sh\n#V2.0 Format\n"
    b"modprobe cloop file=$0 && mount -r -t iso9660 /dev/cloop $1\n"
)
_BOCHS = b"Bochs Virtual HD Image".ljust(32, b"\0") + struct.pack(
    "<16s16sII", b"Redolog", b"Growing", 0x20000, 512
)

BY_HAND = {
    "qcow2": qcow2(DISK),
    "qcow2, version 2": qcow2(DISK, version=2),
    "qcow": struct.pack(">4sIQIIQ", b"QFI\xfb", 1, 0, 0, 0, MIB).ljust(MIB, b"\0"),
    "qed": b"QED\0".ljust(MIB, b"\0"),
    "vdi": (bytes(0x40) + _VDI).ljust(MIB, b"\0"),
    "vhdx": b"vhdxfile".ljust(MIB, b"\0"),
    "vpc": b"conectix".ljust(MIB, b"\0"),
    "parallels": (b"WithoutFreeSpace" + struct.pack("<I", 2)).ljust(MIB, b"\0"),
    "parallels, new": (b"WithouFreSpacExt" + struct.pack("<I", 2)).ljust(MIB, b"\0"),
    "luks": luks_header(),
    "cloop": _CLOOP + raw(MIB),
    "bochs": _BOCHS.ljust(MIB, b"\0"),
    "vmdk": vmdk(),
    "vmdk, stream": stream_optimized_vmdk(),
    "vmdk, COWD": b"COWD\1\0\0\0".ljust(MIB, b"\0"),
    "vmdk, text": vmdk_descriptor("monolithicFlat", _FLAT),
    "vmdk, text and NULs": vmdk_descriptor("twoGbMaxExtentFlat", _FLAT) + bytes(600),
    "vmdk, no title": b"version=1\nCID=1\n" + _FLAT[0].encode() + b"\n",
    "vmdk, comments": b"#!/bin/sh\n# x\n  \nversion=3\r\nCID=1\r\n" + bytes(600),
    "raw": DISK,
    "raw, ISO": iso(),
}
"""Of each format, made by nobody's program; its first word is QEMU's name of it."""

_OPTIONS = {
    "qcow2": (
        *("compat=v2", "compat=v3", "cluster_size=512", "cluster_size=2M"),
        *("refcount_bits=1", "refcount_bits=64", "lazy_refcounts=on"),
        *("preallocation=metadata", "compression_type=zstd", "extended_l2=on"),
    ),
    "qcow": ("",),
    "qed": ("", "cluster_size=4096", "table_size=2"),
    "vdi": ("", "static=on"),
    "vhdx": ("", "subformat=fixed", "block_size=1M", "block_state_zero=off"),
    "vmdk": (
        *("", "compat6=on", "zeroed_grain=on", "adapter_type=lsilogic"),
        *("subformat=streamOptimized", "subformat=monolithicFlat"),
        *("subformat=twoGbMaxExtentSparse", "subformat=twoGbMaxExtentFlat"),
    ),
    "vpc": ("", "subformat=fixed", "force_size=on", "subformat=fixed,force_size=on"),
    "parallels": ("", "cluster_size=64k"),
    "luks": ("iter-time=10",),
}

# It measures for seconds how often a key can be derived in 10 ms
_SLOW = {"luks": [pytest.mark.long]}

BY_QEMU = [
    pytest.param(name, one, marks=_SLOW.get(name, []))
    for name, options in _OPTIONS.items()
    for one in options
]
"""Format and options of ``qemu-img``: all formats that it writes."""


def probed(image: bytes) -> str:
    """What QEMU takes an image for that nobody has told it anything about.

    ``broken`` is what it has recognised, and then can't open.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "image")
        path.write_bytes(image)
        told = qemu_img("info", "--output=json", "-U", str(path), cwd=folder)
    found = json.loads(told.stdout) if told.returncode == 0 else {}
    return str(found.get("format", "broken"))


def faults(image: bytes) -> int:
    """How many ``qemu-img check`` finds in a qcow2, not counting what is unused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "image")
        path.write_bytes(image)
        told = qemu_img("check", "--output=json", "-f", "qcow2", str(path), cwd=folder)
    if told.returncode not in (0, 2, 3):
        return 1
    found = json.loads(told.stdout)
    return int(found.get("corruptions", 0) + found.get("check-errors", 0))


def qemu_img(*arguments: str, cwd: str) -> subprocess.CompletedProcess[bytes]:
    """How QEMU's program ended."""
    assert QEMU_IMG is not None
    command = [QEMU_IMG, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, check=False)


@functools.cache
def made(disk_format: str, options: str, content: bytes = DISK, *more: str) -> bytes:
    """*content* in that format, as ``qemu-img convert`` writes it: its first file."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "raw").write_bytes(content)
        secret = ["--object", "secret,id=key,data=secret"]
        options = ",".join(filter(None, [options, _MORE.get(disk_format)]))
        how = ["-o", options] if options else []
        command = ["convert", *secret, *more, "-f", "raw", "-O", disk_format, *how]
        told = qemu_img(*command, "raw", "image", cwd=folder)
        assert told.returncode == 0, told.stderr
        return Path(folder, "image").read_bytes()


_MORE = {"luks": "key-secret=key"}
