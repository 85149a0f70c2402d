# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Locks between processes, which end with the one who holds them."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Any

POLL_SECONDS = 0.1

Say = Callable[[str], None]


@contextmanager
def held(path: Path, say: Say) -> Iterator[None]:
    """Hold the lock; say so if that means waiting."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        if not _taken(file):
            say(f"Waiting for another run, which holds {path} …")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


@asynccontextmanager
async def held_patiently(path: Path, say: Say) -> AsyncIterator[None]:
    """The same for a program that has to notice other things while it waits."""
    with path.open("a") as file:
        if not _taken(file):
            say(f"Waiting for another run, which holds {path} …")
        while not _taken(file):
            await asyncio.sleep(POLL_SECONDS)
        yield


def is_held(path: Path) -> bool:
    """Whether someone holds the lock at this moment."""
    if not path.exists():
        return False
    with path.open("a") as file:
        return not _taken(file, fcntl.LOCK_SH)


def _taken(file: IO[Any], mode: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(file, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
