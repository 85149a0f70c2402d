# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The page of a report, and the same for machines."""

from __future__ import annotations

import re
import sys

import pytest

from osc_imagetools.errors import OperatorError
from osc_imagetools.reports.page import drawing, page
from tests.unit.reports.pages import HOSTILE, NOW, family, told


def test_a_family_has_a_table_of_what_its_drawing_shows() -> None:
    shown = page(told(*family("debian-13")))

    assert shown.count("<svg") == 1
    assert shown.count('<th scope="row">') == 3
    assert "Current: 20260303" in shown
    assert "Next: 20260301 is to be deleted on 2026-07-01" in shown


def test_names_of_strangers_stay_text() -> None:
    shown = page(told(*family(HOSTILE, lifecycle_version=HOSTILE)))

    assert "<script" not in shown
    assert "&lt;script&gt;" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    shown = page(told(*family("debian-13")))

    assert "default-src &#39;none&#39;" in shown or "default-src 'none'" in shown
    assert not re.search(r"\b(src|href|on\w+|style)=|url\(|@import|https?:", shown)


def test_what_nothing_tells_is_said() -> None:
    shown = page(told(*family("debian-13", lifecycle_published_at="?")))

    assert "<svg" not in shown
    assert "Of 3 of 3 versions nothing tells when they were current" in shown


def test_a_project_without_images_has_a_page() -> None:
    assert "The project has no family." in page(told())


def test_bars_stand_one_behind_the_other_up_to_now() -> None:
    [one] = told(*family("debian-13")).families
    drawn = drawing(one, NOW)
    assert drawn

    starts = [bar.start for bar in drawn.bars]
    assert starts == sorted(starts)
    assert drawn.bars[-1].is_current
    last = drawn.bars[-1]
    assert last.start + last.width == pytest.approx(drawn.now, abs=0.1)
    assert drawn.due is not None
    assert drawn.due > drawn.now


def test_without_jinja2_it_says_what_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "jinja2", None)

    with pytest.raises(OperatorError, match=r"Install osc-imagetools\[report\]"):
        page(told())


def test_machines_read_the_same() -> None:
    row = told(*family("debian-13")).as_row()

    [one] = row["families"]
    assert [each["current"] for each in one["versions"]] == [False, False, True]
    assert one["versions"][0]["due_at"] == "2026-07-01T00:00:00Z"
    assert one["size_bytes"] == 6 << 30
    assert row["made_at"] == "2026-06-01T00:00:00Z"


def test_ten_thousand_images_are_a_page_that_is_drawn_as_it_is_scrolled() -> None:
    images = [one for number in range(1000) for one in family(f"f-{number}", 10)]

    shown = page(told(*images))

    assert shown.count('<th scope="row">') == 10_000
    assert "content-visibility: auto" in shown
    assert "<details open" not in shown
    assert len(shown) < 4_000_000
