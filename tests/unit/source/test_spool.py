# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The copy of what can't be read as it comes (F43, F44)."""

from __future__ import annotations

import os
import resource

import pytest

from osc_imagetools.errors import OperatorError
from osc_imagetools.source import spool as module
from osc_imagetools.source.spool import SpoolError, spool, unnamed_file
from tests.unit.source.builders import in_blocks

MIB = 1 << 20
DISK = b"".join(b"sector %d" % number for number in range(50_000))


def test_the_copy_has_no_name_and_holds_all(tmp_path) -> None:
    with spool(in_blocks(DISK, 1_000), str(tmp_path), len(DISK)) as copy:
        assert copy.read() == DISK
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("size", [MIB, MIB + 7, 5_000], ids=str)
def test_F43_zeros_take_no_room_and_are_read_as_zeros(tmp_path, size: int) -> None:
    content = bytes(64 * MIB) + DISK + bytes(size)

    with spool(in_blocks(content), str(tmp_path)) as copy:
        used = os.fstat(copy.fileno()).st_blocks * 512

        assert copy.read() == content
    assert used < 2 * MIB


def test_F44_without_room_nothing_is_read(tmp_path) -> None:
    wire = in_blocks(DISK)

    with pytest.raises(SpoolError) as refused:
        spool(wire, str(tmp_path), 1 << 60)

    assert f"{1 << 60} bytes are needed and " in str(refused.value)
    assert "--tmpdir" in refused.value.do
    assert next(wire) == DISK[: 1 << 18]


@pytest.mark.parametrize(
    ("folder", "why"),
    [("missing", "No such file or directory"), ("file", "Not a directory")],
)
def test_F44_a_folder_that_cannot_be_written_is_named(
    tmp_path, folder: str, why: str
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SpoolError, match=f"{tmp_path / folder}.*{why}"):
        spool(in_blocks(DISK), str(tmp_path / folder))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_F44_a_folder_that_only_others_may_write_is_named(tmp_path) -> None:
    tmp_path.chmod(0o500)

    with pytest.raises(SpoolError, match="Permission denied"):
        spool(in_blocks(DISK), str(tmp_path))


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")
def test_F44_a_disk_that_fills_up_is_an_error(tmp_path, monkeypatch) -> None:
    def full(dir):
        return open("/dev/full", "wb")

    monkeypatch.setattr("tempfile.TemporaryFile", full)

    with pytest.raises(SpoolError, match="No space left on device"):
        spool(in_blocks(DISK), str(tmp_path))


def test_F44_a_quota_that_is_used_up_is_an_error(tmp_path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(SpoolError, match="File too large"):
            spool(in_blocks(DISK), str(tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert list(tmp_path.iterdir()) == []


def test_a_source_that_breaks_leaves_no_copy(tmp_path) -> None:
    def broken():
        yield DISK
        raise OperatorError("the source was interrupted")

    with pytest.raises(OperatorError, match="was interrupted"):
        spool(broken(), str(tmp_path))

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("said", [True, False], ids=["TMPDIR", "nothing"])
def test_without_a_folder_it_is_where_tmpdir_says_or_where_large_files_go(
    tmp_path, monkeypatch, said: bool
) -> None:
    monkeypatch.delenv("TMPDIR", raising=False)
    monkeypatch.setattr(module, "LARGE_FILES", str(tmp_path / "large"))
    if said:
        monkeypatch.setenv("TMPDIR", str(tmp_path / "said"))
    place = tmp_path / ("said" if said else "large")

    with pytest.raises(SpoolError, match=str(place)):
        unnamed_file(None, 1)

    place.mkdir()
    unnamed_file(None, 1).close()
