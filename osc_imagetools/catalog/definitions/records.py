# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A mapping whose fields stand in a table: how it is read, and its JSON Schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

import yaml

from osc_imagetools.catalog.definitions import nodes
from osc_imagetools.catalog.definitions.faults import Faults, FilePlace
from osc_imagetools.catalog.definitions.kinds import Schema, ValueKind
from osc_imagetools.i18n import _
from osc_imagetools.lifecycle.model.nearest import nearest

OURS, OIM = "osc-imagetools", "openstack-image-manager"
"""Who has defined a field."""


@dataclass(frozen=True)
class FieldRow:
    """One field of the format."""

    name: str
    kind: ValueKind
    meaning: str
    default: str = ""
    """What it means to leave it out, in words."""
    owner: str = OIM
    is_required: bool = False


def own_row(name: str, kind: ValueKind, meaning: str, default: str = "") -> FieldRow:
    """The row of a field that openstack-image-manager doesn't have."""
    return FieldRow(name, kind, meaning, default, OURS)


@dataclass(frozen=True)
class ReadRecord:
    """A mapping that was read: what isn't there, or is wrong, it doesn't have."""

    node: yaml.Node
    place: FilePlace
    values: Mapping[str, Any] = field(default_factory=dict)
    at: Mapping[str, yaml.Node] = field(default_factory=dict)
    """Where each name stands."""

    def get(self, name: str, default: Any = None) -> Any:
        """The value of the field *name*."""
        return self.values.get(name, default)

    def where(self, name: str) -> yaml.Node:
        """Where the field *name* stands; the mapping itself if it doesn't."""
        return self.at.get(name, self.node)


@dataclass(frozen=True)
class RecordKind(ValueKind):
    """A mapping of the fields of a table."""

    what: str
    """What it describes, with its article: ``an image``."""
    table: tuple[FieldRow, ...]
    wants: str = _("a mapping")

    def read(self, node: yaml.Node, name: str, faults: Faults) -> ReadRecord | None:
        """The fields of *node*; each fault in it is one of its own."""
        if not isinstance(node, yaml.MappingNode) or nodes.refused_tag(node):
            self.refuse(node, name, faults)
            return None
        rows = {row.name: row for row in self.table}
        values: dict[str, Any] = {}
        at: dict[str, yaml.Node] = {}
        missing = {row.name for row in self.table if row.is_required}
        for key, value in nodes.pairs(node, faults):
            row = rows.get(key.value) or self.other(key, faults)
            if row is None or (nodes.is_nothing(value) and not row.is_required):
                continue
            missing.discard(row.name)
            at[row.name] = key
            values[row.name] = _read(row, key, value, faults)
        for each in missing:
            words = _("%(what)s needs the field '%(name)s'")
            faults.at(node, words % {"what": self.what, "name": each})
        told = {each: value for each, value in values.items() if value is not None}
        return ReadRecord(node, faults.place(node), told, at)

    def other(self, key: yaml.ScalarNode, faults: Faults) -> FieldRow | None:
        """The row of a name that is in no table: none, and a fault."""
        text = str(key.value)
        meant = nearest(text, (row.name for row in self.table))
        words = _("%(what)s has no field '%(name).60s'")
        if meant:
            words = _("%(what)s has no field '%(name).60s'; did you mean '%(meant)s'?")
        faults.at(key, words % {"what": self.what, "name": text, "meant": meant})
        return None

    def schema(self) -> Schema:
        """An object."""
        return {
            "type": "object",
            "properties": {row.name: _of_row(row) for row in self.table},
            "required": [row.name for row in self.table if row.is_required],
            "additionalProperties": self.schema_of_others(),
        }

    def schema_of_others(self) -> Any:
        """What a name that is in no table may have: nothing."""
        return False


def _read(row: FieldRow, key: yaml.Node, value: yaml.Node, faults: Faults) -> Any:
    if nodes.is_nothing(value):
        faults.at(key, _("%s has no value") % row.name)
        return None
    return row.kind.read(value, row.name, faults)


def _of_row(row: FieldRow) -> Schema:
    default = f" Default: {row.default}." if row.default else ""
    words = {
        "title": row.name.replace("_", " ").capitalize(),
        "description": f"{row.meaning[0].upper()}{row.meaning[1:]}.{default}",
    }
    schema = row.kind.schema()
    return {**words, **(schema if row.is_required else or_nothing(schema))}


def or_nothing(schema: Schema) -> Schema:
    """*schema*, or null: an empty field is one that isn't there."""
    if "anyOf" in schema:
        return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    if "type" not in schema:
        return {"anyOf": [schema, {"type": "null"}]}
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {**schema, "type": [*types, "null"]}


def is_misspelt(name: str, other: str) -> bool:
    """Whether *name* is *other* but for a letter or two."""
    return SequenceMatcher(None, name.casefold(), other.casefold()).ratio() >= 0.9
