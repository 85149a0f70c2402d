# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Text of strangers on one line of a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osc_imagetools.printable import one_line, printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("disk.raw", "disk.raw"),
        ("bild-ü.raw", "bild-ü.raw"),
        ("a\nb\tc", r"a\nb\tc"),
        ("\x1b[2J", r"\x1b[2J"),
        ("gmi.\u202ewar", r"gmi.\u202ewar"),
        (b"\xff\xfe", r"\xff\xfe"),
        ("\udcff", r"\udcff"),
        ("x" * 121, "x" * 119 + "…"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(text, shown) -> None:
    assert printable(text) == shown


@given(st.text() | st.binary(), st.integers(1, 50))
def test_nothing_but_printable_characters_come_out(text, most) -> None:
    shown = printable(text, most)

    assert shown.isprintable()
    # An escape has ten characters at most
    assert len(shown) <= 10 * most


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two  spaces", "two  spaces"),
        (" around ", "around"),
        ("a\n    b\r\n\r\n c\u2028d", "a b c d"),
        ("a\tb", "a\tb"),
        ("", ""),
    ],
)
def test_lines_become_one_and_what_is_within_them_stays(text, line) -> None:
    assert one_line(text) == line
