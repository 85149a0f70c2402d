# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The demo as its reader sees it, and what they can copy from its end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.cloud import folders, interpreters, services_venv

DEMO_SECONDS = 300
TO_COPY = re.compile(r"^  \$ (.*)$", re.M)
ACTIVE = r"\| {} +\| active \|"


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[Mapping[str, str]]:
    """That of a reader who has an empty cache, but for the installed services."""
    services = services_venv.ensure(print)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("OS_")
    }
    environment |= {
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        services_venv.FOLDER_VARIABLE: str(services),
        "TMPDIR": str(tmp_path),
    }
    yield environment
    shell(f"{sys.executable} -m tests.cloud down", environment)


def demo(
    environment: Mapping[str, str], *options: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.demo", *options],
        cwd=folders.CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEMO_SECONDS,
    )


def shell(lines: str, environment: Mapping[str, str]) -> str:
    """What bash prints that stops at the first line that fails."""
    ran = subprocess.run(
        ["bash", "-e", "-c", lines],
        cwd=folders.CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=DEMO_SECONDS,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_demo_imports_refuses_and_what_it_says_to_type_works_on_the_kept_cloud(
    environment: Mapping[str, str],
) -> None:
    told = demo(environment, "--keep")
    again = demo(environment, "--keep")
    to_copy = TO_COPY.findall(told.stdout)
    end = next(line for line in to_copy if line.endswith("tests.cloud down"))
    by_hand = to_copy[: to_copy.index(end)]
    listed = shell("\n".join(by_hand), environment)
    shell(end, environment)

    assert told.returncode == 0, told.stdout + told.stderr
    for kind in ("tar-gz", "zip"):
        assert re.search(ACTIVE.format(rf"\S+-from-{kind}"), told.stdout)
    assert re.search(r"from-zip +\| deprecated \|", told.stdout)
    for result in ("rotated", "rolled back"):
        assert re.search(rf"result +\| {result}", told.stdout)
    assert re.search(r"looked up \d+ times, and always found", told.stdout)
    assert re.search(
        r"differs from what was published.*\n\(exit status 1\)", told.stdout
    )
    assert "\x1b" not in told.stdout
    assert again.returncode == 1
    assert end in again.stderr
    assert re.search(ACTIVE.format("by-hand"), listed)


def test_demo_needs_no_package_of_the_system_and_leaves_nothing_running(
    environment: Mapping[str, str], tmp_path: Path
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    python = interpreters.choose()
    (programs / f"python{python.minor}").symlink_to(python.path)
    bare = {**environment, "PATH": str(programs)}

    told = demo(bare, "--own-image")
    to_copy = TO_COPY.findall(told.stdout)

    assert told.returncode == 0, told.stdout + told.stderr
    assert "sqlite as its database" in told.stdout
    assert re.search(ACTIVE.format("tiny-from-tar-gz"), told.stdout)
    assert any(line.endswith("tests.cloud up") for line in to_copy)
    assert not list(tmp_path.glob("osc-imagetools-*"))
