# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What the value of a field can be: how it is read, and how JSON Schema says that.

Each kind does both, so that an editor and the reader can't tell different things.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import yaml

from osc_imagetools.catalog.definitions import nodes
from osc_imagetools.catalog.definitions.faults import Faults
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.nearest import nearest

Schema = dict[str, Any]

LONGEST_TEXT = 255
LONGEST_VALUE = 4_096
"""Characters, of a URL and of the value of a property."""
MOST_COUNT = (1 << 31) - 1
"""The limit of Glance's smaller numbers."""
MOST_ENTRIES = 1_000
"""Of a list of words."""

_LAST_STORED = "\uffff"
"""Glance's database refuses characters beyond it."""


class ValueKind(ABC):
    """The values that a field takes."""

    @property
    @abstractmethod
    def wants(self) -> str:
        """Them, in words: what a fault says."""

    @abstractmethod
    def read(self, node: yaml.Node, name: str, faults: Faults) -> Any:
        """The value of *node*; else ``None``, and a fault of the field *name*."""

    @abstractmethod
    def schema(self) -> Schema:
        """The same, as JSON Schema."""

    def refuse(self, node: yaml.Node, name: str, faults: Faults) -> None:
        """Add that *node*, the field *name*, is something else altogether."""
        words = _("%(name)s must be %(wants)s, not %(found)s")
        found = nodes.described(node)
        faults.at(node, words % {"name": name, "wants": self.wants, "found": found})


class ScalarKind(ValueKind):
    """One value that is no list and no mapping."""

    def read(self, node: yaml.Node, name: str, faults: Faults) -> Any:
        """The value of *node*; else ``None``, and a fault of the field *name*."""
        tag = nodes.refused_tag(node)
        if tag is not None:
            words = _("%(name)s has the tag %(tag)s, which is not read")
            faults.at(node, words % {"name": name, "tag": tag})
        elif not isinstance(node, yaml.ScalarNode):
            self.refuse(node, name, faults)
        else:
            try:
                return self.value(node)
            except ValueError as error:
                told = {"name": name, "wants": self.wants, "why": str(error)}
                alone = _("%(name)s must be %(wants)s")
                reasoned = _("%(name)s must be %(wants)s, %(why)s")
                faults.at(node, (reasoned if str(error) else alone) % told)
        return None

    @abstractmethod
    def value(self, node: yaml.ScalarNode) -> Any:
        """Its value; raises `ValueError` with what stands there, or why it is none."""


def not_this(node: yaml.ScalarNode) -> ValueError:
    """What stands there instead."""
    return ValueError(_("not %s") % nodes.described(node))


def refuse_unstorable(text: str, longest: int, also: str = "") -> None:
    """Raise `ValueError` for more than Glance takes, or a terminal shall be shown.

    *longest* is in characters; *also* are those that are fine, though not printable.
    """
    if len(text) > longest:
        raise ValueError(_("of at most %d characters") % longest)
    is_shown = all(each.isprintable() or each in also for each in text)
    if not is_shown or max(text, default="") > _LAST_STORED:
        raise ValueError(_("of characters that can be printed, none above U+FFFF"))


def _begins(url: str) -> ValueError:
    """What stands there instead of a URL, without what may be a password."""
    scheme = re.match("[A-Za-z][A-Za-z0-9+.-]{0,20}:", url)
    if scheme is None:
        return ValueError(_("not a text that has no scheme"))
    return ValueError(_("not a text that begins with '%s'") % scheme[0])


@dataclass(frozen=True)
class TextKind(ScalarKind):
    """Text, as it is written: ``1.10`` without quotes is no number that ends in 1."""

    wants: str = _("text")
    form: str = ""
    """A regular expression that it matches whole; any text if empty."""
    longest: int = LONGEST_TEXT
    may_be_blank: bool = False
    is_shown: bool = True
    """Whether a fault may say what stands there: a URL may hold a password."""

    def value(self, node: yaml.ScalarNode) -> str:
        """Its text."""
        if nodes.kind_of(node) in (nodes.TRUTH, nodes.NOTHING):
            raise ValueError(_("not %s: write it in quotes") % nodes.described(node))
        text = str(node.value)
        if not (self.may_be_blank or text.strip()):
            raise ValueError(_("not an empty one"))
        refuse_unstorable(text, self.longest)
        if self.form and not re.fullmatch(self.form, text):
            raise not_this(node) if self.is_shown else _begins(text)
        return text

    def schema(self) -> Schema:
        """A string; a number, too, where it can be one."""
        types = ["string"]
        if not self.form or re.fullmatch(self.form, "1"):
            types.append("number")
        schema: Schema = {"type": types, "maxLength": self.longest}
        if self.form:
            schema["pattern"] = f"^(?:{self.form})$"
        elif not self.may_be_blank:
            schema["pattern"] = r"\S"
        return schema


