# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A file is there whole, or as it was before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from osc_imagetools.commands.output.saved import save
from osc_imagetools.errors import OperatorError


def test_the_earlier_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("earlier")

    save(file, "ä")

    assert file.read_text(encoding="utf-8") == "ä"
    assert [*tmp_path.iterdir()] == [file]


def test_the_umask_decides_who_may_read_it(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        save(tmp_path / "report.html", "")
    finally:
        os.umask(before)

    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o640


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("theirs")
    (tmp_path / "report.html").symlink_to(target)

    with pytest.raises(OperatorError, match="no regular file"):
        save(tmp_path / "report.html", "ours")

    assert target.read_text() == "theirs"


def test_a_device_is_left_as_it_is() -> None:
    with pytest.raises(OperatorError, match="no regular file"):
        save(Path("/dev/null"), "ours")


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="No such file"):
        save(tmp_path / "missing" / "report.html", "ours")
