# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Pictures show what is so today, and fetch nothing."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from tests.demo import bytes_picture, swap_picture, terminal_picture

DRAWN = pytest.mark.parametrize(
    "script",
    [bytes_picture, swap_picture, terminal_picture],
    ids=lambda one: one.__name__,
)


@DRAWN
def test_picture_shows_what_is_so_today(script: ModuleType) -> None:
    """Else run the module: ``python -m tests.demo.swap_picture``."""
    assert _texts(script.PICTURE.read_text()) == _texts(script.picture())


@DRAWN
def test_picture_fetches_nothing(script: ModuleType) -> None:
    text = script.PICTURE.read_text().replace('"', "")

    assert "url(http" not in text
    assert "@import" not in text


def _texts(svg: str) -> list[str]:
    """What stands in it: how a terminal is drawn is the library's."""
    return [text for text in re.findall(r"<text[^>]*>([^<]*)", svg) if text.strip()]
