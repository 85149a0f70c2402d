# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Schedules that once found a fault of ours: none of them finds it any more."""

from __future__ import annotations

import pytest

from osc_imagetools.lifecycle.model.properties import COMING
from tests.simulation import simulate
from tests.simulation.kept import Kept, kept
from tests.simulation.schedule import made
from tests.simulation.simulate import quietly, simulated
from tests.simulation.wrong import PROTOCOLS, Wrong

KEPT = kept()


@pytest.mark.parametrize("one", KEPT, ids=[one.name for one in KEPT])
def test_what_a_schedule_has_found_does_not_come_again(one: Kept) -> None:
    kinds = frozenset({one.kind})

    outcome = quietly(lambda: simulated(one.schedule, kinds=kinds))

    assert outcome.violation is None


def test_rollback_that_was_overtaken_leaves_no_mark(monkeypatch) -> None:
    name = "overtaken-before-it-has-a-number"
    [overtaken] = [one for one in KEPT if one.name == name]
    left: list[str] = []

    def look(world, watch, site) -> None:
        left.extend(
            name
            for image in site.images()
            for name in image.fields
            if name.startswith(COMING)
        )

    # What the next run would take away.
    monkeypatch.setattr(simulate, "_in_the_end", look)
    quietly(lambda: simulated(overtaken.schedule))

    assert left == []


def test_a_seed_makes_the_same_schedule_and_the_same_requests_each_time() -> None:
    first, second = (quietly(lambda: simulated(made(7), keeps=True)) for _ in range(2))

    assert made(7) == made(7)
    assert [_sent(one) for one in first.world.history] == [
        _sent(one) for one in second.world.history
    ]


def _sent(entry):
    now, call = entry
    return now, call.sender.name, call.number, call.request.method, call.request.path


@pytest.mark.parametrize(
    ("name", "seed"),
    [
        ("hidden before the new one is seen", 1),
        ("bytes offered as they come", 1),
        ("retired by a DELETE", 1),
    ],
)
def test_a_wrong_protocol_is_found(name: str, seed: int) -> None:
    [wrong] = [one for one in PROTOCOLS if one.name == name]

    with wrong.in_place():
        outcome = quietly(lambda: simulated(made(seed)))

    assert outcome.violation is not None
    assert quietly(lambda: simulated(made(seed))).violation is None


@pytest.mark.parametrize("wrong", PROTOCOLS, ids=[one.name for one in PROTOCOLS])
def test_what_a_wrong_protocol_replaces_is_there(wrong: Wrong) -> None:
    with wrong.in_place():
        pass
