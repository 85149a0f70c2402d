# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A catalogue of a test: its file, and the commands that read it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.source.client import Source
from tests.functional.families import found
from tests.functional.outcomes import digest_of

META = {
    "architecture": "x86_64",
    "hw_disk_bus": "scsi",
    "os_distro": "debian",
    "os_purpose": "generic",
    "provided_until": "none",
    "replace_frequency": "monthly",
    "uuid_validity": "none",
}


@dataclass
class Shelf:
    """A file of definitions, whoever applies it, and the source of its images."""

    owner: Account
    another: Account
    """An ordinary user of another project."""
    source: Source
    path: Path
    ending: str
    """Of all names: public images of other tests have the same."""
    images: list[dict[str, Any]] = field(default_factory=list)

    def name(self, family: str) -> str:
        return f"{family}-{self.ending}"

    def add(self, family: str, *versions: dict[str, Any], **fields: Any) -> None:
        """Define a family of these versions."""
        told = {
            "name": self.name(family),
            "format": "raw",
            "login": "debian",
            "min_ram": 512,
            "multi": True,
            "status": "active",
            "tags": ["lts"],
            "visibility": "private",
            "meta": dict(META),
            "versions": list(versions),
        }
        self.images.append({**told, **fields})

    def version(self, label: str, content: bytes, **fields: Any) -> dict[str, Any]:
        """A version that the source serves."""
        url = self.source.put(f"disk-{label}.img", content)
        told = {"version": label, "url": url, "checksum": digest_of(content)}
        return {**told, **fields}

    def plan(self, *options: str, by: Account | None = None) -> Outcome:
        return self._run("plan", *options, by=by)

    def apply(self, *options: str, by: Account | None = None) -> Outcome:
        return self._run("apply", *options, by=by)

    def command(self, what: str, *options: str) -> list[str]:
        """The command line, once the file is written."""
        self.path.write_text(yaml.safe_dump({"images": self.images}))
        return ["image", "catalog", what, "-f", "json", *options, str(self.path)]

    def _run(self, what: str, *options: str, by: Account | None) -> Outcome:
        return (by or self.owner).openstack(*self.command(what, *options))

    def current(self, family: str, by: Account | None = None) -> list[dict[str, Any]]:
        """What a user finds by the name of a family."""
        return found(by or self.owner, self.name(family))


def steps(outcome: Outcome) -> list[tuple[str, str | None, str]]:
    """Of each row the family, without its ending, the version, and the action."""
    return [
        (row["Family"].rpartition("-")[0], row["Version"], row["Action"])
        for row in outcome.json()
    ]
