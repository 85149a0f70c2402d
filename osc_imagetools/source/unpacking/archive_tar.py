# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One member out of a tar that comes as a stream.

Headers are read by `tarfile.TarInfo.frombuf`. The way from header to header
is our own: in stream mode `tarfile.open` takes a damaged header, or none, for
the end of the archive, and reads a long name of any length into memory.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from osc_imagetools.errors import OperatorError
from osc_imagetools.printable import printable
from osc_imagetools.source.blocks import Blocks
from osc_imagetools.source.unpacking.members import DIRECTORY, FILE, Choice, Member

LONGEST_HEADER_BYTES = 1 << 20
"""For one member, with its long name and extended records."""

_ZEROS = bytes(tarfile.BLOCKSIZE)
_PAX_TYPES = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)
_LONG_TYPES = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)

_KINDS = {
    **dict.fromkeys((tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE), FILE),
    tarfile.DIRTYPE: DIRECTORY,
    tarfile.LNKTYPE: "hard link",
    tarfile.SYMTYPE: "symbolic link",
    tarfile.CHRTYPE: "character device",
    tarfile.BLKTYPE: "block device",
    tarfile.FIFOTYPE: "FIFO",
    tarfile.GNUTYPE_SPARSE: "sparse file",
}


class TarError(OperatorError):
    """The tar is damaged, incomplete, or not one that we read."""


@dataclass
class _Extension:
    """What the headers before a member's own say about it."""

    long_name: str | None = None
    records: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def read(self, header: tarfile.TarInfo, archive: Blocks) -> bytes:
        self.size += tarfile.BLOCKSIZE + header.size
        if self.size > LONGEST_HEADER_BYTES:
            raise _damaged(f"a header is longer than {LONGEST_HEADER_BYTES} bytes")
        content = archive.take(header.size)
        _skip_padding(archive, header.size)
        return content

    def add(self, header: tarfile.TarInfo, archive: Blocks) -> bool:
        """Whether *header* was one of these, and not a member's own."""
        if header.type in _LONG_TYPES:
            name = self.read(header, archive).split(b"\0", 1)[0]
            if header.type == tarfile.GNUTYPE_LONGNAME:
                self.long_name = name.decode("utf-8", "surrogateescape")
        elif header.type in _PAX_TYPES:
            self.records.update(_pax_records(self.read(header, archive)))
        elif header.type == tarfile.XGLTYPE:
            if {"path", "size"} & _pax_records(self.read(header, archive)).keys():
                raise _damaged("a global header names one path or size for all")
        else:
            return False
        return True

    def member(self, header: tarfile.TarInfo) -> Member:
        name = self.records.get("path", self.long_name or header.name)
        kind = _KINDS.get(header.type, f"member of type {header.type!r}")
        if any(key.startswith("GNU.sparse.") for key in self.records):
            kind = "sparse file"
        elif kind == FILE and name.endswith("/"):
            kind = DIRECTORY
        return Member(name, kind, self._size(header, kind))

    def _size(self, header: tarfile.TarInfo, kind: str) -> int:
        if kind == DIRECTORY and header.type == tarfile.DIRTYPE:
            return 0
        size = self.records.get("size", str(header.size))
        if not (size.isascii() and size.isdecimal()) or len(size) > 20:
            raise _damaged(f"a size of '{printable(size)}'")
        return int(size)


def untar(archive: Blocks, choice: Choice) -> Iterator[bytes]:
    """The member that *choice* takes, in blocks, read to the archive's end.

    Raises `TarError`, or `MemberError` as soon as a second one can be meant.
    """
    while (member := _next_member(archive)) is not None:
        is_taken = choice.offer(member)
        choice.refuse_several()
        for block in archive.pieces(member.size):
            if is_taken:
                yield block
        _skip_padding(archive, member.size)
    choice.refuse_none()
    archive.skip_zeros()
    if archive.peek(1):
        raise _damaged("something else follows after its end")


def _next_member(archive: Blocks) -> Member | None:
    extension = _Extension()
    while True:
        block = archive.take(tarfile.BLOCKSIZE)
        if block == _ZEROS:
            return None
        if len(block) < tarfile.BLOCKSIZE:
            raise _damaged("it ends too early")
        header = _header(block)
        if not extension.add(header, archive):
            return extension.member(header)


def _header(block: bytes) -> tarfile.TarInfo:
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise _damaged(str(error)) from error
    if header.size < 0:
        raise _damaged(f"a size of {header.size}")
    return header


def _skip_padding(archive: Blocks, size: int) -> None:
    # Whatever ends too early ends here, or before the next header
    padding = -size % tarfile.BLOCKSIZE
    if len(archive.take(padding)) < padding:
        raise _damaged("it ends too early")


def _pax_records(content: bytes) -> dict[str, str]:
    """The records ``<length> <key>=<value>\\n`` of an extended header."""
    records = {}
    start = 0
    while start < len(content):
        length, blank, _ = content[start : start + 20].partition(b" ")
        end = start + int(length) if blank and length.isdigit() else 0
        record = content[start + len(length) + 1 : end]
        key, equals, value = record.partition(b"=")
        if end > len(content) or not (equals and value.endswith(b"\n")):
            raise _damaged("an extended header can't be read")
        name = key.decode("utf-8", "surrogateescape")
        records[name] = value[:-1].decode("utf-8", "surrogateescape")
        start = end
    return records


def _damaged(why: str) -> TarError:
    return TarError(
        "The source can't be unpacked as tar",
        why,
        "The file is damaged or was not fetched whole: compare it with another mirror",
    )
