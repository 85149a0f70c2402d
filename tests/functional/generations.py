# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Families that a test rotates and rolls back, and what every one of them owes."""

from __future__ import annotations

import json
import uuid
from typing import Any

from osc_imagetools.lifecycle.model.generation import ticket_id
from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.images import raw
from tests.cloud.source.client import Source
from tests.functional.families import filled, found, made
from tests.functional.outcomes import digest_of, images

FAMILY = "debian-13"

OLD, NEW, NEWER = (raw(64 << 10, seed=seed) for seed in (1, 2, 3))
"""Small: what is tested is not the way of the bytes."""

ONLY_READS = {"GET", "HEAD"}


def rotate(account: Account, *options: str, name: str = FAMILY) -> Outcome:
    """How a rotation ended, its result in JSON."""
    return account.openstack("image", "rotate", "-f", "json", *options, "--", name)


def roll_back(account: Account, *options: str, name: str = FAMILY) -> Outcome:
    """The same of a rollback."""
    return account.openstack("image", "rollback", "-f", "json", *options, "--", name)


def serve(source: Source, content: bytes) -> list[str]:
    """What tells `rotate` of bytes that are served."""
    url = source.put(f"{digest_of(content)[7:15]}.img", content)
    return ["--url", url, "--checksum", digest_of(content)]


def done(outcome: Outcome, result: str = "rotated", status: int = 0) -> dict[str, Any]:
    """What a command shows that ended so."""
    assert outcome.status == status, outcome
    assert "Traceback" not in outcome.stderr
    told: dict[str, Any] = outcome.json()
    assert told["result"] == result, outcome
    return told


def planned(outcome: Outcome, status: int = 0) -> list[dict[str, str]]:
    """The steps that a dry run shows."""
    assert outcome.status == status, outcome
    assert "Traceback" not in outcome.stderr
    steps: list[dict[str, str]] = outcome.json()
    assert all([*step] == ["Step", "Image", "What", "Reason"] for step in steps)
    assert all(step["Reason"] for step in steps), steps
    return steps


def refused(outcome: Outcome, *words: str) -> None:
    """Assert that a command did nothing, shows nothing, and says why."""
    assert (outcome.status, outcome.stdout) == (1, ""), outcome
    assert "Traceback" not in outcome.stderr
    for word in words:
        assert word in outcome.stderr, outcome.stderr


def version(
    account: Account,
    generation: int = 1,
    *,
    content: bytes = OLD,
    name: str = FAMILY,
    owner: Account | None = None,
    **fields: Any,
) -> str:
    """The ID of a version as an import or a rotation leaves it, current if visible.

    *account* makes it, for the project of *owner*.
    """
    project = (owner or account).project_id
    own_id = ticket_id(project, name, generation)
    current = {
        "id": own_id,
        "owner": project,
        "name": name,
        "visibility": "shared",
        "tags": ["lifecycle"],
        "lifecycle_id": own_id,
        "lifecycle_family": name,
        "lifecycle_version": f"v{generation}",
        "lifecycle_generation": str(generation),
        "lifecycle_state": "active",
        "lifecycle_published_at": f"2026-0{generation}-01T00:00:00Z",
        "lifecycle_published_digest": f"{digest_of(content)} wire",
        "lifecycle_verified": "sha256",
        "image_build_date": f"2026-0{generation}-01",
    }
    made(account, **{**current, **fields})
    filled(account, own_id, content)
    return own_id


def retired(account: Account, generation: int, by: int, **fields: Any) -> str:
    """The ID of a version that the one of the generation *by* has replaced."""
    name = str(fields.get("name", FAMILY))
    before = {"os_hidden": False, "lifecycle_state": "active"}
    return version(
        account,
        generation,
        **{
            "os_hidden": True,
            "lifecycle_state": "deprecated",
            "lifecycle_deprecated_at": f"2026-0{by}-01T00:00:00Z",
            "lifecycle_retired_at": f"2026-0{by}-01T00:00:00Z",
            "lifecycle_replacement": ticket_id(account.project_id, name, by),
            "lifecycle_reason": f"replaced by version v{by}",
            "lifecycle_before": json.dumps(before),
            **fields,
        },
    )


def by_hand(account: Account, content: bytes = NEW, **fields: Any) -> str:
    """The ID of an image that nobody manages, with bytes."""
    own_id = made(account, **{"name": f"built-{uuid.uuid4().hex[:8]}", **fields})
    filled(account, own_id, content)
    return own_id


def shown(account: Account, own_id: str) -> dict[str, Any]:
    """The image as Glance shows it."""
    answer = account.glance("GET", f"/v2/images/{own_id}")
    assert answer.status_code == 200, answer.text
    image: dict[str, Any] = answer.json()
    return image


def current(account: Account, name: str = FAMILY) -> dict[str, Any]:
    """The one image that a lookup of the family finds, whole, and of the highest rank.

    No run owns any of the family's versions, and nothing is left behind.
    """
    [image] = [one for one in found(account, name) if one["visibility"] != "private"]
    family = [one for one in images(account) if one.get("lifecycle_family") == name]
    published = [one for one in family if "lifecycle_published_at" in one]
    ranks = [int(one["lifecycle_generation"]) for one in published]
    assert len({*ranks}) == len(ranks)
    assert int(image["lifecycle_generation"]) == max(ranks)
    assert (image["status"], image["lifecycle_state"]) == ("active", "active")
    assert image["lifecycle_id"] == image["id"]
    assert [one["id"] for one in family if "lifecycle_run" in one] == []
    return image


def everything(account: Account) -> dict[str, dict[str, Any]]:
    """All of the project's images by ID: for whoever says that nothing changed."""
    return {one["id"]: one for one in images(account)}
