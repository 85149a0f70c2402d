# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.benchmarks.packings import PACKINGS, Packing, pack, pack_repeated

CONTENT = random.Random(1).randbytes(100_000)


def unpacked(packing: Packing, file: Path) -> bytes:
    command = [*packing.unpack, *([str(file)] if packing.seeks else [])]
    with file.open("rb") as content:
        return subprocess.run(
            command, stdin=content, stdout=subprocess.PIPE, check=True
        ).stdout


@pytest.fixture(params=PACKINGS, ids=lambda packing: packing.ending)
def packing(request: pytest.FixtureRequest) -> Packing:
    packing: Packing = request.param
    if missing := [name for name in packing.tools if shutil.which(name) is None]:
        pytest.skip(f"{', '.join(missing)} is not installed")
    return packing


@pytest.mark.parametrize("times", [1, 4])
def test_what_is_packed_once_or_repeatedly_unpacks_to_that(
    tmp_path: Path, packing: Packing, times: int
) -> None:
    file, packed = tmp_path / "disk.qcow2", tmp_path / "packed"
    file.write_bytes(CONTENT)
    pack(packing, file, packed)

    repeated = tmp_path / "repeated"
    pack_repeated(packing, file, packed, times, repeated)

    assert unpacked(packing, packed) == CONTENT
    assert unpacked(packing, repeated) == CONTENT * times
    assert {path.name for path in tmp_path.iterdir()} == {
        *("disk.qcow2", "packed", "repeated")
    }
