# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A disk read over NBD, from a server that may do anything."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from osc_imagetools.source.disk.nbd import REQUESTS_AHEAD, NbdDisk, NbdError

DISK = b"".join(b"sector %d" % number for number in range(300_000)) + bytes(3 << 20)
HELLO = b"NBDMAGICIHAVEOPT" + struct.pack(">H", 3)
OPTION_REPLY = 0x3E889045565A9
GO, STRUCTURED = 7, 8
DISCONNECT = 2
NOTHING, CONTENT, EMPTY, ERROR = 0, 1, 2, 0x8001
DONE = 1

Serve = Callable[[socket.socket], None]


@contextmanager
def served(serve: Serve) -> Iterator[socket.socket]:
    """A connection to somebody who does *serve* and hangs up."""
    ours, theirs = socket.socketpair()

    def run() -> None:
        # The reader may hang up first
        with theirs, suppress(ConnectionError):
            serve(theirs)

    server = threading.Thread(target=run)
    server.start()
    try:
        with ours:
            yield ours
    finally:
        server.join()


def taken(connection: socket.socket, size: int) -> bytes:
    return connection.recv(size, socket.MSG_WAITALL)


def option_reply(kind: int, said: bytes = b"", option: int = GO) -> bytes:
    return struct.pack(">QIII", OPTION_REPLY, option, kind, len(said)) + said


EXPORT = option_reply(3, struct.pack(">HQH", 0, len(DISK), 3))
BLOCK_SIZES = option_reply(3, struct.pack(">HIII", 3, 1, 4096, 32 << 20))
AGREED = option_reply(1)
AGREED_STRUCTURED = option_reply(1, option=STRUCTURED)


def greet(connection: socket.socket, *replies: bytes) -> None:
    connection.sendall(HELLO)
    taken(connection, 4 + 16)
    connection.sendall(AGREED_STRUCTURED)
    taken(connection, 16 + 6)
    connection.sendall(b"".join(replies))


def requests(connection: socket.socket) -> Iterator[tuple[int, int, int]]:
    """Cookie, offset and length of each request to read."""
    while request := taken(connection, 28):
        _, _, kind, cookie, offset, length = struct.unpack(">IHHQQI", request)
        if kind == DISCONNECT:
            return
        yield cookie, offset, length


def chunk(cookie: int, kind: int, content: bytes = b"", flags: int = 0) -> bytes:
    head = struct.pack(">IHHQI", 0x668E33EF, flags, kind, cookie, len(content))
    return head + content


def part(cookie: int, start: int, end: int, flags: int = 0) -> bytes:
    """A part of the disk; where it is empty, that is all that is said."""
    content = DISK[start:end]
    if any(content):
        return chunk(cookie, CONTENT, struct.pack(">Q", start) + content, flags)
    return chunk(cookie, EMPTY, struct.pack(">QI", start, len(content)), flags)


def in_order(connection: socket.socket) -> None:
    greet(connection, BLOCK_SIZES, EXPORT, AGREED)
    for cookie, offset, length in requests(connection):
        connection.sendall(part(cookie, offset, offset + length, DONE))


def in_parts(connection: socket.socket) -> None:
    greet(connection, EXPORT, AGREED)
    for cookie, offset, length in requests(connection):
        middle = offset + length // 3
        connection.sendall(part(cookie, middle, offset + length))
        connection.sendall(part(cookie, offset, middle))
        connection.sendall(chunk(cookie, NOTHING, flags=DONE))


def the_latest_first(connection: socket.socket) -> None:
    greet(connection, EXPORT, AGREED)
    waiting: list[tuple[int, int, int]] = []
    left = len(DISK)
    for request in requests(connection):
        waiting.append(request)
        left -= request[2]
        if left and len(waiting) < REQUESTS_AHEAD:
            continue
        while waiting:
            cookie, offset, length = waiting.pop()
            connection.sendall(part(cookie, offset, offset + length, DONE))