@dataclass(frozen=True)
class FlagKind(ScalarKind):
    """True or false, in any of the words that YAML 1.1 has for them."""

    wants: str = _("true or false")

    def value(self, node: yaml.ScalarNode) -> bool:
        """Which of them."""
        if nodes.kind_of(node) != nodes.TRUTH:
            raise not_this(node)
        return bool(nodes.constructed(node))

    def schema(self) -> Schema:
        """A Boolean."""
        return {"type": "boolean"}


@dataclass(frozen=True)
class NumberKind(ScalarKind):
    """A whole number."""

    least: int = 0
    most: int = MOST_COUNT

    @property
    def wants(self) -> str:
        """Its bounds."""
        bounds = {"least": self.least, "most": self.most}
        return _("a whole number from %(least)d to %(most)d") % bounds

    def value(self, node: yaml.ScalarNode) -> int:
        """The number."""
        if nodes.kind_of(node) != nodes.WHOLE:
            raise not_this(node)
        number = int(nodes.constructed(node))
        if not self.least <= number <= self.most:
            raise not_this(node)
        return number

    def schema(self) -> Schema:
        """An integer."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class ChoiceKind(ScalarKind):
    """One of a few words."""

    choices: tuple[str, ...]

    @property
    def wants(self) -> str:
        """All of them."""
        *others, last = self.choices
        told = {"others": ", ".join(others), "last": last}
        return _("%(others)s or %(last)s") % told if others else last

    def value(self, node: yaml.ScalarNode) -> str:
        """The word."""
        text = str(node.value)
        if nodes.kind_of(node) == nodes.TEXT and text in self.choices:
            return text
        meant = nearest(text, self.choices)
        if not meant:
            raise not_this(node)
        words = _("not %(found)s; did you mean '%(meant)s'?")
        raise ValueError(words % {"found": nodes.described(node), "meant": meant})

    def schema(self) -> Schema:
        """The words."""
        return {"enum": list(self.choices)}


@dataclass(frozen=True)
class EitherKind(ScalarKind):
    """What one of two kinds takes: the first that does."""

    first: ScalarKind
    second: ScalarKind

    @property
    def wants(self) -> str:
        """Both of them."""
        told = {"first": self.first.wants, "second": self.second.wants}
        return _("%(first)s, or %(second)s") % told

    def value(self, node: yaml.ScalarNode) -> Any:
        """What it is to the first of them that takes it."""
        try:
            return self.first.value(node)
        except ValueError:
            return self.second.value(node)

    def schema(self) -> Schema:
        """Any of both."""
        return {"anyOf": [self.first.schema(), self.second.schema()]}


@dataclass(frozen=True)
class ListKind(ValueKind):
    """Values of one kind, in their order."""

    entry: ValueKind
    most: int = MOST_ENTRIES
    wants: str = _("a list")

    def read(
        self, node: yaml.Node, name: str, faults: Faults
    ) -> tuple[Any, ...] | None:
        """The values of *node*, in a tuple; what is none is a fault of its own."""
        if not isinstance(node, yaml.SequenceNode) or nodes.refused_tag(node):
            self.refuse(node, name, faults)
            return None
        if len(node.value) > self.most:
            words = _("%(name)s has more than %(most)d entries")
            faults.at(node, words % {"name": name, "most": self.most})
            return None
        entry = _("an entry of %s") % name
        read = [self.entry.read(each, entry, faults) for each in node.value]
        return tuple(each for each in read if each is not None)

    def schema(self) -> Schema:
        """An array."""
        return {"type": "array", "items": self.entry.schema(), "maxItems": self.most}
