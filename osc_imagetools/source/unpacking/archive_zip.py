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
from typing import IO

from osc_imagetools.errors import OperatorError
from osc_imagetools.printable import printable
from osc_imagetools.source.blocks import BLOCK_BYTES
from osc_imagetools.source.unpacking.members import DIRECTORY, FILE, Choice, Member

LONGEST_READ_BYTES = 8 << 20
"""Of a directory, which is read at once: 10,000 members with long names."""

_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""For the others, nothing bounds what one call puts out."""

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


def unzip(spooled: IO[bytes], choice: Choice) -> Iterator[bytes]:
    """The member that *choice* takes, in blocks.

    The choice is made before the first block. Raises `ZipError`, `MemberError`.
    """
    with _readable(), zipfile.ZipFile(_Frugal(spooled)) as archive:
        entries = archive.infolist()
        chosen = [entry for entry in entries if choice.offer(_member(entry))]
        choice.refuse_several()
        choice.refuse_none()
        entry = chosen[0]
        _refuse_unreadable(entry)
        size = 0
        with archive.open(entry) as member:
            while block := member.read(BLOCK_BYTES):
                size += len(block)
                yield block
        if size != entry.file_size:
            raise _damaged(f"{entry.file_size} bytes were promised and {size} came")


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
            raise _damaged(f"its directory is larger than {LONGEST_READ_BYTES} bytes")
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
            f"{name!r} in the zip is encrypted",
            do="Unpack it by hand and import the image itself",
        )
    if entry.compress_type not in _METHODS:
        raise ZipError(
            f"{name!r} in the zip is packed with method {entry.compress_type}",
            do="Only stored and deflated members can be read: pack it again",
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
        RuntimeError,
        ValueError,
    ) as error:
        raise _damaged(printable(str(error)) or type(error).__name__) from error


def _damaged(why: str) -> ZipError:
    return ZipError(
        "The source can't be unpacked as zip",
        why,
        "The file is damaged or was not fetched whole: compare it with another mirror",
    )
