# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A document of YAML 1.1, as nodes that know where they stand.

YAML can name a part of itself, so that a page of it means more than fits in memory,
or itself. What is bounded here is what it means, before anything is made of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from osc_imagetools.catalog.definitions.faults import Fault, FilePlace
from osc_imagetools.i18n import _

MOST_BYTES = 4 << 20
"""Of a file: a catalogue of 5,000 families."""
MOST_NODES = 250_000
"""Of a document, each counted as often as it is named."""
MOST_LEVELS = 40
"""Of lists and mappings within one another; the format has 7."""

_Loader: TypeAlias = type[yaml.SafeLoader]

# The one that is written in C takes a tenth of the time. Not every PyYAML has it.
LOADER: _Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DocumentError(Exception):
    """It is no document: the fault says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def compose(content: bytes, file: str, loader: _Loader = LOADER) -> yaml.Node | None:
    """The top node of the one document in *content*; ``None`` where that is empty.

    Raises `DocumentError` for what is no YAML, too large or nested too deeply, has
    several documents, or refers to itself. *file* is the name that it shows.
    """
    text = _decoded(content, file)
    try:
        _measure(text, file, loader)
        return yaml.compose(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _error(FilePlace.of(file, mark), _words(error)) from None
    except yaml.YAMLError as error:
        raise _error(FilePlace(file), _("not YAML: %s") % error) from None


def _words(error: yaml.MarkedYAMLError) -> str:
    parts = (error.context, error.problem)
    return _("not YAML: %s") % ", ".join(part for part in parts if part)


def _decoded(content: bytes, file: str) -> str:
    if len(content) > MOST_BYTES:
        raise _error(FilePlace(file), _("more than %d MiB") % (MOST_BYTES >> 20))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        raise _error(_end_of(before, file), _("not UTF-8")) from None
    if found := yaml.reader.Reader.NON_PRINTABLE.search(text):
        place = _end_of(text[: found.start()], file)
        words = _("the character U+%04X is not allowed here") % ord(found[0])
        raise _error(place, words)
    return text


def _end_of(text: str, file: str) -> FilePlace:
    return FilePlace(file, text.count("\n") + 1, len(text) - text.rfind("\n"))


def _error(place: FilePlace, words: str) -> DocumentError:
    return DocumentError(Fault(place, words))


@dataclass
class _Open:
    """A list or mapping whose end hasn't come."""

    anchor: str | None
    nodes: int = 1
    levels: int = 1


@dataclass
class _Measure:
    """What the events so far mean, with all that they name by an alias."""

    file: str
    is_open: list[_Open] = field(default_factory=lambda: [_Open(None, 0, 0)])
    named: dict[str, _Open | None] = field(default_factory=dict)
    """By anchor; ``None`` until its end has come."""

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.CollectionStartEvent):
            self.is_open.append(_Open(event.anchor))
            self._name(event.anchor, None)
            if len(self.is_open) > MOST_LEVELS:
                raise self._too_deep(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            ended = self.is_open.pop()
            self._name(ended.anchor, ended)
            self._add(ended, event)
        elif isinstance(event, yaml.ScalarEvent):
            scalar = _Open(event.anchor, levels=0)
            self._name(event.anchor, scalar)
            self._add(scalar, event)
        elif isinstance(event, yaml.AliasEvent):
            self._add(self._meant(event), event)

    def _name(self, anchor: str | None, meant: _Open | None) -> None:
        if anchor:
            self.named[anchor] = meant

    def _meant(self, event: yaml.AliasEvent) -> _Open:
        place = FilePlace.of(self.file, event.start_mark)
        if event.anchor not in self.named:
            raise _error(place, _("nothing has the anchor '&%s'") % event.anchor)
        meant = self.named[event.anchor]
        if meant is None:
            raise _error(place, _("'*%s' stands within what it names") % event.anchor)
        return meant

    def _add(self, part: _Open, event: yaml.Event) -> None:
        whole = self.is_open[-1]
        whole.nodes += part.nodes
        whole.levels = max(whole.levels, part.levels + 1)
        if whole.nodes > MOST_NODES:
            place = FilePlace.of(self.file, event.start_mark)
            raise _error(place, _("more than %s entries") % f"{MOST_NODES:,}")
        if whole.levels + len(self.is_open) - 1 > MOST_LEVELS:
            raise self._too_deep(event)

    def _too_deep(self, event: yaml.Event) -> DocumentError:
        place = FilePlace.of(self.file, event.start_mark)
        return _error(place, _("nested more than %d levels deep") % MOST_LEVELS)


def _measure(text: str, file: str, loader: _Loader) -> None:
    """Raise `DocumentError` for what means too much."""
    measure, documents = _Measure(file), 0
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                place = FilePlace.of(file, event.start_mark)
                raise _error(place, _("a second document: a file has one"))
        measure.take(event)
