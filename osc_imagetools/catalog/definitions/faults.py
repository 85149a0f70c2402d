# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What is wrong in the files of a catalogue, and where."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import yaml

from osc_imagetools.errors import OperatorError
from osc_imagetools.i18n import _
from osc_imagetools.printable import one_line, printable

MOST_SHOWN = 100
"""Faults that a message has; of the others it has the number."""


class _Mark(Protocol):
    """PyYAML's, in Python or in C: from line 0 and column 0."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


@dataclass(frozen=True, order=True)
class FilePlace:
    """A place in a file, as editors count it: from line 1 and column 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    @classmethod
    def of(cls, file: str, mark: _Mark | None) -> FilePlace:
        """Where PyYAML's *mark* is; the beginning of the file if there is none."""
        return cls(file, mark.line + 1, mark.column + 1) if mark else cls(file)


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong."""

    place: FilePlace
    words: str

    def __str__(self) -> str:
        """One line: ``file:line:column: words``."""
        return printable(one_line(f"{self.place}: {self.words}"), None)


@dataclass
class Faults:
    """Those of one file, as they are found."""

    file: str
    found: list[Fault] = field(default_factory=list)

    def at(self, node: yaml.Node, words: str) -> None:
        """Add one that is told of *node*."""
        self.found.append(Fault(self.place(node), words))

    def place(self, node: yaml.Node) -> FilePlace:
        """Where *node* begins."""
        return FilePlace.of(self.file, node.start_mark)


class CatalogueError(OperatorError):
    """The files are no catalogue: each fault with its file, line and column."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        number = len(self.faults)
        one, several = _("The catalogue has %d error"), _("The catalogue has %d errors")
        super().__init__(
            (several if number > 1 else one) % number,
            "",
            _("Nothing was changed. Correct the files, and try again."),
        )

    @property
    def lines(self) -> tuple[str, ...]:
        """One for each fault, in the order of the files."""
        return tuple(map(str, self.faults))

    def __str__(self) -> str:
        """A line for each of the first faults, and one for all of them."""
        shown = list(self.lines[:MOST_SHOWN])
        if more := len(self.faults) - len(shown):
            shown.append(_("and %d more") % more)
        return "\n".join([*shown, super().__str__()])
