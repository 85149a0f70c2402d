# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The process that owns a cloud: all services are its children, and die with it.

It ends, and with it the cloud, on SIGTERM, when its owner dies, and when whoever
started it dies or gives up before the cloud is ready.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path
from socket import socket

from tests.cloud import children, locks
from tests.cloud.assembly import Assembly
from tests.cloud.errors import CloudError
from tests.cloud.folders import Folder

# What goes over the leash: a JSON list of one of these and a text; STAY comes back.
SAYS, READY, FAILED = "says", "ready", "failed"
STAY = b"stay"


@dataclass(frozen=True)
class Order:
    """What is to be started, and for whom.

    ``leash`` is one end of a socket pair, the other end is with whoever starts the
    cloud: progress goes out; STAY comes in once they saw that it is ready.
    With an ``owner`` (a process ID) the cloud ends when that process does.
    """

    folder: Folder
    services: Path
    variant: str
    database: str
    leash: int
    owner: int | None = None
    release: str | None = None


def supervise(order: Order) -> int:
    """Run the cloud until it is to end; an exit status."""
    with locks.held(order.folder.lock, print):
        order.folder.lock.write_text(str(os.getpid()))
        children.adopt_orphans()
        try:
            return asyncio.run(_Supervisor(order).run())
        finally:
            order.folder.state.unlink(missing_ok=True)
            children.kill_all()
            shutil.rmtree(order.folder.files, ignore_errors=True)


class _Supervisor:
    def __init__(self, order: Order) -> None:
        self._order = order
        self._leash: socket | None = socket(fileno=order.leash)
        self._assembly = Assembly(
            order.folder,
            order.services,
            order.variant,
            order.database,
            order.release,
            self._say,
        )

    async def run(self) -> int:
        """Until the first of: end of the cloud's own work, a signal, a death."""
        ended = [
            asyncio.ensure_future(each)
            for each in (self._work(), self._signal(), self._owner(), self._starter())
        ]
        done, _ = await asyncio.wait(ended, return_when=asyncio.FIRST_COMPLETED)
        self._order.folder.state.unlink(missing_ok=True)
        # Before the loop closes, which waits for threads that wait for services.
        children.kill_all()
        self._assembly.close()
        return self._status(done)

    def _status(self, done: set[asyncio.Task[None]]) -> int:
        for each in done:
            error = each.exception()
            if isinstance(error, CloudError):
                print(error, flush=True)
                self._send(FAILED, str(error))
                return 1
            if error:
                raise error
        return 0

    async def _work(self) -> None:
        await self._assembly.start()
        self._send(READY)
        await self._assembly.keep()

    async def _signal(self) -> None:
        arrived = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, arrived.set)
        await arrived.wait()
        self._say("Told to end.")

    async def _owner(self) -> None:
        if self._order.owner is None:
            await asyncio.Event().wait()
        else:
            await _death(self._order.owner)
            self._say(f"The owner (process {self._order.owner}) is gone.")

    async def _starter(self) -> None:
        """Until the starter is gone without having said that the cloud is to stay."""
        assert self._leash
        self._leash.setblocking(False)
        try:
            said = await asyncio.get_running_loop().sock_recv(self._leash, len(STAY))
        except ConnectionResetError:
            said = b""
        self._leash.close()
        self._leash = None
        if said == STAY:
            await asyncio.Event().wait()
        self._say("Whoever started this cloud is gone.")

    def _say(self, line: str) -> None:
        print(line, flush=True)
        self._send(SAYS, line)

    def _send(self, kind: str, text: str = "") -> None:
        with contextlib.suppress(OSError):
            if self._leash:
                self._leash.send(f"{json.dumps([kind, text])}\n".encode())


async def _death(pid: int) -> None:
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    died = asyncio.Event()
    asyncio.get_running_loop().add_reader(descriptor, died.set)
    await died.wait()
