# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The field ``source``: where the newest build of a family is to be found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml

from osc_imagetools.catalog.definitions.catalogue import SourceDefinition
from osc_imagetools.catalog.definitions.faults import Faults
from osc_imagetools.catalog.definitions.kinds import (
    LONGEST_VALUE,
    Schema,
    TextKind,
    ValueKind,
)
from osc_imagetools.catalog.definitions.records import (
    ReadRecord,
    RecordKind,
    own_row,
)
from osc_imagetools.catalog.definitions.texts import WEB_URL
from osc_imagetools.i18n import _

SOURCE = RecordKind(
    _("a source"),
    (
        own_row("url", WEB_URL, "the URL of a build, with {version} or {date} in it"),
        own_row(
            "index",
            WEB_URL,
            "the page or list that names the builds",
            "the folder of the first placeholder",
        ),
        own_row("simplestreams", WEB_URL, "instead of 'url': the index of a stream"),
        own_row("product", TextKind(), "the product of the stream"),
        own_row("item", TextKind(), "the file of the product", "its usual disk"),
    ),
)

_SOURCE_TEXT = TextKind(
    _("the name of a layout, such as ubuntu/24.04, a URL or a mapping"),
    "[!-~]+",
    LONGEST_VALUE,
    is_shown=False,
)


@dataclass(frozen=True)
class SourceKind(ValueKind):
    """Where the newest build is: one word, or a mapping."""

    wants: str = _SOURCE_TEXT.wants

    def read(self, node: yaml.Node, name: str, faults: Faults) -> Any:
        """A `SourceDefinition`; ``None`` and a fault if it is none."""
        if not isinstance(node, yaml.MappingNode):
            text = _SOURCE_TEXT.read(node, name, faults)
            return text and SourceDefinition(text)
        entry = SOURCE.read(node, name, faults)
        if entry and (why := _unclear(entry)):
            faults.at(node, why)
            return None
        return entry and _source(entry)

    def schema(self) -> Schema:
        """A string or an object."""
        way = {"required": ["url"]}, {"required": ["simplestreams", "product"]}
        return {"anyOf": [_SOURCE_TEXT.schema(), {**SOURCE.schema(), "oneOf": [*way]}]}


def _unclear(entry: ReadRecord) -> str:
    """Why a mapping names no source; empty if it does, as far as it can be read."""
    at = entry.at
    if ("url" in at) == ("simplestreams" in at):
        return _("a source needs the field 'url' or 'simplestreams', and not both")
    if "url" in at and ("product" in at or "item" in at):
        return _("'product' and 'item' belong to 'simplestreams', not to 'url'")
    if "simplestreams" in at and "product" not in at:
        return _("a source of simplestreams needs the field 'product'")
    if "simplestreams" in at and "index" in at:
        return _("'index' belongs to 'url', not to 'simplestreams'")
    return ""


def _source(entry: ReadRecord) -> SourceDefinition:
    if "simplestreams" not in entry.at:
        return SourceDefinition(entry.get("url", ""), entry.get("index", ""))
    item = f"/{entry.get('item')}" if entry.get("item") else ""
    stream, product = entry.get("simplestreams"), entry.get("product")
    return SourceDefinition(f"simplestreams:{stream}#{product}{item}")
