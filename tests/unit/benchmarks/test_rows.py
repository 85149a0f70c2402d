# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.__main__ import main
from tests.benchmarks.row import Row
from tests.benchmarks.rows import ROWS
from tests.benchmarks.stage import Stage


def test_rows_have_names_of_their_own() -> None:
    names = [row.name for row in ROWS]

    assert len(set(names)) == len(names)


def test_help_names_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])

    told = "".join(capsys.readouterr().out.split())
    assert [row.name for row in ROWS if row.name not in told] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_nothing_is_made_before_a_row_is_entered(row: Row, tmp_path: Path) -> None:
    def no_cloud() -> None:
        raise AssertionError("it started a cloud")

    stage = Stage(no_cloud, tmp_path, 64, print)  # type: ignore[arg-type]

    row.contest(stage)

    assert list(tmp_path.iterdir()) == []
