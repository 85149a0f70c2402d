# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A family that is rotated: how it was, what a run writes, and what is left in the end.

Its owner is an admin: only they publish, and accept for others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from osc_imagetools.lifecycle.model.generation import ticket_id
from tests.cloud.accounts import Account
from tests.cloud.images import raw
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.functional.families import changed, filled, found, made
from tests.functional.outcomes import digest_of, images

SIZE = 512 << 10
OLD, CURRENT, NEW = (raw(SIZE, seed=seed) for seed in (1, 2, 3))
BUILT = {1: "2026-01-01", 2: "2026-02-01", 3: "2026-03-01"}
"""Build dates by generation: of a new version too."""

MOMENT = "T00:00:00Z"


def label(generation: int) -> str:
    return BUILT[generation].replace("-", "")


@dataclass(frozen=True)
class Site:
    """Who rotates, who looks the name up, and what stands between."""

    owner: Account
    through: Account
    """The owner, who reaches Glance through *proxy*."""
    proxy: Proxy
    another: Account
    """An ordinary user of another project."""
    source: Source
    name: str

    def published(self, generation: int, content: bytes, **fields: Any) -> str:
        """The ID of a version that an earlier run has made current."""
        own_id = ticket_id(self.owner.project_id, self.name, generation)
        told = {
            "id": own_id,
            "name": self.name,
            "visibility": "public",
            "tags": ["lifecycle", "lts"],
            "os_distro": "debian",
            "lifecycle_id": own_id,
            "lifecycle_family": self.name,
            "lifecycle_version": label(generation),
            "lifecycle_generation": str(generation),
            "lifecycle_state": "active",
            "lifecycle_published_at": BUILT[generation] + MOMENT,
            "lifecycle_verified": "sha256",
            "lifecycle_published_digest": f"{digest_of(content)} payload",
            "image_build_date": BUILT[generation],
            "lifecycle_keep": "3",
        }
        made(self.owner, **{**told, **fields})
        filled(self.owner, own_id, content)
        return own_id

    def retired(self, generation: int, content: bytes, **fields: Any) -> str:
        """The same of one that its successor has replaced since."""
        moment = BUILT[generation + 1] + MOMENT
        told = {
            "os_hidden": True,
            "lifecycle_state": "deprecated",
            "lifecycle_deprecated_at": moment,
            "lifecycle_retired_at": moment,
            "lifecycle_replacement": ticket_id(
                self.owner.project_id, self.name, generation + 1
            ),
            "lifecycle_reason": f"replaced by version {label(generation + 1)}",
            "lifecycle_before": json.dumps(UNTOLD, sort_keys=True),
        }
        return self.published(generation, content, **{**told, **fields})

    def shared(self, own_id: str) -> None:
        """Let the user of the other project see it, who has accepted that."""
        changed(self.owner, own_id, visibility="shared")
        members = f"/v2/images/{own_id}/members"
        project = self.another.project_id
        answer = self.owner.glance("POST", members, json={"member": project})
        assert answer.status_code == 200, answer.text
        path = f"{members}/{project}"
        answer = self.owner.glance("PUT", path, json={"status": "accepted"})
        assert answer.status_code == 200, answer.text

    def by_hand(self, content: bytes, **fields: Any) -> str:
        """The ID of an image that no run of ours has made."""
        own_id = made(self.owner, **{"visibility": "private", **fields})
        filled(self.owner, own_id, content)
        return own_id

    def rotate(self, *options: str) -> list[str]:
        """The command line."""
        return ["image", "rotate", "-f", "json", *options, "--", self.name]

    def rotate_url(self, *options: str, content: bytes = NEW) -> list[str]:
        """The same, to the third version."""
        url = self.source.put("disk.img", content)
        told = ["--checksum", digest_of(content), "--build-date", BUILT[3]]
        return self.rotate("--url", url, *told, *options)

    def found(self) -> list[str]:
        """What a user of another project finds by the name: labels of versions."""
        return sorted(
            str(one.get("lifecycle_version")) for one in found(self.another, self.name)
        )

    def left(self) -> list[dict[str, Any]]:
        """Every record of the project, without what no two runs have in common."""
        shown = images(self.owner)
        versions = {one["id"]: one.get("lifecycle_version", "?") for one in shown}
        generations = sorted(
            int(one["lifecycle_generation"])
            for one in shown
            if "lifecycle_generation" in one
        )
        return sorted(
            (
                self._normal(one, versions)
                | {"members": self._members(one), "generation": rank(one, generations)}
                for one in shown
            ),
            key=lambda one: str(one.get("lifecycle_version")),
        )

    def _normal(self, shown: dict[str, Any], versions: dict[str, str]) -> Any:
        told = json.dumps({n: v for n, v in shown.items() if n not in ITS_OWN})
        for own_id, version in versions.items():
            told = told.replace(own_id, version).replace(own_id[:8], version)
        told = told.replace(self.name, "NAME").replace(self.source.url(""), "SOURCE/")
        normal = json.loads(told)
        normal["tags"].sort()
        return {n: "a time" if n.endswith("_at") else v for n, v in normal.items()}

    def _members(self, shown: dict[str, Any]) -> dict[str, str]:
        if shown["visibility"] != "shared":
            return {}
        answer = self.owner.glance("GET", f"/v2/images/{shown['id']}/members")
        return {
            "another" if one["member_id"] == self.another.project_id else "?": (
                one["status"]
            )
            for one in answer.json()["members"]
        }


def differences(
    left: list[dict[str, Any]], wanted: list[dict[str, Any]]
) -> list[tuple[Any, ...]]:
    """What two states of a family differ in: version, field, is, should be."""
    pairs = zip_longest(left, wanted, fillvalue={})
    return [
        (one.get("name"), name, one.get(name), other.get(name))
        for one, other in pairs
        for name in sorted(one.keys() | other.keys())
        if one.get(name) != other.get(name)
    ]


ITS_OWN = frozenset(
    {"created_at", "updated_at", "file", "self", "schema", "owner", "stores"}
    | {"lifecycle_generation"}
)

UNTOLD = {
    "lifecycle_deprecated_at": None,
    "lifecycle_reason": None,
    "lifecycle_replacement": None,
    "lifecycle_retired_at": None,
    "lifecycle_state": "active",
    "os_hidden": False,
}
"""What a version was before it was replaced."""


def rank(shown: dict[str, Any], generations: list[int]) -> int | None:
    """The place of its generation among all *generations*."""
    own = shown.get("lifecycle_generation")
    return generations.index(int(own)) + 1 if own else None
