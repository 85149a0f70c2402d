# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The door of every output: what a format is given of values that strangers chose.

A name, a server's words, a member of an archive may hold anything. Formats for people
get one printable line of it, a shell gets what ``eval`` takes as words, and JSON and
YAML get the exact value, which they escape by themselves.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TextIO

from cliff.columns import FormattableColumn
from cliff.utils import terminal_width

from osc_imagetools.commands.output.columns import Lines
from osc_imagetools.commands.output.fit import COLUMNS, fitted
from osc_imagetools.printable import printable

_EXACT = ("json", "yaml")
_OBEYED_IN_QUOTES = str.maketrans({char: f"\\{char}" for char in "\\$`"})
"""The formatter does it to the quote itself, and to nothing else."""


def _people(value: Any) -> Any:
    """What a table shows; numbers stay, so that they stand on the right."""
    if isinstance(value, Lines):
        return "\n".join(_word(line) for line in value.lines)
    if isinstance(value, FormattableColumn):
        return _word(value.human_readable())
    return _plain(value)


def _plain(value: Any) -> Any:
    """What a machine reads, on one line."""
    if isinstance(value, FormattableColumn):
        return _word(value.machine_readable())
    return value if isinstance(value, int | float) else _word(value)


def _quoted(value: Any) -> Any:
    """What stands between a shell's double quotes."""
    value = _plain(value)
    return value.translate(_OBEYED_IN_QUOTES) if isinstance(value, str) else value


def _word(value: Any) -> str:
    """*value* on one line, empty where there is none."""
    return "" if value is None else printable(str(value), None)


def is_told(value: Any) -> bool:
    """Whether a person would see anything of *value*."""
    return str(_people(value)) != ""


_SAFE: dict[str, Callable[[Any], Any]] = {"table": _people, "shell": _quoted}


class SafeFormatter:
    """*formatter*, named *name*, given nothing that its reader would obey."""

    def __init__(self, name: str, formatter: Any) -> None:
        self._formatter = formatter
        self._safe = _SAFE.get(name, _plain)
        self._is_exact, self._is_table = name in _EXACT, name == "table"

    def emit_list(
        self,
        column_names: Sequence[str],
        data: Iterable[Sequence[Any]],
        stdout: TextIO,
        parsed_args: argparse.Namespace,
    ) -> None:
        """Write rows."""
        rows = [self._row(row, stdout) for row in data]
        if self._is_table:
            rows = fitted(column_names, rows, _columns(parsed_args))
        self._formatter.emit_list(column_names, rows, stdout, parsed_args)

    def emit_one(
        self,
        column_names: Sequence[str],
        data: Sequence[Any],
        stdout: TextIO,
        parsed_args: argparse.Namespace,
    ) -> None:
        """Write one row."""
        row = self._row(data, stdout)
        if self._is_table:
            pairs = [*zip(column_names, row, strict=True)]
            shown = fitted(("Field", "Value"), pairs, _columns(parsed_args))
            row = [value for _, value in shown]
        self._formatter.emit_one(column_names, row, stdout, parsed_args)

    def _row(self, row: Iterable[Any], stdout: TextIO) -> list[Any]:
        if self._is_exact:
            return list(row)
        return [encodable(self._safe(value), stdout) for value in row]


def _columns(parsed_args: argparse.Namespace) -> int:
    """How wide a table may be: as is said, or as the terminal is."""
    if parsed_args.max_width > 0:
        return int(parsed_args.max_width)
    if parsed_args.fit_width or sys.stdout.isatty():
        return terminal_width() or COLUMNS
    return COLUMNS


def encodable(value: Any, stdout: TextIO) -> Any:
    """*value* in characters that *stdout* has: what was done is not told by a crash."""
    if not isinstance(value, str):
        return value
    encoding = getattr(stdout, "encoding", None) or "utf-8"
    return value.encode(encoding, "backslashreplace").decode(encoding)
