# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The definitions that openstack-image-manager ships are a catalogue, unedited.

Its newest release is fetched for its data alone. What a newer one adds to the format
fails here, with the name of the field.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from osc_imagetools.catalog.definitions import Catalogue, FamilyDefinition, read
from osc_imagetools.catalog.definitions.fields import IMAGE, VERSION
from osc_imagetools.catalog.definitions.meta import META
from osc_imagetools.catalog.definitions.records import OIM

PACKAGE = "openstack-image-manager"
NO_INDEX = ("No matching distribution", "Could not find a version")
"""What pip says where it finds no package at all."""

TABLES = {"image": IMAGE, "meta": META, "versions": VERSION}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The newest release, unpacked."""
    folder = tmp_path_factory.mktemp("release")
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps")
    fetched = subprocess.run(
        [*pip, "--ignore-requires-python", "--only-binary=:all:", PACKAGE],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    if any(words in fetched.stderr for words in NO_INDEX):
        pytest.skip(f"no package index has {PACKAGE}")
    assert fetched.returncode == 0, fetched.stderr
    [wheel] = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder / PACKAGE.replace("-", "_") / "etc"


@pytest.fixture(scope="module")
def definitions(release: Path) -> list[dict[str, Any]]:
    """The images of the release, as its own program reads them."""
    files = sorted((release / "images").glob("*.yml"))
    return [
        image for file in files for image in yaml.safe_load(file.read_text())["images"]
    ]


@pytest.fixture(scope="module")
def catalogue(release: Path) -> Catalogue:
    return read([release / "images"])


def test_every_definition_is_read(catalogue, definitions):
    expected = [
        name
        for image in definitions
        for name in ([image["name"]] if image["multi"] else _own_names(image))
    ]

    assert len(definitions) > 30
    assert sorted(family.name for family in catalogue.families) == sorted(expected)


def _own_names(image: dict[str, Any]) -> list[str]:
    return [f"{image['name']} {each['version']}" for each in image["versions"]]


def test_what_is_read_is_what_stands_there(catalogue, definitions):
    families = {family.name: family for family in catalogue.families}

    for image in definitions:
        names = [image["name"]] if image["multi"] else _own_names(image)
        for name in names:
            family = families[name]
            assert family.is_enabled == image["enable"]
            assert family.disk_format == image["format"]
            assert family.min_disk == image["min_disk"]
            assert _properties(family) == {
                **{key: str(value) for key, value in image["meta"].items()},
                "image_description": image["name"],
                "image_original_user": image["login"],
            }
        versions = [each for name in names for each in families[name].versions]
        assert {(each.label, each.url, each.checksum) for each in versions} == {
            (each["version"], each["url"], each.get("checksum"))
            for each in image["versions"]
        }
        assert {each.build_date for each in versions} == {
            each.get("build_date") for each in image["versions"]
        }


def _properties(family: FamilyDefinition) -> dict[str, str]:
    return {**family.properties, **family.policy}


@pytest.mark.parametrize("name", TABLES)
def test_each_field_of_its_schema_is_in_the_table(release, name):
    documents = yaml.safe_load_all((release / "schema.yaml").read_text())
    schema = {
        key: fields
        for document in documents
        for key, fields in document.items()
        if isinstance(fields, dict)
    }
    table = {row.name for row in TABLES[name].table if row.owner == OIM}

    missing = sorted(set(schema[name]) - table)

    assert missing == []
