# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The picture of a terminal shows what the guide shows, and fetches nothing."""

from __future__ import annotations

import re

from tests.demo.terminal_picture import PICTURE, picture


def test_terminal_shows_what_the_guide_shows_today() -> None:
    """Else: python -m tests.demo.terminal_picture."""
    assert _texts(PICTURE.read_text()) == _texts(picture())


def test_picture_fetches_nothing() -> None:
    assert "url(http" not in PICTURE.read_text().replace('"', "")
    assert "@import" not in PICTURE.read_text()


def _texts(svg: str) -> list[str]:
    """What stands in it: how it is drawn is the library's."""
    return [text for text in re.findall(r"<text[^>]*>([^<]*)", svg) if text.strip()]
