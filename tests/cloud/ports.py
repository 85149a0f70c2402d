# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Loopback addresses: a socket that listens, and whether something answers."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

ANSWER_SECONDS = 5.0
BACKLOG = 100  # uWSGI's own default


def listening_socket() -> socket.socket:
    """A socket that listens on a free loopback port.

    It is handed on to the service, so nobody can take the port in between, and a
    service that is started again finds the same port and the callers that waited.
    """
    return socket.create_server(("127.0.0.1", 0), backlog=BACKLOG)


def url_of(listener: socket.socket) -> str:
    """The http URL of a listening socket, without a slash at the end."""
    host, port = listener.getsockname()
    return f"http://{host}:{port}"


async def answers(url: str, seconds: float = ANSWER_SECONDS) -> bool:
    """Whether an ``http:`` or ``unix:`` URL is answered within so many seconds.

    An answer of 500 or above counts as none; so does a URL that is not yet known ("").
    """
    parts = urlsplit(url)
    if not parts.scheme:
        return False
    asked = (
        _greets(Path(parts.path))
        if parts.scheme == "unix"
        else _serves(parts.hostname or "", parts.port or 80, parts.path or "/")
    )
    asking = asyncio.ensure_future(asked)
    # Not wait_for: before Python 3.12 it can swallow a cancellation.
    in_time, _ = await asyncio.wait([asking], timeout=seconds)
    if not in_time:
        asking.cancel()
        return False
    try:
        return asking.result()
    except (OSError, ValueError, IndexError):
        return False


async def _serves(host: str, port: int, path: str) -> bool:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(f"GET {path} HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode())
        status_line = await reader.readline()
        return int(status_line.split()[1]) < 500
    finally:
        writer.close()


async def _greets(path: Path) -> bool:
    # A Unix socket's address holds 107 bytes, which a temporary folder easily
    # exceeds: reach it through the descriptor of its folder.
    folder = os.open(path.parent, os.O_PATH)
    try:
        short = f"/proc/self/fd/{folder}/{path.name}"
        reader, writer = await asyncio.open_unix_connection(short)
    finally:
        os.close(folder)
    try:
        return bool(await reader.read(1))
    finally:
        writer.close()
