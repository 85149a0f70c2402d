# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Tar archives of one file without its holes, in each way that GNU tar has for it.

What is written is what is asked for, so a map may also be one that no tool writes.
"""

import tarfile
from collections.abc import Sequence
from typing import NamedTuple

BLOCK_BYTES = 4096
"""Of a file system: what it leaves out is so long."""

PAX_VERSIONS = ("0.0", "0.1", "1.0")

_CHECKSUM = slice(148, 156)
_MAP, _GOES_ON, _SIZE = 386, 482, 483
_PAIRS, _MORE_PAIRS, _MORE_GOES_ON = 4, 21, 504


class Sparse(NamedTuple):
    """A file as an archive has it: its size, where its data belong, and these."""

    size: int
    stretches: list[tuple[int, int]]
    data: bytes


def without_holes(content: bytes) -> Sparse:
    """``content`` as GNU tar stores it, with an entry of no length at its end."""
    stretches: list[tuple[int, int]] = []
    data = b""
    for at in range(0, len(content), BLOCK_BYTES):
        block = content[at : at + BLOCK_BYTES]
        if not any(block):
            continue
        data += block
        if stretches and sum(stretches[-1]) == at:
            at, length = stretches.pop()
            stretches.append((at, length + len(block)))
        else:
            stretches.append((at, len(block)))
    return Sparse(len(content), [*stretches, (len(content), 0)], data)


def gnu_sparse(name: str, file: Sparse) -> bytes:
    """As ``tar --format=oldgnu -S`` (or ``gnu``) writes it: the map in the header."""
    own, more = file.stretches[:_PAIRS], file.stretches[_PAIRS:]
    entry = tarfile.TarInfo(name)
    entry.type, entry.size = tarfile.GNUTYPE_SPARSE, len(file.data)
    header = bytearray(entry.tobuf(tarfile.GNU_FORMAT))
    pairs = b"".join(map(_pair, own))
    header[_MAP : _MAP + len(pairs)] = pairs
    header[_GOES_ON] = bool(more)
    header[_SIZE : _SIZE + 12] = _number(file.size)
    header[_CHECKSUM] = b" " * 8
    header[_CHECKSUM] = b"%06o\0 " % sum(header)
    blocks = [bytes(header)]
    for at in range(0, len(more), _MORE_PAIRS):
        pairs = b"".join(map(_pair, more[at : at + _MORE_PAIRS]))
        goes_on = len(more) > at + _MORE_PAIRS
        blocks.append(_padded(pairs.ljust(_MORE_GOES_ON, b"\0") + bytes([goes_on])))
    return b"".join(blocks) + _padded(file.data) + bytes(2 * tarfile.BLOCKSIZE)


def pax_sparse(name: str, file: Sparse, version: str = "1.0") -> bytes:
    """As ``tar --format=posix --sparse-version`` writes it, and bsdtar unasked."""
    said, before = _PAX[version](file)
    records = b"".join(
        _record(f"GNU.sparse.{key}={text}") for key, text in [*said, ("name", name)]
    )
    extension = tarfile.TarInfo("PaxHeaders/disk")
    extension.type, extension.size = tarfile.XHDTYPE, len(records)
    entry = tarfile.TarInfo("GNUSparseFile.0/disk")
    entry.size = len(before) + len(file.data)
    return (
        extension.tobuf(tarfile.USTAR_FORMAT)
        + _padded(records)
        + entry.tobuf(tarfile.GNU_FORMAT)
        + before
        + _padded(file.data)
        + bytes(2 * tarfile.BLOCKSIZE)
    )


Said = tuple[Sequence[tuple[str, object]], bytes]
"""Records without their prefix, and the map before the data, if it stands there."""


def _pax_0_0(file: Sparse) -> Said:
    numbers = [
        pair
        for offset, length in file.stretches
        for pair in (("offset", offset), ("numbytes", length))
    ]
    return [("size", file.size), ("numblocks", len(file.stretches)), *numbers], b""


def _pax_0_1(file: Sparse) -> Said:
    numbers = ",".join(f"{offset},{length}" for offset, length in file.stretches)
    blocks = len(file.stretches)
    return [("size", file.size), ("numblocks", blocks), ("map", numbers)], b""


def _pax_1_0(file: Sparse) -> Said:
    lines = [len(file.stretches), *(n for pair in file.stretches for n in pair)]
    said = [("major", 1), ("minor", 0), ("realsize", file.size)]
    return said, _padded("".join(f"{line}\n" for line in lines).encode())


_PAX = {"0.0": _pax_0_0, "0.1": _pax_0_1, "1.0": _pax_1_0}


def _record(text: str) -> bytes:
    content = f" {text}\n".encode()
    length = len(content)
    while length != len(content) + len(str(length)):
        length = len(content) + len(str(length))
    return str(length).encode() + content


def _pair(stretch: tuple[int, int]) -> bytes:
    return b"".join(map(_number, stretch))


def _number(number: int) -> bytes:
    if 0 <= number < 8**11:
        return b"%011o\0" % number
    return (number % (1 << 96) | 0x80 << 88).to_bytes(12, "big")


def _padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % tarfile.BLOCKSIZE)
