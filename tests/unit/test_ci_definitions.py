# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""CI elsewhere runs what ``tox`` runs here, by the same environments."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
GITHUB = ROOT / ".github" / "workflows" / "ci.yml"
ZUUL = ROOT / ".zuul.yaml"

HERE_ALONE = {"cover"}
"""It needs what two of the others have measured on the same machine."""


def by_tox() -> set[str]:
    """What ``tox`` runs, without what only makes sense on one machine."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "tox.ini")
    return {*parser["tox"]["env_list"].split()} - HERE_ALONE


def test_github_runs_each_environment_once() -> None:
    [job] = yaml.safe_load(GITHUB.read_text())["jobs"].values()
    run = [one["env"] for one in job["strategy"]["matrix"]["include"]]

    assert sorted(run) == sorted(by_tox())


def test_zuul_runs_each_environment_once() -> None:
    told = yaml.safe_load(ZUUL.read_text())
    jobs = {one["job"]["name"]: one["job"] for one in told if "job" in one}
    [project] = [one["project"] for one in told if "project" in one]

    for pipeline in ("check", "gate"):
        run = [jobs[name]["vars"]["tox_envlist"] for name in project[pipeline]["jobs"]]
        assert sorted(run) == sorted(by_tox())


def test_both_use_the_python_that_an_environment_is_for() -> None:
    [job] = yaml.safe_load(GITHUB.read_text())["jobs"].values()
    github = {one["env"]: one["python"] for one in job["strategy"]["matrix"]["include"]}
    zuul = {
        one["job"]["vars"]["tox_envlist"]: one["job"]["vars"]["python_version"]
        for one in yaml.safe_load(ZUUL.read_text())
        if "python_version" in one.get("job", {}).get("vars", {})
    }

    assert zuul.items() <= github.items()
    assert all(
        version == f"{match[1]}.{match[2]}"
        for name, version in zuul.items()
        if (match := re.fullmatch(r"py(\d)(\d+)", name))
    )
