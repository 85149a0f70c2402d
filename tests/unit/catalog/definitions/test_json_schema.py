# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The JSON Schema that editors use is the table of fields, and nothing else."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema
import pytest
import yaml

from osc_imagetools.catalog.definitions.fields import CANDIDATE, IMAGE, VERSION
from osc_imagetools.catalog.definitions.json_schema import schema_text
from osc_imagetools.catalog.definitions.meta import META
from osc_imagetools.catalog.definitions.source_field import SOURCE
from tests.unit.catalog.definitions.files import DEBIAN, errors
from tests.unit.catalog.definitions.test_families import MULTI, SINGLE
from tests.unit.catalog.definitions.test_faults import (
    OF_A_VERSION,
    OF_AN_IMAGE,
    OF_META,
    ON_TOP,
    image,
    version,
)

SHIPPED = resources.files("osc_imagetools.catalog.definitions") / "schema.json"
WRITE = (
    "python -c 'from osc_imagetools.catalog.definitions import json_schema as it; "
    'print(it.schema_text(), end="")\' > osc_imagetools/catalog/definitions/schema.json'
)

SCHEMA: dict[str, Any] = json.loads(schema_text())


class PlainLoader(yaml.SafeLoader):
    """As editors read YAML: a date is text."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in forms if not tag.endswith(":timestamp")]
    for first, forms in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def accepts(text: str) -> bool:
    """Whether an editor finds nothing wrong in a file with *text*."""
    validator = jsonschema.Draft202012Validator(SCHEMA)
    return validator.is_valid(yaml.load(text, Loader=PlainLoader))


def test_the_shipped_file_is_what_the_table_says():
    assert SHIPPED.read_text(encoding="utf-8") == schema_text(), f"write it: {WRITE}"


def test_it_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("kind", [IMAGE, VERSION, META, CANDIDATE, SOURCE])
def test_every_field_has_words_for_people(kind):
    for row in kind.table:
        words = kind.schema()["properties"][row.name]
        assert words["title"]
        assert words["description"].endswith(".")
        assert len(words["description"]) > 3


ACCEPTED = [
    DEBIAN,
    MULTI,
    SINGLE,
    "images: []\n",
    image("source: debian/13\ncandidate: {name: b, promote_after: 1 month}"),
    image("source: {url: 'https://a.b/{date}'}\nend_at: 2029-04-30"),
    image("source: {simplestreams: 'https://a.b', product: c, item: d}"),
    image("versions: []\nkeep: 3\nstores: [a]\nmembers: [b]\nvisibility: shared"),
    image("versions: []\nkeep: yes\nconvert: auto\nchecksum: auto\nkeyring: a"),
    image("versions: []\nmin_disk:\nkeep:\ntags:\nmeta:\nseparator: ''\nformat:"),
    image("versions: []\nmeta: {architecture: risc-v, hotfix_hours: 48, my: 1.5}"),
    image("versions: []\nmeta: {hw_disk_bus: , license_required: true, my: }"),
    image("versions: []\nmeta: {provided_until: 2029-04-30, uuid_validity: last-3}"),
    version(f"checksum: {'0A' * 32}\nmirror_url: ftp://a.b/c"),
    version("checksum: auto\nbuild_date: 2026-03-01 12:00:00\nhidden: off"),
    version("checksums_url: http://a.b/c\nsource: private\nimage_description: a"),
]
REFUSED = [
    *(text for text in ON_TOP if "---" not in text and "[a]\n:" not in text),
    *map(image, OF_AN_IMAGE),
    *map(version, OF_A_VERSION),
    *(
        image("versions: []\nmeta:\n  " + each.replace("\n", "\n  "))
        for each in OF_META
    ),
    image("versions: [{}]"),
]

ONLY_READ = (
    *("stands twice", "needs the field 'versions' or", "needs 'visibility", "the same"),
    *("does not exist", "is written", "is a field of every", "no property is called"),
    *("is for one family", "a name of its own", "finds the newest build", "not both"),
    *("belong", "which is not read", "can be printed", "'<<'", "999999y", "2026-13-01"),
    *("login must be text, not the truth value", "source must be the name of a layout"),
)
"""Of an error: it is about a tag, a calendar, a name that is free, or what several
fields must agree in. JSON Schema has no words for it, or an editor's YAML lost it."""


@pytest.mark.parametrize("text", ACCEPTED)
def test_it_accepts_what_is_read(tmp_path, text):
    assert errors(tmp_path, text) == []
    assert accepts(text)


@pytest.mark.parametrize("text", REFUSED)
def test_it_refuses_what_is_refused(tmp_path, text):
    found = errors(tmp_path, text)

    assert found
    if not any(words in found[0] for words in ONLY_READ):
        assert not accepts(text)
