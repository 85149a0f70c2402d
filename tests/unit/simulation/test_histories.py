# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The model tells the small histories as its table says.

That the real Glance tells them the same: tests/functional/test_model_of_glance.py.
"""

from __future__ import annotations

import pytest

from tests.simulation.glance.histories import HISTORIES, RACES, chance
from tests.simulation.glance.modelled import Modelled, outcomes
from tests.simulation.glance.replay import expected, replay, statuses
from tests.simulation.glance.steps import History, Race


def named(row: History | Race) -> str:
    return row.name


@pytest.mark.parametrize("history", HISTORIES, ids=named)
def test_the_model_answers_as_the_table_says(history: History) -> None:
    answers = replay(history, Modelled())
    assert statuses(answers) == expected(history)


@pytest.mark.parametrize("race", RACES, ids=named)
def test_a_race_ends_in_one_way_or_in_another(race: Race) -> None:
    ends = outcomes(race)
    assert len(ends) > 1


def test_a_seed_is_one_history_and_one_race() -> None:
    assert chance.history(1) == chance.history(1) != chance.history(2)
    assert chance.race(1) == chance.race(1) != chance.race(2)
