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

from osc_imagetools.i18n import _
from osc_imagetools.source.blocks import Blocks
from osc_imagetools.source.limits import Limits, check_ratio
from osc_imagetools.source.unpacking.members import (
    DIRECTORY,
    FILE,
    LABEL,
    Member,
    MemberChoice,
)
from osc_imagetools.source.unpacking.tar_error import TarError, damaged, too_early
from osc_imagetools.source.unpacking.tar_sparse import (
    PREFIX,
    Records,
    SparseMap,
    decimal,
    gnu_map,
    pax_map,
)

__all__ = ["LONGEST_HEADER_BYTES", "TarError", "untar"]

LONGEST_HEADER_BYTES = 1 << 20
"""For one member, with its long name and extended records."""

_ZEROS = bytes(tarfile.BLOCKSIZE)
_PAX_TYPES = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)
_LONG_TYPES = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)

_VOLUME_LABEL = b"V"
_OTHER_VOLUME = b"M"

_KINDS = {
    **dict.fromkeys((tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE), FILE),
    tarfile.GNUTYPE_SPARSE: FILE,
    tarfile.DIRTYPE: DIRECTORY,
    tarfile.LNKTYPE: "hard link",
    tarfile.SYMTYPE: "symbolic link",
    tarfile.CHRTYPE: "character device",
    tarfile.BLKTYPE: "block device",
    tarfile.FIFOTYPE: "FIFO",
    _VOLUME_LABEL: LABEL,
    _OTHER_VOLUME: "file that begins in another volume",
}

_NOT_FOR_ALL = {
    "path": _("a global header names one path for all"),
    "size": _("a global header names one size for all"),
    "GNU.volume.filename": _("it continues a file of another volume"),
}
"""What no global record may say, and what is wrong then."""


@dataclass(frozen=True)
class _Entry:
    """A member, and how its bytes lie in the archive."""

    member: Member
    stored_bytes: int
    """That come next, before the padding."""
    sparse: SparseMap | None = None

    def content(self, archive: Blocks) -> Iterator[bytes]:
        """The file, holes filled; less of it where the archive ends too early."""
        if self.sparse:
            return self.sparse.filled(archive)
        return archive.pieces(self.stored_bytes)


@dataclass
class _Extension:
    """What the headers before a member's own say about it."""

    long_name: str | None = None
    records: list[tuple[str, str]] = field(default_factory=list)
    size: int = 0

    def read(self, header: tarfile.TarInfo, archive: Blocks) -> bytes:
        self.size += tarfile.BLOCKSIZE + header.size
        if self.size > LONGEST_HEADER_BYTES:
            raise damaged(_("a header is longer than %d bytes") % LONGEST_HEADER_BYTES)
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
            self.records += _pax_records(self.read(header, archive))
        elif header.type == tarfile.XGLTYPE:
            for key, _value in _pax_records(self.read(header, archive)):
                if key in _NOT_FOR_ALL:
                    raise damaged(_NOT_FOR_ALL[key])
        else:
            return False
        return True

    def entry(self, header: tarfile.TarInfo, block: bytes, archive: Blocks) -> _Entry:
        """The member whose own *header* stands in *block*."""
        said = dict(self.records)
        name = said.get("path", self.long_name or header.name)
        name = said.get(f"{PREFIX}name", name)
        kind = _KINDS.get(header.type, f"member of type {header.type!r}")
        if kind == FILE and name.endswith("/"):
            kind = DIRECTORY
        stored = decimal(said.get("size", str(header.size)))
        if header.type == tarfile.DIRTYPE:
            stored = 0
        sparse = self._sparse(header, block, archive) if kind == FILE else None
        if sparse is None:
            return _Entry(Member(name, kind, stored), stored)
        stored -= sparse.map_bytes
        if stored != sparse.data_bytes:
            raise damaged(
                _("its sparse map is of %(told)d bytes, %(stored)d are there")
                % {"told": sparse.data_bytes, "stored": stored}
            )
        return _Entry(Member(name, kind, sparse.size), stored, sparse)

    def _sparse(
        self, header: tarfile.TarInfo, block: bytes, archive: Blocks
    ) -> SparseMap | None:
        if header.type == tarfile.GNUTYPE_SPARSE:
            return gnu_map(block, archive)
        return pax_map(self.records, archive)


def untar(archive: Blocks, choice: MemberChoice, limits: Limits) -> Iterator[bytes]:
    """The member that *choice* takes, in blocks, read to the archive's end.

    Raises `TarError`, or `MemberError` as soon as a second one can be meant, and
    `TooLargeError` for a sparse file that is next to nothing but holes.
    """
    while (entry := _next_entry(archive)) is not None:
        is_taken = choice.offer(entry.member)
        choice.refuse_several()
        if is_taken:
            # By the map, not on the way: holes may well come before all data.
            check_ratio(entry.member.size, entry.stored_bytes, limits)
            yield from entry.content(archive)
        else:
            for _piece in archive.pieces(entry.stored_bytes):
                pass
        _skip_padding(archive, entry.stored_bytes)
    choice.refuse_none()
    archive.skip_zeros()
    if archive.peek(1):
        raise damaged(_("other data follows its end"))


def _next_entry(archive: Blocks) -> _Entry | None:
    extension = _Extension()
    while True:
        block = archive.take(tarfile.BLOCKSIZE)
        if block == _ZEROS:
            return None
        if len(block) < tarfile.BLOCKSIZE:
            raise too_early()
        header = _header(block)
        if not extension.add(header, archive):
            return extension.entry(header, block, archive)


def _header(block: bytes) -> tarfile.TarInfo:
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.HeaderError as error:
        raise damaged(str(error)) from error
    if header.size < 0:
        raise damaged(_("a size of %d") % header.size)
    return header


def _skip_padding(archive: Blocks, size: int) -> None:
    # Whatever ends too early ends here, or before the next header
    padding = -size % tarfile.BLOCKSIZE
    if len(archive.take(padding)) < padding:
        raise too_early()


def _pax_records(content: bytes) -> Records:
    """The records ``<length> <key>=<value>\\n`` of an extended header."""
    records = []
    start = 0
    while start < len(content):
        length, blank, _rest = content[start : start + 20].partition(b" ")
        end = start + int(length) if blank and length.isdigit() else 0
        record = content[start + len(length) + 1 : end]
        key, equals, value = record.partition(b"=")
        if end > len(content) or not (equals and value.endswith(b"\n")):
            raise damaged(_("an extended header can't be read"))
        name = key.decode("utf-8", "surrogateescape")
        records.append((name, value[:-1].decode("utf-8", "surrogateescape")))
        start = end
    return records
