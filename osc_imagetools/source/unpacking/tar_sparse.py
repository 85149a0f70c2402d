# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Files in a tar without their holes: where their data belong, and zeros between.

A map says so. GNU tar writes it in four ways for ``-S``: in binary, in the header and
in blocks behind it (type ``S``), or in pax records, of version 0.0 (one a number), 0.1
(one for all) and 1.0 (as text before the data). bsdtar writes 1.0 unasked.
"""

from __future__ import annotations

import re
import tarfile
from array import array
from collections.abc import Iterator, Sequence

from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.block_size import BLOCK_BYTES
from osc_imagetools.source.blocks import Blocks
from osc_imagetools.source.unpacking.tar_error import beyond_us, damaged, too_early

MOST_STRETCHES = 200_000
"""Of data in one file: their map takes 3 MB."""

LARGEST_BYTES = (1 << 63) - 1
"""What a file offset can hold."""

Records = Sequence[tuple[str, str]]
"""Of a pax header, in their order: version 0.0 repeats its keys."""

PREFIX = "GNU.sparse."
"""Begins the key of each record that says something of this."""

_STAR = "SCHILY.realsize"
"""Of star, whose maps are others."""

_ZEROS = bytes(BLOCK_BYTES)

_OCTAL = re.compile(b"[0-7]+")

_PAIR_BYTES = 24
_NUMBER_BYTES = 12
_GNU_MAP = slice(386, 482)
_GNU_GOES_ON = 482
_GNU_SIZE = slice(483, 495)
_GNU_MORE_MAP = slice(0, 504)
_GNU_MORE_GOES_ON = 504


class SparseMap:
    """Where the data of a file of *size* bytes belong; the rest are zeros."""

    def __init__(self, size: int, map_bytes: int = 0) -> None:
        self.size = size
        self.map_bytes = map_bytes
        """Of the map, where it counts as a part of what is stored."""
        self.data_bytes = 0
        """Without the holes."""
        self._end = 0
        self._stretches = array("Q")

    def add(self, offset: int, length: int) -> None:
        """*length* bytes of data at *offset*, behind all before; or `TarError`."""
        if len(self._stretches) == 2 * MOST_STRETCHES:
            raise beyond_us(
                _("its sparse map has more than %d entries") % MOST_STRETCHES
            )
        if offset < self._end:
            raise damaged(_("its sparse map is out of order, or overlaps"))
        if offset + length > self.size:
            raise damaged(_("its sparse map goes beyond the end of the file"))
        self._end = offset + length
        self.data_bytes += length
        self._stretches.extend((offset, length))

    def filled(self, archive: Blocks) -> Iterator[bytes]:
        """The file whole, its data being next in *archive*, in blocks; `TarError`."""
        at = 0
        numbers = iter(self._stretches)
        for offset, length in zip(numbers, numbers, strict=True):
            yield from _zeros(offset - at)
            at = offset
            for block in archive.pieces(length):
                at += len(block)
                yield block
            if at < offset + length:
                raise too_early()
        yield from _zeros(self.size - at)


def gnu_map(header: bytes, archive: Blocks) -> SparseMap:
    """The map of a *header* of type ``S``, read on from *archive*; or `TarError`."""
    sparse = SparseMap(_number(header[_GNU_SIZE]))
    _add_pairs(sparse, header[_GNU_MAP])
    goes_on = header[_GNU_GOES_ON]
    while goes_on:
        block = archive.take(tarfile.BLOCKSIZE)
        if len(block) < tarfile.BLOCKSIZE:
            raise too_early()
        _add_pairs(sparse, block[_GNU_MORE_MAP])
        goes_on = block[_GNU_MORE_GOES_ON]
    return sparse


def pax_map(records: Records, archive: Blocks) -> SparseMap | None:
    """The map that *records* speak of, 1.0's read from *archive*; or `TarError`.

    None where they speak of none.
    """
    said = dict(records)
    if f"{PREFIX}map" in said:
        numbers = said[f"{PREFIX}map"].split(",")
        return _mapped(said, numbers[::2], numbers[1::2])
    if f"{PREFIX}size" in said:
        return _mapped(
            said,
            [text for key, text in records if key == f"{PREFIX}offset"],
            [text for key, text in records if key == f"{PREFIX}numbytes"],
        )
    if (said.get(f"{PREFIX}major"), said.get(f"{PREFIX}minor")) == ("1", "0"):
        return _text_map(decimal(said.get(f"{PREFIX}realsize", "")), archive)
    if any(key.startswith((PREFIX, _STAR)) for key in said):
        raise beyond_us(
            _("it contains a sparse file in a form other than that of GNU tar")
        )
    return None


def decimal(text: str) -> int:
    """The size or offset that *text* is; or `TarError`, also if no file has it."""
    if text.isascii() and text.isdecimal() and len(text) < 20:
        number = int(text)
        if number <= LARGEST_BYTES:
            return number
    raise damaged(_("a size of '%s'") % printable(text, 40))


def _mapped(said: dict[str, str], offsets: list[str], lengths: list[str]) -> SparseMap:
    sparse = SparseMap(decimal(said.get(f"{PREFIX}size", "")))
    if len(offsets) != len(lengths):
        raise damaged(_("its sparse map ends within an entry"))
    for offset, length in zip(offsets, lengths, strict=True):
        sparse.add(decimal(offset), decimal(length))
    return sparse


def _text_map(size: int, archive: Blocks) -> SparseMap:
    sparse = SparseMap(size)
    numbers = _numbers(sparse, archive)
    for _entry in range(next(numbers)):
        sparse.add(next(numbers), next(numbers))
    return sparse


def _numbers(sparse: SparseMap, archive: Blocks) -> Iterator[int]:
    rest = b""
    while True:
        block = archive.take(tarfile.BLOCKSIZE)
        if len(block) < tarfile.BLOCKSIZE:
            raise too_early()
        sparse.map_bytes += len(block)
        *lines, rest = (rest + block).split(b"\n")
        if len(rest) > tarfile.BLOCKSIZE:
            raise damaged(_("its sparse map can't be read"))
        for line in lines:
            yield decimal(line.decode("latin-1"))


def _add_pairs(sparse: SparseMap, pairs: bytes) -> None:
    for at in range(0, len(pairs), _PAIR_BYTES):
        offset = pairs[at : at + _NUMBER_BYTES]
        length = pairs[at + _NUMBER_BYTES : at + _PAIR_BYTES]
        # As GNU tar sees it: the map is over there
        if not length[0]:
            return
        sparse.add(_number(offset), _number(length))


def _number(field: bytes) -> int:
    """Octal in ASCII, or what doesn't fit into that: binary, its highest bit set."""
    if field[0] == 0o200:
        number = int.from_bytes(field[1:], "big")
    else:
        digits = field.split(b"\0", 1)[0].strip(b" ")
        number = int(digits, 8) if _OCTAL.fullmatch(digits) else -1
    if not 0 <= number <= LARGEST_BYTES:
        raise damaged(_("a number of '%s' in its sparse map") % printable(field))
    return number


def _zeros(size: int) -> Iterator[bytes]:
    while size > 0:
        yield _ZEROS if size >= BLOCK_BYTES else _ZEROS[:size]
        size -= BLOCK_BYTES
