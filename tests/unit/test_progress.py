# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A bar on a terminal."""

from __future__ import annotations

import io
import sys

import pytest

from osc_imagetools.progress import Bar


class Terminal(io.StringIO):
    """Standard error, where a person looks at it."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("title", ["m[/]y", "[link=file:///etc]x[/link]", "a\x1b[31m"])
def test_F113_title_and_stage_of_others_are_text(title, monkeypatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "200")

    with Bar(title) as bar:
        assert list(bar.watch(iter([b"12", b"3"]), 3)) == [b"12", b"3"]
        bar.say(f"storing {title}")

    shown = terminal.getvalue()
    assert title.replace("\x1b", r"\x1b") in shown
    assert f"storing {title}".replace("\x1b", r"\x1b") in shown


def test_what_glance_does_by_itself_takes_the_place_of_bytes(monkeypatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "200")

    with Bar("debian-13") as bar:
        assert list(bar.watch(iter([b"12"]), 4)) == [b"12"]
        bar.say("Glance fetches it")

    *_, last = [line for line in terminal.getvalue().split("\r") if "fetches" in line]
    assert "2/4" not in last
    assert "0/?" in last
