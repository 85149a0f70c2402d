# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A cloud seen from outside: start it, look after it, end it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from socket import socket, socketpair

from tests.cloud import compute, folders, horizon, locks, ports, services_venv, state
from tests.cloud import database as databases
from tests.cloud.errors import CloudError
from tests.cloud.folders import Folder
from tests.cloud.services import START_SECONDS, Say
from tests.cloud.state import State
from tests.cloud.supervisor import FAILED, READY, STAY

END_SECONDS = 30
POLL_SECONDS = 0.1


def up(
    folder: Folder,
    say: Say,
    *,
    variant: str = "plain",
    database: str = "auto",
    release: str | None = None,
    owner: int | None = None,
) -> State:
    """A cloud that runs and answers: the one that runs there, or a new one.

    Of the newest Keystone and Glance, or of those of a release.

    With an ``owner`` (a process ID), a new one ends when that process ends, however
    that happens. Raises CloudError.
    """
    folder.path.mkdir(parents=True, exist_ok=True)
    with locks.held(folder.start_lock, say):
        if _is_up(folder, say):
            _look_after(folder, say, variant, database, release)
        else:
            databases.find(database)
            services = _services(say, variant, release)
            _clear(folder)
            options = {"services": str(services), "variant": variant}
            options |= {"database": database, "owner": str(owner or "")}
            options |= {"release": release or ""}
            _start(folder, say, options)
        return state.read(folder)


def down(folder: Folder) -> bool:
    """End the cloud and wait until nothing of it runs; False if none ran."""
    if not locks.is_held(folder.lock):
        return False
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, ValueError):
            supervisor = os.pidfd_open(int(folder.lock.read_text()))
            if locks.is_held(folder.lock):
                signal.pidfd_send_signal(supervisor, number)
            select.select([supervisor], [], [], END_SECONDS)
            os.close(supervisor)
        if _until(lambda: not locks.is_held(folder.lock), END_SECONDS):
            return True
    raise CloudError(f"The cloud in {folder.path} does not end.")


def answering(told: State) -> dict[str, bool]:
    """For each service, whether it answers at this moment."""

    async def ask() -> list[bool]:
        urls = [service.url for service in told.services.values()]
        return await asyncio.gather(*map(ports.answers, urls))

    return dict(zip(told.services, asyncio.run(ask()), strict=True))


def _more(variant: str) -> Sequence[str]:
    if variant in horizon.VARIANTS:
        return services_venv.DASHBOARD
    return services_venv.COMPUTE if variant == compute.VARIANT else ()


def _is_up(folder: Folder, say: Say) -> bool:
    """Whether a ready cloud is there; first waits for one that is ending."""
    if locks.is_held(folder.lock) and not folder.state.exists():
        say("Waiting for the cloud that was here to end …")
        if not _until(lambda: not locks.is_held(folder.lock), END_SECONDS):
            raise CloudError(f"The cloud in {folder.path} does not end.")
    return locks.is_held(folder.lock)


def _services(say: Say, variant: str, release: str | None) -> Path:
    more = _more(variant)
    if not more:
        return services_venv.ensure(say, services_venv.constraints_of(release))
    if release:
        raise CloudError(f"What '{variant}' needs of {release} is not among its pins.")
    return services_venv.ensure(say, more=more)


def _look_after(
    folder: Folder, say: Say, variant: str, database: str, release: str | None
) -> None:
    told = state.read(folder)
    if told.release != release:
        raise CloudError(
            f"A cloud of {told.release or 'the newest release'} runs in "
            f"{folder.path}. End it first (down), or choose another --dir."
        )
    if told.variant != variant or database not in ("auto", told.database):
        raise CloudError(
            f"A cloud of variant {told.variant} on {told.database} runs in "
            f"{folder.path}. End it first (down), or choose another --dir."
        )
    while silent := [name for name, answers in answering(told).items() if not answers]:
        for name in silent:
            say(f"{name} does not answer: waiting until it was started again …")
            _restart(folder, name, told.services[name].pid)
        told = state.read(folder)


def _restart(folder: Folder, name: str, silent: int) -> None:
    # If the process changed, the supervisor has noticed before us.
    current = state.read(folder).services[name]
    if current.pid == silent and current.answering:
        with contextlib.suppress(ProcessLookupError):
            os.kill(silent, signal.SIGKILL)
    if not _until(lambda: answering(state.read(folder))[name], START_SECONDS):
        raise CloudError(f"{name} still does not answer; see {folder.log(name)}.")


def _clear(folder: Folder) -> None:
    """Remove what an earlier cloud left; raises CloudError if it's not a cloud's."""
    known = (folder.files, folder.logs)
    locked = (folder.lock, folder.start_lock)
    written = (folder.state, folder.clouds_yaml)
    strange = {*folder.path.iterdir()}.difference(known, locked, written)
    if strange:
        names = ", ".join(sorted(path.name for path in strange))
        raise CloudError(f"{folder.path} holds other things ({names}): choose --dir.")
    for path in known:
        shutil.rmtree(path, ignore_errors=True)
    for path in written:
        path.unlink(missing_ok=True)
    folder.logs.mkdir()


def _start(folder: Folder, say: Say, options: dict[str, str]) -> None:
    """Start a supervisor, and show what it says until the cloud is ready."""
    ours, theirs = socketpair()
    command = [sys.executable, "-m", "tests.cloud", "supervise"]
    command += [f"--dir={folder.path}", f"--leash={theirs.fileno()}"]
    command += [f"--{name}={value}" for name, value in options.items() if value]
    with ours, folder.log("supervisor").open("wb") as log:
        supervisor = subprocess.Popen(
            command,
            cwd=folders.CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        try:
            if not _is_ready(ours, say):
                raise CloudError(f"The supervisor ended; see {log.name}.")
        except BaseException:
            # It sees that the leash is gone, and ends with all its children.
            ours.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                supervisor.wait(END_SECONDS)
            supervisor.kill()
            raise
        ours.sendall(STAY)


def _is_ready(leash: socket, say: Say) -> bool:
    """True once the cloud is; False if its supervisor ended; or raises CloudError."""
    with leash.makefile("r", encoding="utf-8") as lines:
        for kind, text in map(json.loads, lines):
            if kind == READY:
                return True
            if kind == FAILED:
                raise CloudError(text)
            say(text)
    return False


def _until(reached: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not reached():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True
