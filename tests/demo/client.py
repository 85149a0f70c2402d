# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The ``openstack`` client, run before the reader's eyes; and Glance's own word."""

from __future__ import annotations

import hashlib
from typing import Any

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.demo.narrator import Narrator


class NotAsItShouldBeError(Exception):
    """The demo saw something else than what it wanted to show."""


class Client:
    """Runs commands as one user, shows them and what they print."""

    def __init__(self, account: Account, narrator: Narrator) -> None:
        self._account = account
        self._narrator = narrator

    def run(self, *argv: str, status: int = 0) -> Outcome:
        """Raises `NotAsItShouldBeError` for any other exit status."""
        self._narrator.command("openstack", *argv)
        outcome = self._account.openstack(*argv)
        self._narrator.output(outcome.stderr + outcome.stdout, outcome.status)
        require(outcome.status == status, f"the exit status should be {status}")
        return outcome

    def require_image(self, name: str, content: bytes) -> None:
        """Raise `NotAsItShouldBeError` unless these bytes have that name, alone."""
        named = [image for image in self.images() if image["name"] == name]
        images = [image for image in named if not image["os_hidden"]]
        require(len(images) == 1, f"{len(images)} visible images are called {name}")
        (image,) = images
        require(image["status"] == "active", f"{name} is {image['status']}")
        digest = hashlib.new(image["os_hash_algo"], content).hexdigest()
        require(image["os_hash_value"] == digest, f"Glance has other bytes of {name}")

    def images(self) -> list[dict[str, Any]]:
        """All that Glance has for this user, hidden or not, as it says itself."""
        found = []
        for hidden in ("false", "true"):
            shown = self._account.glance("GET", f"/v2/images?os_hidden={hidden}")
            found += shown.json()["images"]
        return found


def require(is_so: bool, else_say: str) -> None:
    """Raise `NotAsItShouldBeError` unless it is so."""
    if not is_so:
        raise NotAsItShouldBeError(else_say)
