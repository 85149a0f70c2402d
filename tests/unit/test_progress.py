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
