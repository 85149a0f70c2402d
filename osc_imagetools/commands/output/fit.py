# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A table that fits its reader's lines: sentences are wrapped, names and IDs are not.

The client wraps on a terminal only, and then an ID just as well as a sentence.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

COLUMNS = 120
"""Of a table that no terminal shows: it is mailed, or read in a pager."""

_BETWEEN = 3
"""Columns between two cells; and one at the end of a line."""

_BROKEN_AT = 12
"""Columns that a sentence keeps, at least; a word that is longer is broken then."""

_ID = 36
"""Columns of a word that stands alone and is never broken: an ID, but no digest."""


def fitted(
    headings: Sequence[str], rows: Sequence[Sequence[Any]], columns: int
) -> list[list[Any]]:
    """*rows* with line ends in them, so that a table has at most so many *columns*.

    As they are where that can't be: where names and IDs alone are too long.
    """
    cells = [*zip(*rows, strict=True)]
    natural = [
        max(_width(line) for cell in (name, *column) for line in _lines(cell))
        for name, column in zip(headings, cells, strict=False)
    ]
    room = columns - _BETWEEN * len(headings) - 1
    if not rows or sum(natural) <= room:
        return [list(row) for row in rows]
    for least in (_unbroken, _broken):
        lowest = [
            least(name, column) for name, column in zip(headings, cells, strict=True)
        ]
        if sum(lowest) <= room:
            widths = _shared(lowest, natural, room)
            return [
                [_wrapped(*each) for each in zip(row, widths, strict=True)]
                for row in rows
            ]
    return [list(row) for row in rows]


def _shared(lowest: list[int], natural: list[int], room: int) -> list[int]:
    """The widths, each at least as *lowest*: the widest ones shrink first."""
    limit = max(natural)
    while True:
        pairs = zip(lowest, natural, strict=True)
        widths = [max(low, min(width, limit)) for low, width in pairs]
        if sum(widths) <= room:
            return widths
        limit -= 1


def _unbroken(heading: str, column: Sequence[Any]) -> int:
    """How narrow a column can be with each of its words on one line."""
    words = (word for cell in column for word in str(cell).split())
    return max(map(_width, (heading, *words)))


def _broken(heading: str, column: Sequence[Any]) -> int:
    """The same with digests broken, and the long words of its sentences."""
    widest = _width(heading)
    for cell in column:
        words = str(cell).split()
        longest = max(map(_width, words), default=0)
        least = _BROKEN_AT if len(words) > 1 else _ID
        widest = max(widest, min(longest, least))
    return widest


def _wrapped(cell: Any, columns: int) -> Any:
    if not isinstance(cell, str):
        return cell
    return "\n".join(part for line in _lines(cell) for part in _parts(line, columns))


def _parts(line: str, columns: int) -> Iterator[str]:
    """*line*, which keeps its spaces if it is short enough."""
    if _width(line) <= columns:
        yield line
        return
    part = ""
    for word in line.split():
        longer = f"{part} {word}" if part else word
        if _width(longer) <= columns:
            part = longer
            continue
        if part:
            yield part
        *whole, part = _pieces(word, columns)
        yield from whole
    yield part


def _pieces(word: str, columns: int) -> Iterator[str]:
    """*word* in parts, each as long as there is room for."""
    begin = width = 0
    for end, char in enumerate(word):
        more = _columns_of(char)
        if end > begin and width + more > columns:
            yield word[begin:end]
            begin, width = end, 0
        width += more
    yield word[begin:]


def _lines(cell: Any) -> list[str]:
    return str(cell).split("\n")


def _width(text: str) -> int:
    """Columns of a terminal."""
    if text.isascii():
        return len(text)
    return sum(map(_columns_of, text))


def _columns_of(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
