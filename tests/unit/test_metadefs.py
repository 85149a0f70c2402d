# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The definitions for Glance's catalogue say what the code knows."""

from __future__ import annotations

import json
import re
from importlib import resources
from typing import Any

import pytest

from osc_imagetools.lifecycle.model import properties
from osc_imagetools.lifecycle.model.standards import STANDARDS
from osc_imagetools.lifecycle.model.state import State

DEFINITIONS = {
    file.name.removesuffix(".json"): json.loads(file.read_text())
    for file in resources.files("osc_imagetools.metadefs").iterdir()
    if file.name.endswith(".json")
}
OURS = DEFINITIONS["lifecycle"]["properties"]
SCS = DEFINITIONS["scs-0102"]["properties"]

DEFINED_BY_GLANCE = {
    *("architecture", "os_distro", "os_version", "hw_disk_bus", "hypervisor_type"),
}
OWN_FIELDS = {"min_ram"}
WITHOUT_A_RULE = {"patchlevel"}
"""Of scs-0102, which says nothing of its values."""

EVERY_PROPERTY = [
    pytest.param(schema, id=f"{name} {prop}")
    for name, definition in DEFINITIONS.items()
    for prop, schema in definition["properties"].items()
]


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=DEFINITIONS)
def test_a_namespace_is_for_images_and_for_everybody(definition: dict[str, Any]):
    assert definition["namespace"].startswith("OS::ImageTools::")
    assert definition["display_name"]
    assert definition["description"]
    assert definition["visibility"] == "public"
    assert definition["resource_type_associations"] == [{"name": "OS::Glance::Image"}]


@pytest.mark.parametrize("schema", EVERY_PROPERTY)
def test_a_property_has_words_for_people_and_is_a_string_as_all_of_an_image(schema):
    assert schema["type"] == "string"
    assert schema["title"] != schema["description"]
    assert re.search(r"\w{2}.*[.]$", schema["description"])
    re.compile(schema.get("pattern", ""))


def test_the_properties_of_the_lifecycle_are_those_of_the_table():
    table = {row.name for row in properties.TABLE if row.owner == "ours"}

    assert set(OURS) == table


def test_what_we_write_of_a_standard_is_defined_there():
    table = {row.name for row in properties.TABLE if row.owner != "ours"}

    assert table - set(SCS) == set()


def test_the_properties_of_scs_0102_are_those_that_glance_lacks():
    rules = {rule.name for rule in STANDARDS["scs-0102"]}

    assert set(SCS) - WITHOUT_A_RULE == rules - DEFINED_BY_GLANCE - OWN_FIELDS


def test_the_states_are_those_that_are_stored():
    stored = [state.value for state in State if state is not State.DELETED]

    assert OURS["lifecycle_state"]["enum"] == stored


VALUES = {
    "image_source": ["private", "https://example.org/a.img", "ftp://a/b", "/a", ""],
    "image_build_date": ["2026-03-01", "2026-03-01 04:05", "2026-03-01 04:05:06", "1"],
    "uuid_validity": ["2026-03-01", "last-3", "forever", "none", "last-0", "never"],
    "provided_until": ["2026-03-01", "notice", "none", "forever"],
    "maintained_until": ["2026-03-01", "none"],
    "hotfix_hours": ["0", "48", "two"],
}


@pytest.mark.parametrize(
    "rule",
    [rule for rule in STANDARDS["scs-0102"] if rule.name in SCS],
    ids=lambda rule: rule.name,
)
def test_a_definition_of_scs_0102_takes_what_its_rule_takes(rule):
    schema = SCS[rule.name]
    values = [*schema.get("enum", ()), *VALUES.get(rule.name, ()), "something else"]

    for value in values:
        assert _takes(schema, value) == rule.takes(value), value


def test_what_an_import_writes_fits_the_definitions():
    image_id = "0fa5b9d8-6d63-5d0b-9b58-6f2f7b21a9c3"
    written = {
        properties.ID: image_id,
        properties.FAMILY: "ubuntu-24.04",
        properties.GENERATION: "12",
        properties.STATE: "active",
        properties.PUBLISHED_AT: "2026-03-01T04:05:06Z",
        properties.DELETE_AT: "2026-03-01",
        properties.REPLACEMENT: "family:ubuntu-24.04",
        properties.SOURCE_DIGEST: f"sha256:{'0a' * 32}",
        properties.PUBLISHED_DIGEST: f"sha512:{'0a' * 64} payload",
        properties.SOURCE_SIZE: "2097152",
    }

    refused = {name for name in written if not _takes(OURS[name], written[name])}

    assert refused == set()
    assert not _takes(OURS[properties.REPLACEMENT], "the other one")
    assert not _takes(OURS[properties.GENERATION], "0")


def _takes(schema: dict[str, Any], value: str) -> bool:
    """Whether a value fits, as JSON schema says it."""
    if "enum" in schema:
        return value in schema["enum"]
    return bool(value.strip()) and bool(re.search(schema.get("pattern", ""), value))
