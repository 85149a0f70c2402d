# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A disk that somebody offers on a socket, read from its start to its end.

The reading part of the NBD protocol, newstyle, with structured replies, in which
what is empty is only said to be so:
https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from typing import Any

from osc_imagetools.i18n import _
from osc_imagetools.printable import printable
from osc_imagetools.source.block_size import BLOCK_BYTES

REQUESTS_AHEAD = 16
"""Of a block each: as many as qemu-nbd works on at a time."""

_GREETING = struct.Struct(">8s8sH")
_CLIENT_FLAGS = struct.Struct(">I")
_OPTION = struct.Struct(">8sII")
_OPTION_REPLY = struct.Struct(">QIII")
_EXPORT = struct.Struct(">HQH")
_REQUEST = struct.Struct(">IHHQQI")
_CHUNK = struct.Struct(">IHHQI")
_HOLE = struct.Struct(">QI")
_OFFSET = struct.Struct(">Q")

_FIXED_NEWSTYLE, _NO_ZEROES = 1, 2
_OPTION_GO, _OPTION_STRUCTURED = 7, 8
_ACKNOWLEDGED, _INFORMATION = 1, 3
_OPTION_REPLY_MAGIC = 0x3E889045565A9
_READ, _DISCONNECT = 0, 2
_REQUEST_MAGIC, _CHUNK_MAGIC = 0x25609513, 0x668E33EF
_DONE = 1
_NOTHING, _CONTENT, _EMPTY, _ERRORS = 0, 1, 2, 1 << 15
_ERROR_BYTES = 6
_LONGEST_MESSAGE_BYTES = 1 << 16

_ZEROS = bytes(BLOCK_BYTES)


class NbdError(Exception):
    """The other side went away, refused, or doesn't speak the protocol."""


class _Block:
    """A part of the disk that was asked for, and what has come of it."""

    def __init__(self, offset: int, length: int) -> None:
        self._offset = offset
        self._length = self.missing = length
        self._whole = b""
        self._pieces = bytearray()

    def fill(self, offset: int, content: bytes) -> None:
        """Put *content* where it belongs; raises `NbdError` if that isn't here."""
        start, end = offset - self._offset, offset - self._offset + len(content)
        self.missing -= len(content)
        if not 0 <= start < end <= self._length or self.missing < 0:
            raise _garbled()
        if len(content) == self._length:
            self._whole = content
            return
        if not self._pieces:
            self._pieces = bytearray(self._length)
        self._pieces[start:end] = content

    @property
    def content(self) -> bytes:
        """All of it, once nothing is missing."""
        return self._whole or bytes(self._pieces)


class NbdDisk:
    """The one disk that is offered on a connected socket."""

    def __init__(self, connection: socket.socket) -> None:
        """Shake hands; raises `NbdError`."""
        self._connection = connection
        self._asked: dict[int, _Block] = {}
        self._greet()
        self._agree(_OPTION_STRUCTURED)
        nameless = bytes(6)
        self.size = self._agree(_OPTION_GO, nameless)
        """Bytes of the disk."""
        if not self.size:
            raise NbdError(_("it offers a disk without bytes"))

    def blocks(self) -> Iterator[bytes]:
        """All of it in order, 256 KiB at a time; `NbdError` if any can't be read."""
        wanted = range(0, self.size, BLOCK_BYTES)
        arrived: dict[int, bytes] = {}
        for offset in wanted[:REQUESTS_AHEAD]:
            self._ask(offset)
        for offset in wanted:
            # They may come in any order
            while offset not in arrived:
                came, content = self._answer()
                arrived[came] = content
            ahead = offset + REQUESTS_AHEAD * BLOCK_BYTES
            if ahead < self.size:
                self._ask(ahead)
            yield arrived.pop(offset)

    def disconnect(self) -> None:
        """Say goodbye, so that the other side may end."""
        self._send(_REQUEST.pack(_REQUEST_MAGIC, 0, _DISCONNECT, 0, 0, 0))

    def _greet(self) -> None:
        magic, more_magic, flags = self._unpacked(_GREETING)
        if magic + more_magic != b"NBDMAGICIHAVEOPT" or not flags & _FIXED_NEWSTYLE:
            raise NbdError(_("it does not support the current NBD protocol"))
        self._send(_CLIENT_FLAGS.pack(flags & (_FIXED_NEWSTYLE | _NO_ZEROES)))

    def _agree(self, option: int, about: bytes = b"") -> int:
        """The size of the disk, if that was said before the option was agreed to."""
        self._send(_OPTION.pack(b"IHAVEOPT", option, len(about)) + about)
        size = 0
        while True:
            magic, _option, kind, length = self._unpacked(_OPTION_REPLY)
            if magic != _OPTION_REPLY_MAGIC or length > _LONGEST_MESSAGE_BYTES:
                raise _garbled()
            said = self._take(length)
            if kind == _ACKNOWLEDGED:
                return size
            if kind != _INFORMATION:
                raise NbdError(_("it refuses: %s") % printable(said))
            if len(said) == _EXPORT.size and said[:2] == bytes(2):
                _kind, size, _flags = _EXPORT.unpack(said)

    def _ask(self, offset: int) -> None:
        length = min(BLOCK_BYTES, self.size - offset)
        self._asked[offset] = _Block(offset, length)
        # The offset is the request's name too, by which it is answered
        self._send(_REQUEST.pack(_REQUEST_MAGIC, 0, _READ, offset, offset, length))

    def _answer(self) -> tuple[int, bytes]:
        """The next block that is complete, and where it begins."""
        while True:
            magic, flags, kind, name, length = self._unpacked(_CHUNK)
            block = self._asked.get(name)
            if magic != _CHUNK_MAGIC or block is None or length > BLOCK_BYTES + 8:
                raise _garbled()
            self._add(block, kind, length)
            if flags & _DONE:
                del self._asked[name]
                if block.missing:
                    raise _garbled()
                return name, block.content

    def _add(self, block: _Block, kind: int, length: int) -> None:
        if kind == _CONTENT:
            (offset,) = self._unpacked(_OFFSET)
            block.fill(offset, self._take(length - _OFFSET.size))
        elif kind == _EMPTY:
            offset, size = self._unpacked(_HOLE)
            block.fill(offset, _ZEROS[:size])
        elif kind >= _ERRORS:
            said = self._take(length)[_ERROR_BYTES:]
            raise NbdError(printable(said) or _("it can't read the disk"))
        elif kind != _NOTHING or length:
            raise _garbled()

    def _unpacked(self, form: struct.Struct) -> tuple[Any, ...]:
        return form.unpack(self._take(form.size))

    def _send(self, message: bytes) -> None:
        try:
            self._connection.sendall(message)
        except OSError as error:
            raise NbdError(_("it ended: %s") % error.strerror) from error

    def _take(self, size: int) -> bytes:
        taken = b""
        while len(taken) < size:
            try:
                piece = self._connection.recv(size - len(taken), socket.MSG_WAITALL)
            except OSError as error:
                raise NbdError(_("it ended: %s") % error.strerror) from error
            if not piece:
                raise NbdError(_("it ended"))
            taken = taken + piece if taken else piece
        return taken


def _garbled() -> NbdError:
    return NbdError(_("it does not answer in the NBD protocol"))
