# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A client that runs one command after another in a process that has it loaded.

For what happens when several work at once: of clients that are started together, each
with its second of loading, hardly two meet. Each command has a session of its own.
"""

from __future__ import annotations

import contextlib
import io
import logging
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection

from tests.cloud.accounts import Account
from tests.cloud.children import die_with_parent
from tests.cloud.client import Outcome
from tests.cloud.loaded_client import forks

COMMAND_SECONDS = 120
ENDING_SECONDS = 30


@dataclass(frozen=True)
class Ended(Outcome):
    """How a command ended, and between which moments of `time.monotonic` it ran."""

    began_at: float
    ended_at: float


@dataclass(frozen=True)
class Series:
    """One such process."""

    _connection: Connection

    def begin(self, *argv: str) -> None:
        """Start a command; the one before must have ended."""
        self._connection.send(argv)

    def ended(self) -> Ended:
        """How it ended, once it has; raises TimeoutError."""
        if not self._connection.poll(COMMAND_SECONDS):
            raise TimeoutError("a command did not end")
        outcome: Ended = self._connection.recv()
        return outcome

    def run(self, *argv: str) -> Ended:
        """Both."""
        self.begin(*argv)
        return self.ended()


@contextmanager
def series(account: Account) -> Iterator[Series]:
    """Commands of *account* until the block ends."""
    ours, theirs = forks.Pipe()
    told = (theirs, account.environment(), str(account.home))
    process = forks.Process(target=_serve, args=told)
    process.start()
    theirs.close()
    try:
        yield Series(ours)
        # In order: what counts coverage writes its figures then.
        ours.send(None)
        process.join(ENDING_SECONDS)
    finally:
        process.kill()
        process.join()
        ours.close()


@contextmanager
def several(account: Account, count: int) -> Iterator[list[Series]]:
    """As many of them side by side."""
    with ExitStack() as stack:
        yield [stack.enter_context(series(account)) for _ in range(count)]


def together(each: Sequence[Series], commands: Sequence[Sequence[str]]) -> list[Ended]:
    """How one command of each ended, all begun at the same moment."""
    for one, command in zip(each, commands, strict=True):
        one.begin(*command)
    return [one.ended() for one in each]


def _serve(connection: Connection, environment: dict[str, str], folder: str) -> None:
    die_with_parent()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    while (argv := connection.recv()) is not None:
        connection.send(_outcome(argv))


def _outcome(argv: Sequence[str]) -> Ended:
    from openstackclient import shell

    stdout, stderr = io.StringIO(), io.StringIO()
    sys.argv = ["openstack", *argv]
    began_at = time.monotonic()
    with contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
        status = shell.main(list(argv))
    # The client adds one each time, and each writes to the streams of its time.
    logging.getLogger().handlers.clear()
    ended_at = time.monotonic()
    return Ended(status, stdout.getvalue(), stderr.getvalue(), began_at, ended_at)
