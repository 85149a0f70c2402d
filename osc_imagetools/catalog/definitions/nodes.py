# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a node of YAML is: its type, its text as written, what a mapping holds.

PyYAML's own constructor makes the values; here nothing is made that isn't a date, a
number, a truth value or text.
"""

from __future__ import annotations

from typing import Any

import yaml

from osc_imagetools.catalog.definitions.faults import Faults
from osc_imagetools.i18n import _
from osc_imagetools.printable import printable

_YAML = "tag:yaml.org,2002:"
_MERGE = f"{_YAML}merge"

TEXT, WHOLE, FRACTION = f"{_YAML}str", f"{_YAML}int", f"{_YAML}float"
TRUTH, DATE, NOTHING = f"{_YAML}bool", f"{_YAML}timestamp", f"{_YAML}null"

_WRITTEN_ALIKE = {f"{_YAML}value": TEXT, _MERGE: TEXT}
"""Of a value: ``=`` and ``<<`` are signs of YAML in the place of a name only."""

_NAMES = {
    WHOLE: _("the number %s"),
    FRACTION: _("the number %s"),
    TRUTH: _("the truth value %s"),
    DATE: _("the date %s"),
}
_SHOWN_CHARACTERS = 60


def kind_of(node: yaml.Node) -> str:
    """The type of a scalar *node*, one of those above; else its tag."""
    tag = str(node.tag)
    return _WRITTEN_ALIKE.get(tag, tag)


def is_nothing(node: yaml.Node) -> bool:
    """Whether it is empty, ``~`` or ``null``."""
    return isinstance(node, yaml.ScalarNode) and kind_of(node) == NOTHING


def described(node: yaml.Node) -> str:
    """What *node* is, in words."""
    if isinstance(node, yaml.SequenceNode):
        return _("a list")
    if isinstance(node, yaml.MappingNode):
        return _("a mapping")
    if kind_of(node) == NOTHING:
        return _("nothing")
    shown = printable(str(node.value), _SHOWN_CHARACTERS)
    return _NAMES.get(kind_of(node), "'%s'") % shown


def refused_tag(node: yaml.Node) -> str | None:
    """The tag of *node* as it is written, if it is none of those that are read."""
    if isinstance(node, yaml.SequenceNode):
        is_read = node.tag == f"{_YAML}seq"
    elif isinstance(node, yaml.MappingNode):
        is_read = node.tag == f"{_YAML}map"
    else:
        is_read = kind_of(node) in (TEXT, NOTHING, *_NAMES)
    if is_read:
        return None
    tag = str(node.tag)
    return f"!!{tag.removeprefix(_YAML)}" if tag.startswith(_YAML) else tag


def constructed(node: yaml.ScalarNode) -> Any:
    """The value of a scalar: text, a number, a date …

    Raises `ValueError` where it isn't what its tag or its form says.
    """
    try:
        return yaml.constructor.SafeConstructor().construct_object(node)
    # A day of a month that hasn't so many, and all that PyYAML doesn't expect
    # behind a tag that somebody has written out.
    except (ValueError, LookupError, AttributeError, ArithmeticError) as error:
        raise ValueError(_("%s does not exist") % described(node)) from error


Pairs = list[tuple[yaml.ScalarNode, yaml.Node]]


def pairs(node: yaml.MappingNode, faults: Faults) -> Pairs:
    """The names and values of a mapping, with those that ``<<`` merges into it.

    Its own come first, and of what is merged the first counts. A name that stands
    twice, or is none, is a fault.
    """
    # PyYAML 6.0.4 lets the last count: it compares names by where they are in memory.
    own, merged = _own(node, faults)
    names = {name.value for name, _ in own}
    for value in merged:
        for source in _sources(value, faults):
            for name, meant in pairs(source, faults):
                if name.value not in names:
                    names.add(name.value)
                    own.append((name, meant))
    return own


def _own(node: yaml.MappingNode, faults: Faults) -> tuple[Pairs, list[yaml.Node]]:
    found: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
    merged: list[yaml.Node] = []
    for name, value in node.value:
        if not isinstance(name, yaml.ScalarNode) or refused_tag(name):
            words = _("the name of a field is a word, not %s")
            faults.at(name, words % described(name))
        elif name.tag == _MERGE and merged:
            faults.at(name, _("'<<' stands twice: give it a list"))
        elif name.tag == _MERGE:
            merged.append(value)
        elif name.value in found:
            first = faults.place(found[name.value][0])
            words = _("'%(name)s' stands twice, first in line %(line)d")
            faults.at(name, words % {"name": name.value, "line": first.line})
        else:
            found[name.value] = (name, value)
    return list(found.values()), merged


def _sources(value: yaml.Node, faults: Faults) -> list[yaml.MappingNode]:
    """The mappings that a ``<<`` names: one, or a list of them."""
    nodes = value.value if isinstance(value, yaml.SequenceNode) else [value]
    for node in nodes:
        if not isinstance(node, yaml.MappingNode):
            faults.at(node, _("'<<' merges mappings, not %s") % described(node))
    return [node for node in nodes if isinstance(node, yaml.MappingNode)]
