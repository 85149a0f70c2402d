# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Families for which something is due, and what ``lifecycle enforce`` tells of them."""

from __future__ import annotations

from typing import Any

from tests.cloud.accounts import Account
from tests.functional.rotations import CURRENT, NEW, OLD, Site


def rotated_twice(site: Site, **fields: Any) -> tuple[str, str, str]:
    """The IDs of three versions; the last is current, and one before it is kept."""
    told = {"lifecycle_keep": "1", **fields}
    return (
        site.retired(1, OLD, **told),
        site.retired(2, CURRENT, **told),
        site.published(3, NEW, **told),
    )


def enforce(
    account: Account, *words: str, status: int = 0, says: str = ""
) -> list[dict[str, Any]]:
    """What became of each version, as a machine reads it."""
    outcome = account.openstack(*command(*words))
    assert outcome.status == status, outcome
    assert says in outcome.stderr, outcome
    assert "Traceback" not in outcome.stderr
    found: list[dict[str, Any]] = outcome.json()
    return found


def command(*words: str) -> list[str]:
    """The command line."""
    return ["image", "lifecycle", "enforce", "-f", "json", *words]


def told(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """The version, the action and the result of each row."""
    return [(row["Version"], row["Action"], row["Result"]) for row in rows]


def shown(account: Account, image_id: str) -> dict[str, Any]:
    """The image; empty if it is gone."""
    answer = account.glance("GET", f"/v2/images/{image_id}")
    found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
    return found


def is_unchanged(site: Site, image_id: str, before: dict[str, Any]) -> bool:
    """Whether an image is as it was, but for the time of its last change."""
    after = shown(site.owner, image_id)
    return {**after, "updated_at": ""} == {**before, "updated_at": ""}
