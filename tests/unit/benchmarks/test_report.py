# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.report import table, write_json
from tests.benchmarks.row import Measure, Result, Row, measured
from tests.benchmarks.stage import Stage, tool


@contextmanager
def three_against_two(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    what, against = iter([3.0, 9.0, 3.0]), iter([2.0, 2.0, 2.0])
    yield lambda: next(what), lambda: next(against)


@contextmanager
def of_a_missing_tool(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    tool("no-such-tool")
    yield lambda: 1.0, lambda: 1.0


ROW = Row("it", "ours", "theirs", at_most=1.5, contest=three_against_two, rounds=3)


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    def no_cloud() -> None:
        raise AssertionError("no row asked for a cloud")

    return Stage(no_cloud, tmp_path, 64, print)  # type: ignore[arg-type]


def test_row_holds_up_to_its_limit_by_the_median_of_its_rounds(stage: Stage) -> None:
    result = measured(ROW, stage, print)

    assert result.what == (3.0, 9.0, 3.0)
    assert result.ratio == 1.5
    assert result.holds
    assert "holds" in table([result])


@pytest.mark.parametrize(
    "stricter", [replace(ROW, at_most=1.49), replace(ROW, ceiling=2.9)]
)
def test_row_beyond_a_limit_does_not_hold(stage: Stage, stricter: Row) -> None:
    result = measured(stricter, stage, print)

    assert not result.holds
    assert "DOES NOT HOLD" in table([result])


def test_row_whose_tool_is_missing_says_so_and_does_not_hold(stage: Stage) -> None:
    result = measured(replace(ROW, contest=of_a_missing_tool), stage, print)

    assert not result.holds
    assert "no-such-tool is not installed" in table([result])


@contextmanager
def of_a_command_that_fails(stage: Stage) -> Iterator[tuple[Measure, Measure]]:
    def measure() -> float:
        raise RuntimeError("['openstack', 'image']: Starting\nIt was refused\n")

    yield measure, measure


def test_row_that_fails_says_why_in_a_line_and_the_others_are_measured(
    stage: Stage,
) -> None:
    failing = replace(ROW, name="failing", contest=of_a_command_that_fails)

    results = [measured(row, stage, print) for row in (failing, ROW)]

    assert [result.holds for result in results] == [False, True]
    lines = table(results).splitlines()
    assert "failing NOT MEASURED: It was refused" in lines
    assert any(line.split()[:3] == ["it", "3.000", "s"] for line in lines)


def test_json_has_each_round_and_what_came_of_it(tmp_path: Path) -> None:
    path = tmp_path / "bench.json"

    write_json([Result(ROW, (3.0,), (2.0,))], path, processors=2)

    told = json.loads(path.read_text())
    assert told["processors"] == 2
    (row,) = told["rows"]
    assert (row["measured"], row["ratio"], row["holds"]) == ([3.0], 1.5, True)
