# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""One download for several: each gets all of it, and nobody waits for who has left."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from osc_imagetools.source import together
from osc_imagetools.source.access import Access
from osc_imagetools.source.opened import Source, SourceError
from osc_imagetools.source.together import BLOCKS_BETWEEN, Participant, Together

ACCESS = Access(60)
BLOCK = b"x" * 1000
MANY = 5 * BLOCKS_BETWEEN


class Served:
    """A source of so many blocks, which breaks behind them if it is to."""

    def __init__(self, blocks: int, fault: SourceError | None = None) -> None:
        self.opened = self.closed = self.read = 0
        self._blocks, self._fault = blocks, fault

    def open(self, urls: object, access: Access) -> Source:
        self.opened += 1
        return Source("https://vendor", "disk", _read=self._next, _close=self._end)

    def _next(self) -> bytes:
        if self.read == self._blocks:
            if self._fault:
                raise self._fault
            return b""
        self.read += 1
        return BLOCK

    def _end(self) -> None:
        self.closed += 1


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Served]:
    def make(blocks: int, fault: SourceError | None = None) -> Served:
        one = Served(blocks, fault)
        monkeypatch.setattr(together, "open_first", one.open)
        return one

    return make


def taken(participant: Participant, most: int | None = None) -> int:
    """How many bytes it gets, or takes of them."""
    got = 0
    with closing(participant.opens(["https://vendor"], ACCESS)) as source:
        for number, block in enumerate(source.blocks(), 1):
            got += len(block)
            if number == most:
                break
    return got


def all_of(*jobs: Callable[[], int]) -> list[Future[int]]:
    with ThreadPoolExecutor(len(jobs)) as pool:
        return [pool.submit(job) for job in jobs]


def test_each_gets_all_of_what_is_fetched_once(served: Callable[..., Served]) -> None:
    source, shared = served(MANY), Together(3, lambda: False)

    done = all_of(
        *(
            lambda participant=participant: taken(participant)
            for participant in shared.participants
        )
    )

    assert [one.result() for one in done] == [MANY * len(BLOCK)] * 3
    assert (source.opened, source.read, source.closed) == (1, MANY, 1)


def test_who_leaves_in_the_middle_holds_up_nobody(
    served: Callable[..., Served],
) -> None:
    served(MANY)
    first, second = Together(2, lambda: False).participants

    done = all_of(lambda: taken(first, 3), lambda: taken(second))

    assert [one.result() for one in done] == [3 * len(BLOCK), MANY * len(BLOCK)]


def test_who_never_comes_holds_up_nobody_once_that_is_told(
    served: Callable[..., Served],
) -> None:
    served(MANY)
    first, second = Together(2, lambda: False).participants
    threading.Timer(0.05, second.leave).start()

    assert taken(first) == MANY * len(BLOCK)


def test_nobody_is_further_ahead_of_the_slowest_than_is_held(
    served: Callable[..., Served],
) -> None:
    source, shared = served(MANY), Together(2, lambda: False)
    fast, slow = shared.participants
    slow._reads = True
    blocks = fast.opens(["https://vendor"], ACCESS).blocks()

    for _ in range(BLOCKS_BETWEEN):
        next(blocks)

    assert source.read == BLOCKS_BETWEEN
    assert not shared._may_fetch()
    assert shared.read(slow) == BLOCK
    assert shared._may_fetch()


def test_all_are_told_what_ended_it(served: Callable[..., Served]) -> None:
    served(3, SourceError("It broke"))
    shared = Together(2, lambda: False)

    done = all_of(
        *(
            lambda participant=participant: taken(participant)
            for participant in shared.participants
        )
    )

    assert [str(one.exception()) for one in done] == ["It broke."] * 2


def test_who_begins_again_fetches_alone(served: Callable[..., Served]) -> None:
    source = served(0)
    [participant] = Together(1, lambda: False).participants
    taken(participant)

    taken(participant)

    assert source.opened == 2


def test_file_is_one_too(tmp_path: Path) -> None:
    path = tmp_path / "disk"
    path.write_bytes(BLOCK * MANY)
    shared = Together(2, lambda: False)

    def whole(participant: Participant) -> int:
        with closing(participant.opens([path.as_uri()], ACCESS)) as source:
            return sum(map(len, source.blocks()))

    done = all_of(
        *(
            lambda participant=participant: whole(participant)
            for participant in shared.participants
        )
    )

    assert [one.result() for one in done] == [MANY * len(BLOCK)] * 2


def test_nobody_waits_once_all_is_to_end(served: Callable[..., Served]) -> None:
    served(MANY)
    first, _ = Together(2, lambda: True).participants

    with pytest.raises(SourceError, match="interrupted"):
        taken(first)
