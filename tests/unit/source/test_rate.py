# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A limit of bytes a second: by a clock that only moves when somebody waits."""

from __future__ import annotations

from dataclasses import dataclass

from osc_imagetools.source.opened import Source
from osc_imagetools.source.rate import RateLimit


@dataclass
class Clock:
    now: float = 100.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def limit(clock: Clock, rate: int) -> RateLimit:
    return RateLimit(rate, lambda: clock.now, clock.sleep)


def source(blocks: list[bytes]) -> Source:
    left = iter(blocks)
    return Source("https://vendor/disk", "disk", _read=lambda: next(left, b""))


def test_bytes_take_as_long_as_the_rate_says() -> None:
    clock = Clock()

    got = b"".join(limit(clock, 1000).on(source([b"x" * 500] * 6)).blocks())

    assert (len(got), clock.now) == (3000, 103.0)


def test_several_share_it() -> None:
    clock = Clock()
    shared = limit(clock, 1000)

    for one in (shared.on(source([b"x" * 1000])), shared.on(source([b"y" * 1000]))):
        list(one.blocks())

    assert clock.now == 102.0


def test_time_in_which_nobody_reads_is_not_made_up_for() -> None:
    clock = Clock()
    shared = limit(clock, 1000)
    shared.took(1000)
    clock.now += 3600

    shared.took(1000)

    assert clock.now == 101.0 + 3600 + 1


def test_what_is_closed_is_closed_behind_it() -> None:
    closed: list[bool] = []
    one = source([b"x"])
    one._close = lambda: closed.append(True)

    limit(Clock(), 1000).on(one).close()

    assert closed == [True]
