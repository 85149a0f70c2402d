# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The model of Glance that the simulation runs on is as true as this table."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.cloud.cloud import Cloud
from tests.functional.real_glance import RealGlance
from tests.simulation.glance.histories import HISTORIES, RACES, chance
from tests.simulation.glance.modelled import Modelled, outcome, outcomes
from tests.simulation.glance.replay import (
    Names,
    expected,
    named,
    replay,
    seen,
    statuses,
)
from tests.simulation.glance.steps import Ask, History, Race

SEEDS = range(6)

TRIES = 6
"""Of each race, in which one may come long before the other."""


@pytest.fixture(scope="module")
def real(cloud: Cloud) -> RealGlance:
    """The people of the histories, in the real cloud."""
    if cloud.state.database != "mariadb":
        pytest.skip("the model is of a Glance on MariaDB, as clouds run it")
    return RealGlance(cloud)


@pytest.mark.parametrize("history", HISTORIES, ids=lambda one: one.name)
def test_the_real_glance_and_the_model_tell_the_same(
    real: RealGlance, history: History
) -> None:
    told = replay(history, real)
    assert statuses(told) == expected(history)
    assert told == replay(history, Modelled())


@pytest.mark.parametrize("seed", SEEDS)
def test_they_tell_the_same_of_what_nobody_has_thought_of(
    real: RealGlance, seed: int
) -> None:
    history = chance.history(seed)
    assert replay(history, real) == replay(history, Modelled())


CHANCES = [chance.race(seed) for seed in SEEDS]


@pytest.mark.parametrize("race", [*RACES, *CHANCES], ids=lambda one: one.name)
def test_how_a_race_ended_is_one_of_the_ends_that_the_model_has(
    real: RealGlance, race: Race
) -> None:
    ends = [_raced(race, real) for _ in range(TRIES)]
    assert set(ends) <= outcomes(race)


def _raced(race: Race, real: RealGlance) -> tuple[object, ...]:
    names = Names(real)
    for step in race.before:
        assert isinstance(step, Ask)
        real.request(named(step, names))
    at_once = Barrier(2)

    def sent(ask: Ask) -> int:
        whole = named(ask, names)
        at_once.wait(60)
        return real.request(whole).status_code

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.map(sent, (race.one, race.other))
    left = seen(real.request(named(race.after, names)), names)
    return outcome(race, one, other, left)
