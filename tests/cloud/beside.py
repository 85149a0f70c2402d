# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What somebody else does as fast as they can, in a process of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

from tests.cloud.accounts import Account
from tests.cloud.children import die_with_parent
from tests.cloud.loaded_client import forks

ANSWER_SECONDS = 60

T = TypeVar("T")


@dataclass(frozen=True)
class Beside(Generic[T]):
    """Something that is done again and again."""

    _connection: Connection

    def done(self) -> list[T]:
        """What came of it since the last time that this was asked."""
        self._connection.send(None)
        if not self._connection.poll(ANSWER_SECONDS):
            raise TimeoutError("what is done beside it hangs")
        results: list[T] = self._connection.recv()
        return results


@contextmanager
def beside(act: Callable[[], T]) -> Iterator[Beside[T]]:
    """*act*, which can be pickled, is called until the block ends.

    An exception ends the process, and `Beside.done` raises EOFError.
    """
    ours, theirs = forks.Pipe()
    process = forks.Process(target=_repeat, args=(act, theirs))
    process.start()
    theirs.close()
    try:
        # Only when it has been done once does it count as begun.
        done = Beside[T](ours)
        while not done.done():
            pass
        yield done
    finally:
        process.kill()
        process.join()
        ours.close()


def _repeat(act: Callable[[], T], connection: Connection) -> None:
    die_with_parent()
    results: list[T] = []
    while True:
        results.append(act())
        if connection.poll():
            connection.recv()
            connection.send(results)
            results = []


@dataclass(frozen=True)
class Lookup:
    """What one lookup of a name found, and when it was answered."""

    found: tuple[str, ...]
    """IDs of images, in no order."""
    at: float
    """Of `time.monotonic`, which is the same for all processes."""


def lookups(account: Account, name: str) -> Callable[[], Lookup]:
    """A lookup of *name* by the user of *account*."""
    return partial(_look_up, account, name)


def _look_up(account: Account, name: str) -> Lookup:
    answer = account.glance("GET", "/v2/images", params={"name": f"eq:{name}"})
    at = time.monotonic()
    if answer.status_code != 200:
        raise RuntimeError(answer.text)
    return Lookup(tuple(sorted(one["id"] for one in answer.json()["images"])), at)
