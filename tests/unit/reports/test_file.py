# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A report in a file: whole, or as it was before."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from osc_imagetools.errors import OperatorError
from osc_imagetools.reports.file import replace


def test_file_is_replaced_with_the_rights_that_a_new_one_has(tmp_path: Path) -> None:
    path = tmp_path / "images.html"
    path.write_text("old")
    mask = os.umask(0o027)
    try:
        replace(str(path), "new")
    finally:
        os.umask(mask)

    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == 0o640
    assert [one.name for one in tmp_path.iterdir()] == ["images.html"]


def test_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")

    replace(str(tmp_path / "link"), "new")

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


def test_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="No such file"):
        replace(str(tmp_path / "none" / "images.html"), "new")


def test_device_is_written_to(tmp_path: Path) -> None:
    replace("/dev/null", "new")

    assert not Path("/dev/null").is_file()
