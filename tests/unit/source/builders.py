# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Archives and image headers, made on the spot."""

from __future__ import annotations

import io
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from osc_imagetools.errors import OperatorError
from osc_imagetools.source.unpacking.unpack import Limits, Payload, open_payload

PLENTY = Limits(max_payload_bytes=1 << 40)


def in_blocks(content: bytes, size: int = 1 << 18) -> Iterator[bytes]:
    """*content* as a source would hand it out."""
    return (content[at : at + size] for at in range(0, len(content), size))


def payload_of(wire: bytes, size: int = 1 << 18, **options) -> Payload:
    """The payload of a source that serves *wire* in blocks of *size*."""
    return open_payload(in_blocks(wire, size), **{"limit": PLENTY, **options})


def content_of(payload: Payload) -> list[bytes]:
    """All blocks of *payload*, which is spooled if it must be, and closed."""
    with closing(payload):
        if payload.must_spool:
            payload.spool()
        return list(payload.blocks())


def unpacked(wire: bytes, size: int = 1 << 18, **options) -> bytes:
    """All bytes of the payload in *wire*."""
    return b"".join(content_of(payload_of(wire, size, **options)))


def outcome(wire: bytes, **options) -> bytes | OperatorError:
    """The payload, or the one kind of error that an operator is shown."""
    try:
        return unpacked(wire, **options)
    except OperatorError as error:
        return error


def said(call: Callable[..., object], *arguments, **options) -> str:
    """What an operator is told when *call* fails; nothing when it does not."""
    try:
        call(*arguments, **options)
    except OperatorError as error:
        return str(error)
    return ""


def children() -> set[int]:
    """The processes that this one has started and that are still there."""
    lists = Path("/proc/self/task").glob("*/children")
    return {int(pid) for listed in lists for pid in listed.read_text().split()}


def entry(name: str, kind: bytes = tarfile.REGTYPE, **fields) -> tarfile.TarInfo:
    """The header of a member of a tar."""
    header = tarfile.TarInfo(name)
    header.type = kind
    for field, value in fields.items():
        setattr(header, field, value)
    return header


def tar_of(*members, form: int = tarfile.PAX_FORMAT) -> bytes:
    """A tar of *members*: pairs of a name, or a header, and the content."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=form) as tar:
        for header, content in members:
            header = entry(header) if isinstance(header, str) else header
            header.size = len(content)
            tar.addfile(header, io.BytesIO(content))
    return archive.getvalue()


def zip_of(*members, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of *members*: pairs of a name, or its entry, and the content."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as packed:
        for name, content in members:
            packed.writestr(name, content, compress_type=method)
    return archive.getvalue()


def qcow2(
    version: int = 3,
    backing_file: int = 0,
    cipher: int = 0,
    features: int = 0,
    disk_bytes: int = 1 << 30,
    header_bytes: int = 104,
    length: int = 3 << 16,
) -> bytes:
    """A qcow2 whose disk is empty; of its tables there is only room for them."""
    tables = struct.pack(">IQQI", 2, 1 << 16, 2 << 16, 1)
    header = struct.pack(
        ">4sIQIIQI", b"QFI\xfb", version, backing_file, 8, 16, disk_bytes, cipher
    )
    header = (header + tables).ljust(72, b"\0") + struct.pack(">Q", features)
    return (header.ljust(100, b"\0") + struct.pack(">I", header_bytes)).ljust(
        length, b"\0"
    )


def mbr(partition_type: int = 0x83) -> bytes:
    """A boot sector with one partition, or none."""
    partition = struct.pack("<B3BB3BII", 0x80, 1, 1, 0, partition_type, 1, 1, 0, 63, 9)
    table = partition if partition_type else b""
    return bytes(446) + table.ljust(64, b"\0") + b"\x55\xaa"
