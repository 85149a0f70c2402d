# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What shows what an image is at its end only (F117)."""

from __future__ import annotations

import shlex
import struct
import subprocess
from pathlib import Path

import pytest

from osc_imagetools.source.disk.inspect import FormatError, Inspected
from osc_imagetools.source.disk.raw_disk import Evidence
from tests.cloud.images import can_convert, raw, vhd_by
from tests.unit.source.builders import in_blocks

MIB = 1 << 20

needs_qemu = pytest.mark.skipif(not can_convert(), reason="no qemu-img, qemu-nbd")


def passed(image: bytes, evidence: Evidence) -> Inspected:
    """*image* after all checks; raises what they raise."""
    declared = "raw" if evidence is Evidence.WORD else None
    inspected = Inspected(in_blocks(image), disk_format=declared, evidence=evidence)
    for _ in inspected:
        inspected.check()
    inspected.finish()
    return inspected


def fixed_vhd(disk: bytes, footer_bytes: int = 512, kind: int = 2) -> bytes:
    footer = b"conectix".ljust(48, b"\0") + struct.pack(">Q4xI", len(disk), kind)
    return disk + footer.ljust(footer_bytes, b"\0")


@pytest.mark.parametrize("evidence", Evidence, ids=lambda one: one.name)
@pytest.mark.parametrize("footer_bytes", [511, 512])
def test_F117_a_vhd_of_fixed_size_is_never_raw(
    evidence: Evidence, footer_bytes: int
) -> None:
    image = fixed_vhd(raw(MIB), footer_bytes)

    with pytest.raises(FormatError, match="a VHD of fixed size") as refused:
        passed(image, evidence)

    assert refused.value.do.startswith("Use --convert qcow2; if it has to be raw")


@needs_qemu
def test_F117_the_remedy_for_a_vhd_where_raw_is_needed_works_as_printed(
    tmp_path: Path,
) -> None:
    disk = raw(MIB).ljust(8 * MIB - 3, b"\0") + b"end"
    image = vhd_by(b"vbox", disk, "fixed")
    (tmp_path / "disk.vhd").write_bytes(image)
    with pytest.raises(FormatError) as refused:
        passed(image, Evidence.LOOKS)

    command = shlex.split(refused.value.do.split("'")[1])
    subprocess.run(command, cwd=tmp_path, check=True)

    assert (tmp_path / "disk.raw").read_bytes() == disk


@pytest.mark.parametrize("may_be", [True, False], ids=["converted", "stored"])
@pytest.mark.parametrize("surplus_bytes", [1, 512, 3_584, 4_096])
def test_F117_zeros_behind_the_footer_do_not_hide_a_vhd(
    may_be: bool, surplus_bytes: int
) -> None:
    image = fixed_vhd(raw(MIB), 512 + surplus_bytes)
    inspected = Inspected(in_blocks(image), disk_format=None, may_be_fixed_vhd=may_be)
    for _ in inspected:
        inspected.check()

    with pytest.raises(FormatError, match="a VHD of fixed size") as refused:
        inspected.finish()

    assert f"'truncate --size=-{surplus_bytes} disk.vhd'" in refused.value.do


NO_VHD = {
    "too many zeros": fixed_vhd(raw(MIB), 512 + 4_097),
    "not zeros": fixed_vhd(raw(MIB), 600) + b"end",
    "of another kind": fixed_vhd(raw(MIB), 600, kind=3),
    "a word": raw(MIB) + b"conectix".ljust(510, b"\0"),
}


@pytest.mark.parametrize("image", NO_VHD.values(), ids=NO_VHD)
def test_a_disk_that_only_has_the_mark_of_a_vhd_is_one(image: bytes) -> None:
    inspected = passed(image, Evidence.LOOKS)

    assert inspected.disk_format == "raw"


@pytest.mark.parametrize("size", [512, 700, 1 << 18])
def test_F117_for_who_converts_it_a_vhd_of_fixed_size_is_its_disk(size: int) -> None:
    image = fixed_vhd(raw(MIB))
    inspected = Inspected(
        in_blocks(image, size), disk_format=None, may_be_fixed_vhd=True
    )
    for _ in inspected:
        inspected.check()
    assert inspected.disk_format == "raw"

    inspected.finish()

    assert (inspected.disk_format, inspected.virtual_size) == ("vhd", MIB)
