# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""PyYAML in Python and in C read the same, and refuse the same, at the same place."""

from __future__ import annotations

import pytest
import yaml

from osc_imagetools.catalog.definitions.document import (
    LOADER,
    DocumentError,
    compose,
)
from tests.unit.catalog.definitions.test_families import MULTI, SINGLE
from tests.unit.catalog.definitions.test_faults import NOT_YAML, bomb

NESTED = {
    "lists": "images: " + "[" * 100_000,
    "mappings": "images: " + "{a: " * 100_000,
    "a bomb": bomb(30),
}


def shape(node: yaml.Node | None) -> object:
    """What is where in a document."""
    if node is None:
        return None
    inside = node.value
    if isinstance(node, yaml.SequenceNode):
        inside = [shape(each) for each in node.value]
    elif isinstance(node, yaml.MappingNode):
        inside = [(shape(name), shape(value)) for name, value in node.value]
    return node.tag, node.start_mark.line, node.start_mark.column, inside


def refusal(text: str, loader: type[yaml.SafeLoader]) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        compose(text.encode(), "images.yml", loader)
    return caught.value


@pytest.mark.parametrize("text", [MULTI, SINGLE, "é: [ü, 'ä ö']\n", "# nothing\n", ""])
def test_both_read_the_same(text):
    in_c, in_python = (
        compose(text.encode(), "images.yml", loader)
        for loader in (LOADER, yaml.SafeLoader)
    )

    assert shape(in_c) == shape(in_python)


@pytest.mark.parametrize("text", NOT_YAML)
def test_both_refuse_in_the_same_line(text):
    in_c, in_python = (refusal(text, each) for each in (LOADER, yaml.SafeLoader))

    assert in_c.fault.place.line == in_python.fault.place.line


@pytest.mark.parametrize("loader", [LOADER, yaml.SafeLoader])
@pytest.mark.parametrize("text", NESTED.values(), ids=NESTED)
def test_both_end_early_at_what_means_too_much(text, loader):
    fault = refusal(text, loader).fault

    assert any(words in fault.words for words in ("levels deep", "entries", "nesting"))