@pytest.mark.parametrize("serve", [in_order, in_parts, the_latest_first])
def test_the_disk_comes_whole_and_in_order_whatever_the_order_of_the_answers(
    serve: Serve,
) -> None:
    with served(serve) as connection:
        disk = NbdDisk(connection)
        blocks = list(disk.blocks())
        disk.disconnect()

    assert disk.size == len(DISK)
    assert b"".join(blocks) == DISK
    assert max(map(len, blocks)) == 1 << 18


def nothing(connection: socket.socket) -> None:
    pass


def http(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def oldstyle(connection: socket.socket) -> None:
    connection.sendall(b"NBDMAGIC\0\0\x42\2\x81\x86\x12\x53" + bytes(136))


def without_structured_replies(connection: socket.socket) -> None:
    connection.sendall(HELLO)
    taken(connection, 4 + 16)
    connection.sendall(option_reply(1 << 31 | 1, b"what?", STRUCTURED))


def refusing(connection: socket.socket) -> None:
    greet(connection, option_reply(1 << 31 | 6, b"no such \x1b export"))


def without_size(connection: socket.socket) -> None:
    greet(connection, BLOCK_SIZES, AGREED)


def too_talkative(connection: socket.socket) -> None:
    greet(connection, struct.pack(">QIII", OPTION_REPLY, GO, 3, 1 << 31))


@pytest.mark.parametrize(
    ("serve", "why"),
    [
        (nothing, "it ended"),
        (http, "does not support the current NBD"),
        (oldstyle, "does not support the current NBD"),
        (without_structured_replies, r"it refuses: what\?"),
        (refusing, r"it refuses: no such \\x1b export"),
        (without_size, "a disk without bytes"),
        (too_talkative, "does not answer in the NBD protocol"),
    ],
)
def test_who_offers_no_disk_is_an_error(serve: Serve, why: str) -> None:
    with served(serve) as connection, pytest.raises(NbdError, match=why):
        NbdDisk(connection)


def answering(*chunks: bytes) -> Serve:
    """Somebody who answers the first request, whatever it asks for, with these."""

    def serve(connection: socket.socket) -> None:
        greet(connection, EXPORT, AGREED)
        next(requests(connection))
        connection.sendall(b"".join(chunks))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1 << 16):
            pass

    return serve


BLOCK = 1 << 18
FAILED = struct.pack(">IH", 5, 9) + b"bad luck\x1b"


@pytest.mark.parametrize(
    ("serve", "why"),
    [
        (answering(chunk(0, ERROR, FAILED, DONE)), r"bad luck\\x1b"),
        (answering(chunk(0, ERROR, FAILED[:6], DONE)), "can't read the disk"),
        (answering(part(0, 0, BLOCK)[:-1]), "it ended"),
        (answering(bytes(1 << 19)), "does not answer in the NBD protocol"),
        (answering(part(7, 0, BLOCK, DONE)), "does not answer in the NBD protocol"),
        (answering(part(0, 0, BLOCK - 1, DONE)), "does not answer in the NBD protocol"),
        (answering(part(0, 1, BLOCK + 1, DONE)), "does not answer in the NBD protocol"),
        (answering(part(0, 0, BLOCK + 1, DONE)), "does not answer in the NBD protocol"),
        (
            answering(part(0, 9, BLOCK), part(0, 9, 99)),
            "does not answer in the NBD protocol",
        ),
        (answering(chunk(0, CONTENT, bytes(8))), "does not answer in the NBD protocol"),
        (answering(chunk(0, CONTENT, b"short")), "it ended|doesn't answer"),
        (answering(chunk(0, 99, b"")), "does not answer in the NBD protocol"),
        (answering(chunk(0, EMPTY, bytes(12))), "does not answer in the NBD protocol"),
    ],
)
def test_a_disk_that_cannot_be_read_is_an_error(serve: Serve, why: str) -> None:
    with served(serve) as connection:
        disk = NbdDisk(connection)

        with pytest.raises(NbdError, match=why):
            list(disk.blocks())
