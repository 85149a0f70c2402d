# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The examples of ``--help``, run as printed: only the vendor's host is another one."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import prompts
from tests.cloud.accounts import Account
from tests.cloud.archives import regular, tar
from tests.cloud.archives.compressed import gz
from tests.cloud.client import Outcome
from tests.cloud.images import qcow2, raw
from tests.cloud.source.client import Source
from tests.unit import plugin

HOSTS = re.compile(
    r"https://(cloud-images\.ubuntu\.com|cloud\.debian\.org|vendor\.example)(/[\w-]+(?=/|$))*"
)
NAMES = re.compile(r"(?<![/\w])(ubuntu-2[24]\.04|debian-1[23]|appliance|golden)\b")
"""Of images: each test has its own, since admins publish them for all projects."""

DISK = qcow2(raw(1 << 20))
FILES = {
    "noble-server-cloudimg-amd64.img": DISK,
    "debian-13-generic-amd64.qcow2": DISK,
    "appliance-7.tar.gz": gz(tar(regular("README"), regular("disk.qcow2", DISK))),
    "appliance-8.qcow2": DISK,
    "one.img": raw(1 << 20, seed=1),
    "two.img": raw(1 << 20, seed=2),
}

IMPORT = "openstack image import-url --build-date 2026-02-01 $base/one.img"
CREATE = "openstack image create --disk-format raw --container-format bare --file disk"
BEFORE = {
    "image deprecate": [f"{IMPORT} ubuntu-22.04", f"{IMPORT} ubuntu-24.04"],
    "image lifecycle check": [f"{IMPORT} debian-13"],
    "image lifecycle list": [f"{IMPORT} debian-13"],
    "image lifecycle report": [f"{IMPORT} debian-13"],
    "image lifecycle set": [
        f"{IMPORT} debian-12",
        f"{CREATE} debian-13-20260201",
        f"{CREATE} debian-13-20260301",
    ],
    "image lifecycle show": [f"{IMPORT} debian-13"],
    "image lifecycle unset": [
        f"{IMPORT} debian-12",
        "openstack image lifecycle set debian-12 --hold x",
        f"{IMPORT} debian-13",
        "openstack image lifecycle set --family debian-13 --delete-after 90d",
    ],
    "image reinstate": [
        f"{CREATE} ubuntu-22.04",
        f"{CREATE} debian-12",
        "openstack image deprecate --yes ubuntu-22.04 debian-12",
    ],
    "image rollback": [
        f"{IMPORT} ubuntu-24.04",
        "openstack image rotate ubuntu-24.04 --url $base/two.img",
    ],
    "image catalog export": [f"{IMPORT} debian-13"],
    "image catalog plan": ["openstack image catalog apply images.yml"],
    "image lifecycle enforce": [f"{IMPORT} debian-13"],
    "image usage list": [f"{IMPORT} debian-12", f"{IMPORT} debian-13"],
    "image rotate": [f"{IMPORT} ubuntu-24.04", f'{CREATE} "golden build 42"'],
}
"""What was done before somebody needs the example."""

SHOWN = {
    "image catalog apply": ["done", "done", "unchanged"],
    "image catalog export": ["20260201", "20260201", "20260201"],
    "image catalog plan": ["unchanged", "", "unchanged"],
    "image deprecate": ["deprecated", "scheduled|deprecated", ""],
    "image import-url": ["imported", "imported", "create"],
    "image lifecycle check": ["", "", "IMAGES OK"],
    "image lifecycle enforce": ["keep", "", "keep"],
    "image lifecycle list": ["20260201", "", ""],
    "image lifecycle report": ["", "", "20260201"],
    "image lifecycle set": ["adopted", "set", "set"],
    "image lifecycle show": ["20260201", "current_version", "[0-9a-f-]{36}"],
    "image lifecycle unset": ["set", "set", "lifecycle_family"],
    "image reinstate": ["ubuntu", "reinstated", "reinstated"],
    "image rollback": ["20260201", "rolled back", "unchanged"],
    "image usage list": ["", "", "unknown"],
    "image rotate": ["unchanged", "rotated", "rotated"],
}
"""What standard output has in it, of each example."""


@dataclass(frozen=True)
class Reader:
    """Somebody who types what they read, with names and files of their own."""

    account: Account
    source: Source
    suffix: str

    def types(self, line: str) -> Outcome:
        """How the command of *line* ended."""
        base = self.source.url("x").removesuffix("/x")
        own = NAMES.sub(rf"\1-{self.suffix}", HOSTS.sub(base, line))
        own = own.replace("--project images", f"--project {self.account.project_id}")
        digest = next((_digest(FILES[name]) for name in FILES if name in line), "")
        client, *words = prompts.words(own, {"base": base, "DIGEST": digest})
        assert client == "openstack"
        return self.account.openstack(*words)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def reader_of_help(admin: Account, source: Source) -> Reader:
    """An admin, for whom the vendor's files and two of their own are there."""
    for name, content in FILES.items():
        source.put(name, content)
        source.put(f"{name}.sha256", f"{_digest(content)}  {name}\n".encode())
    (admin.home / "disk").write_bytes(raw(1 << 20, seed=3))
    test = admin.home / "boot-test"
    test.write_text('#!/bin/sh\ntest -n "$IMAGE_ID"\n')
    test.chmod(0o755)
    suffix = uuid.uuid4().hex[:8]
    _write_catalogue(admin.home, source, suffix)
    return Reader(admin, source, suffix)


def _write_catalogue(folder: Path, source: Source, suffix: str) -> None:
    """One family in a folder; the same and another in a file, and the plan of that."""
    families = [
        {
            "name": f"{name}-{suffix}",
            "versions": [
                {
                    "version": "20260201",
                    "url": source.url(file),
                    "checksum": f"sha256:{_digest(FILES[file])}",
                }
            ],
        }
        for name, file in (("debian-13", "one.img"), ("ubuntu-24.04", "two.img"))
    ]
    (folder / "catalogue").mkdir()
    (folder / "catalogue" / "debian.yml").write_text(_catalogue(families[:1]))
    (folder / "images.yml").write_text(_catalogue(families))
    step = {"Version": "20260201", "Action": "import"}
    planned = [{"Family": families[1]["name"], **step}]
    (folder / "plan.json").write_text(json.dumps(planned))


def _catalogue(families: list[dict[str, Any]]) -> str:
    return yaml.safe_dump({"images": families})


@pytest.mark.parametrize(
    "entry_point",
    [pytest.param(one, id=plugin.words(one)) for one in plugin.entry_points()],
)
def test_examples_of_help_work_as_printed(
    entry_point: plugin.metadata.EntryPoint, reader_of_help: Reader
) -> None:
    command = plugin.words(entry_point)
    epilog = entry_point.load()(None, None).get_epilog()
    examples = [line for line in prompts.to_type(epilog) if not _assigns(line)]
    done = {line: reader_of_help.types(line) for line in BEFORE.get(command, [])}
    assert [one for one in done.values() if one.status] == []

    outcomes = [reader_of_help.types(line) for line in examples]

    assert [outcome for outcome in outcomes if outcome.status] == []
    assert [
        (words, outcome)
        for words, outcome in zip(SHOWN[command], outcomes, strict=True)
        if not re.search(words, outcome.stdout)
    ] == []


def _assigns(line: str) -> bool:
    return re.match(r"\w+=", line) is not None
