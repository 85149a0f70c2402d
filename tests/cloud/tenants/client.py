# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Servers, volumes and snapshots, as tests order them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import requests

from tests.cloud.accounts import Account

ANSWER_SECONDS = 120


@dataclass(frozen=True)
class Tenants:
    """What makes the rows of Nova, and what makes those of Cinder."""

    nova_url: str
    cinder_url: str

    def server(self, account: Account, image: str = "", **row: Any) -> str:
        """The ID of a new server of *account*, booted from *image* or from a volume.

        *row* may say ``cell`` (cell0, cell1, cell2), ``vm_state``, ``launched_at``,
        ``deleted_at``.
        """
        row = _row(account, image, row)
        return self._made(self.nova_url, "servers", [row])[0]

    def servers(self, account: Account, images: Sequence[str]) -> list[str]:
        """The IDs of new servers, one booted from each of *images*."""
        rows = [_row(account, image, {}) for image in images]
        return self._made(self.nova_url, "servers", rows)

    def volumes(self, account: Account, images: Sequence[str]) -> list[str]:
        """The IDs of new volumes, one made from each of *images*."""
        rows = [_row(account, image, {}) for image in images]
        return self._made(self.cinder_url, "volumes", rows)

    def volume(self, account: Account, image: str = "", **row: Any) -> str:
        """The ID of a new volume, made from *image* or from nothing.

        *row* may say ``status``, ``created_at``, ``attachments`` (each ``server`` and
        ``device``).
        """
        row = _row(account, image, row)
        return self._made(self.cinder_url, "volumes", [row])[0]

    def snapshot(self, account: Account, volume: str) -> str:
        """The ID of a new snapshot of *volume*."""
        row = {**_row(account, "", {}), "volume": volume}
        return self._made(self.cinder_url, "snapshots", [row])[0]

    def host(self, name: str, cell: str) -> str:
        """A compute host of a cell, of which nothing but the name is known."""
        return self._made(self.nova_url, "hosts", [{"name": name, "cell": cell}])[0]

    def _made(self, url: str, kind: str, rows: Sequence[dict[str, Any]]) -> list[str]:
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(f"{url}/{kind}", json=rows, timeout=ANSWER_SECONDS)
        answer.raise_for_status()
        made: list[str] = answer.json()
        return made


def _row(account: Account, image: str, row: dict[str, Any]) -> dict[str, Any]:
    own = {"project": account.project_id, "user": account.user_id, "name": "made"}
    return {**own, "image": image, **row}
