# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.disk import LOOK_SECONDS, DiskWatch, used_bytes

SIZE = 1 << 20

HOLDS_AN_UNNAMED_FILE = f"""
import sys, tempfile
with tempfile.TemporaryFile(dir=sys.argv[1]) as file:
    file.write(bytes({SIZE}))
    file.flush()
    print("written", flush=True)
    sys.stdin.read()
"""


def test_unnamed_file_of_another_process_is_seen_while_it_is_open(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-c", HOLDS_AN_UNNAMED_FILE, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        child.stdout.readline()

        used = used_bytes(tmp_path, child.pid)

        child.communicate()
    assert used == SIZE
    assert used_bytes(tmp_path, child.pid) == 0


def test_file_with_a_name_counts_once_and_its_holes_do_not(tmp_path: Path) -> None:
    with (tmp_path / "sparse").open("wb") as file:
        file.write(bytes(SIZE))
        file.truncate(100 * SIZE)
        file.flush()

        used = used_bytes(tmp_path, os.getpid())

    assert used == SIZE


def test_file_elsewhere_does_not_count(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    with tempfile.TemporaryFile(dir=tmp_path) as file:
        file.write(bytes(SIZE))
        file.flush()

        used = used_bytes(inside, os.getpid())

    assert used == 0


def test_watch_remembers_what_is_gone_again(tmp_path: Path) -> None:
    with DiskWatch(tmp_path, os.getpid()) as watch:
        with tempfile.TemporaryFile(dir=tmp_path) as file:
            file.write(bytes(SIZE))
            file.flush()
            deadline = time.monotonic() + 10
            while watch.peak_bytes < SIZE and time.monotonic() < deadline:
                time.sleep(LOOK_SECONDS)
        left = used_bytes(tmp_path, os.getpid())

    assert (watch.peak_bytes, left) == (SIZE, 0)
