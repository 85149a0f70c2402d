# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The definitions in the real Glance: by its own tool, by the API, by the client."""

from __future__ import annotations

import json
import os
import subprocess
import uuid
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from tests.cloud import services_venv
from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud

FOLDER = Path(str(resources.files("osc_imagetools.metadefs")))
DEFINITIONS = {
    path.stem: json.loads(path.read_text()) for path in FOLDER.glob("*.json")
}
NAMESPACES = "/v2/metadefs/namespaces"
OF_EACH_KIND = ("os_purpose", "uuid_validity", "patchlevel")
"""Properties with an enum, with a pattern, with neither: a command each takes time."""

LOAD_SECONDS = 60


def test_glance_manage_loads_them_and_users_read_them(
    cloud: Cloud, member: Account
) -> None:
    services = services_venv.ensure(print)

    loaded = _glance_manage(services, cloud, "db_load_metadefs", str(FOLDER))

    assert loaded.returncode == 0, loaded.stderr
    for definition in DEFINITIONS.values():
        _reads_back(member, definition["namespace"], definition)


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=DEFINITIONS)
def test_a_file_posted_whole_as_the_dashboard_does_it(
    definition: dict[str, Any], admin: Account, member: Account
) -> None:
    name = f"{definition['namespace']}.{uuid.uuid4().hex}"
    renamed = {**definition, "namespace": name}

    answer = admin.glance("POST", NAMESPACES, json=renamed)

    assert answer.status_code == 201, answer.text
    _reads_back(member, name, definition)


def test_the_client_creates_a_namespace_of_them(
    admin: Account, member: Account
) -> None:
    definition = dict(DEFINITIONS["scs-0102"])
    chosen = {prop: definition["properties"][prop] for prop in OF_EACH_KIND}
    definition["properties"] = chosen
    name = f"{definition['namespace']}.{uuid.uuid4().hex}"
    about = ["--display-name", definition["display_name"]]
    about += ["--description", definition["description"], "--public", "--protected"]
    metadef = ("image", "metadef")

    outcomes = [admin.openstack(*metadef, "namespace", "create", *about, name)]
    outcomes += [
        admin.openstack(
            *(*metadef, "resource", "type", "association", "create"),
            *(name, "OS::Glance::Image"),
        )
    ]
    for prop, schema in chosen.items():
        words = ["--name", prop, "--title", schema["title"], "--type", schema["type"]]
        words += ["--schema", json.dumps(schema)]
        outcomes += [admin.openstack(*metadef, "property", "create", *words, name)]

    assert [each.stderr for each in outcomes if each.status != 0] == []
    _reads_back(member, name, definition)


def test_the_definitions_of_scs_0102_repeat_none_of_glances_own() -> None:
    theirs = services_venv.ensure(print) / "etc" / "glance" / "metadefs"
    known = {
        name
        for path in theirs.glob("*.json")
        for name in json.loads(path.read_text()).get("properties", {})
    }

    assert "os_distro" in known
    assert known & set(DEFINITIONS["scs-0102"]["properties"]) == set()


def _reads_back(user: Account, name: str, definition: dict[str, Any]) -> None:
    """Assert that an ordinary user is shown all of a definition."""
    shown = user.glance("GET", f"{NAMESPACES}/{name}")
    assert shown.status_code == 200, shown.text
    namespace = shown.json()
    assert namespace["display_name"] == definition["display_name"]
    assert namespace["description"] == definition["description"]
    assert namespace["visibility"] == "public"
    targets = [each["name"] for each in namespace["resource_type_associations"]]
    assert targets == ["OS::Glance::Image"]
    # The client stores a property's name in its schema as well.
    properties = {
        prop: {key: value for key, value in schema.items() if key != "name"}
        for prop, schema in namespace["properties"].items()
    }
    assert properties == definition["properties"]


def _glance_manage(
    services: Path, cloud: Cloud, *words: str
) -> subprocess.CompletedProcess[str]:
    configuration = cloud.folder.files / "glance" / "glance-api.conf"
    program = services / "bin" / "glance-manage"
    return subprocess.run(
        [str(program), f"--config-file={configuration}", *words],
        env={"PATH": os.environ["PATH"], "HOME": str(cloud.folder.files)},
        cwd=cloud.folder.files,
        capture_output=True,
        text=True,
        timeout=LOAD_SECONDS,
    )
