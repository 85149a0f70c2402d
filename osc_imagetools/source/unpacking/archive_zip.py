# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One member out of a zip, whose directory stands at its end.

So a zip is copied whole into a temporary file first (`spool`).
"""

from __future__ import annotations

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import IO

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.block_size import BLOCK_BYTES
from osc_imagetools.source.blocks import Blocks
from osc_imagetools.source.limits import MAX_WINDOW_BYTES
from osc_imagetools.source.unpacking.decompress import BZIP2, LZMA, XZ, ZSTD
from osc_imagetools.source.unpacking.members import (
    DIRECTORY,
    FILE,
    Member,
    MemberChoice,
)

LONGEST_READ_BYTES = 8 << 20
"""Of a directory, which is read at once: 10,000 members with long names."""

_OWN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Those of `zipfile`; for the others it has, nothing bounds what one call puts out."""

_LZMA = 14
_METHODS = {12: BZIP2, 20: ZSTD, 93: ZSTD, 95: XZ, _LZMA: LZMA}

_NAMES = {
    1: "Shrink",
    **dict.fromkeys((2, 3, 4, 5), "Reduce"),
    6: "Implode",
    9: "Deflate64",
    10: "Implode of PKWARE's library",
    16: "CMPSC of IBM z/OS",
    18: "Terse of IBM",
    19: "LZ77 of IBM z/OS",
    94: "MP3",
    96: "JPEG",
    97: "WavPack",
    98: "PPMd",
    99: "AES encryption",
}
"""What can't be read here, as APPNOTE.TXT of PKWARE (4.4.5) calls it."""

_LZMA_ENDS_ITSELF = 0x2
_ENCRYPTED = 0x1
_UNIX = 3
_KINDS = {
    stat.S_IFLNK: "symbolic link",
    stat.S_IFCHR: "character device",
    stat.S_IFBLK: "block device",
    stat.S_IFIFO: "FIFO",
    stat.S_IFSOCK: "socket",
}


class ZipError(OperatorError):
    """The zip is damaged, incomplete, encrypted, or not one that we read."""


def unzip(
    spooled: IO[bytes], choice: MemberChoice, max_window_bytes: int = MAX_WINDOW_BYTES
) -> Iterator[bytes]:
    """The member that *choice* takes, in blocks.

    The choice is made before the first block. Raises `ZipError`, `MemberError`, or
    `CompressionError` for a member that isn't deflated.
    """
    with _readable(), zipfile.ZipFile(_Frugal(spooled)) as archive:
        entries = archive.infolist()
        chosen = [entry for entry in entries if choice.offer(_member(entry))]
        choice.refuse_several()
        choice.refuse_none()
        entry = chosen[0]
        _refuse_unreadable(entry)
        size = 0
        for block in _content(archive, entry, max_window_bytes):
            size += len(block)
            yield block
        if size != entry.file_size:
            raise _damaged(
                _("%(announced)d bytes were announced and %(found)d were found")
                % {"announced": entry.file_size, "found": size}
            )


def _content(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, max_window_bytes: int
) -> Iterator[bytes]:
    if entry.compress_type in _OWN_METHODS:
        with archive.open(entry) as member:
            yield from _blocks(member)
        return
    with archive.open(_as_stored(entry)) as member:
        packed = _blocks(member)
        if entry.compress_type == _LZMA:
            packed = _with_header_of_lzma(Blocks(packed), entry)
        unpack, checksum = _METHODS[entry.compress_type], 0
        for block in unpack(Blocks(packed), max_window_bytes):
            checksum = zlib.crc32(block, checksum)
            yield block
    if checksum != entry.CRC:
        raise _damaged(_("its CRC is wrong"))


def _blocks(member: IO[bytes]) -> Iterator[bytes]:
    while block := member.read(BLOCK_BYTES):
        yield block


def _as_stored(entry: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """The same member, for whoever wants its bytes as they lie in the archive."""
    stored = copy(entry)
    stored.compress_type = zipfile.ZIP_STORED
    stored.file_size = entry.compress_size
    # Then it isn't checked: it is that of what comes out
    del stored.CRC
    return stored


def _with_header_of_lzma(packed: Blocks, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The header of a file of its own, for the one that zip has (APPNOTE.TXT, 5.8)."""
    _, length = struct.unpack("<HH", packed.take(4))
    ends_itself = entry.flag_bits & _LZMA_ENDS_ITSELF
    size = (1 << 64) - 1 if ends_itself else entry.file_size
    yield packed.take(length) + struct.pack("<Q", size)
    yield from packed


class _Frugal:
    """The same file, for a reader that trusts the sizes named in the file."""

    def __init__(self, file: IO[bytes]) -> None:
        self.seek = file.seek
        self.tell = file.tell
        self.seekable = file.seekable
        self._file = file

    def read(self, size: int = -1) -> bytes:
        too_long = LONGEST_READ_BYTES + 1
        read = self._file.read(too_long if size < 0 else min(size, too_long))
        if len(read) == too_long:
            raise _damaged(
                _("its directory is larger than %d bytes") % LONGEST_READ_BYTES
            )
        return read


def _member(entry: zipfile.ZipInfo) -> Member:
    # Not is_dir(): that fails on a name of no characters at all.
    kind = DIRECTORY if entry.filename.endswith("/") else FILE
    if entry.create_system == _UNIX:
        kind = _KINDS.get(stat.S_IFMT(entry.external_attr >> 16), kind)
    return Member(entry.filename, kind, entry.file_size)


def _refuse_unreadable(entry: zipfile.ZipInfo) -> None:
    name = printable(entry.filename)
    if entry.flag_bits & _ENCRYPTED:
        raise ZipError(
            _("%r in the zip is encrypted") % name,
            do=_("Unpack it manually and import the image itself"),
        )
    method = entry.compress_type
    if method not in (*_OWN_METHODS, *_METHODS):
        called = _NAMES.get(method, _("another method"))
        raise ZipError(
            _("%(name)r in the zip is packed with %(called)s")
            % {"name": name, "called": called},
            _("method %d of zip can't be unpacked here") % method,
            _(
                "Unpack it manually and import the image itself, or pack it with "
                "Deflate"
            ),
        )


@contextmanager
def _readable() -> Iterator[None]:
    # All that zipfile raises for damage, as seen by feeding it damaged files
    try:
        yield
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        LookupError,
        NotImplementedError,
        OSError,
        OverflowError,
        RuntimeError,
        ValueError,
    ) as error:
        raise _damaged(printable(str(error)) or type(error).__name__) from error


def _damaged(why: str) -> ZipError:
    return ZipError(
        _("The source can't be unpacked as zip"),
        why,
        _(
            "The file is damaged or was not fetched completely: compare it with the "
            "file from another mirror"
        ),
    )
