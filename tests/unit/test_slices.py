# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The slices of the long tests: each test is in one, and each commit takes one."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.slices import ENDS, SLICES, end_of, slice_of, slice_of_commit

IDENTITY = ("-c", "user.name=them", "-c", "user.email=them@example.org")


def git(*words: str | Path) -> None:
    subprocess.run(["git", *words], check=True, capture_output=True)


def commit(checkout: Path) -> None:
    git("-C", checkout, *IDENTITY, "commit", "--allow-empty", "-m", "one more")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    git("init", tmp_path)
    commit(tmp_path)
    return tmp_path


def test_the_slices_are_of_about_the_same_size() -> None:
    tests = [f"test_killed[{number}-of-many]" for number in range(1000)]

    counts = [sum(slice_of(test) == one for test in tests) for one in range(SLICES)]

    assert sum(counts) == 1000
    assert min(counts) > 50


def test_two_commits_in_a_row_run_each_test_at_both_ends() -> None:
    tests = [f"test_killed[{number}-of-many]" for number in range(1000)]

    for commit in range(SLICES):
        following = (commit + 1) % SLICES
        ends = [{end_of(test, one) for one in (commit, following)} for test in tests]
        lowest = sum(end_of(test, commit) == ENDS[0] for test in tests)

        assert ends == [{*ENDS}] * len(tests)
        assert 400 < lowest < 600


def test_ten_commits_in_a_row_take_every_slice(checkout: Path) -> None:
    taken = {slice_of_commit(checkout)}
    for _ in range(SLICES - 1):
        commit(checkout)
        taken.add(slice_of_commit(checkout))

    assert taken == {*range(SLICES)}


def test_a_shallow_clone_takes_one_by_its_commit(
    checkout: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    taken = set()
    for number in range(SLICES):
        commit(checkout)
        clone = tmp_path_factory.mktemp("shallow") / str(number)
        git("clone", "--depth", "1", checkout.as_uri(), clone)
        taken.add(slice_of_commit(clone))

    assert len(taken) > 1


def test_what_is_no_checkout_takes_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))

    assert slice_of_commit(tmp_path) == 0
