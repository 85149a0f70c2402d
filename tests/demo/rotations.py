# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The image is replaced twice under its name, and once that was a mistake."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.cloud.beside import beside, lookups
from tests.cloud.cloud import Cloud
from tests.demo import offer
from tests.demo.client import Client, require
from tests.demo.narrator import Narrator

SHOWN = ("result", "new_version", "old_version", "old_state")


@dataclass(frozen=True)
class Rotations:
    """Of one name, while somebody asks for it again and again."""

    cloud: Cloud
    client: Client
    narrator: Narrator

    def tell(self, name: str, image: offer.Image) -> None:
        """Raises `NotAsItShouldBeError` if anything went another way."""
        self.narrator.chapter("The next builds, and one that is no good")
        self.narrator.tell(
            "Twice the vendor offers a new build at the same place. It takes the name "
            "over, the one before is hidden, and its ID still boots. The second one is "
            "no good, so it is taken back. All the while somebody looks the name up:"
        )
        columns = [word for column in SHOWN for word in ("-c", column)]
        builds = [_build(image, number) for number in (1, 2)]
        with beside(lookups(self.cloud.admin(), name)) as somebody:
            for build in builds:
                self._publish(build)
                self.client.run("image", "rotate", name, *columns)
                self.client.require_image(name, build.content)
            self.client.run("image", "rollback", name, *columns)
            self.client.require_image(name, builds[0].content)
            found = [lookup.found for lookup in somebody.done()]
        require(all(found), f"{name} was not found for a moment")
        self.narrator.note(
            f"Checked: it was looked up {len(found)} times, and always found."
        )

    def _publish(self, build: offer.Image) -> None:
        for name, content in offer.offered(build).files.items():
            self.cloud.source.put(name, content)


def _build(image: offer.Image, number: int) -> offer.Image:
    """A later one: its last byte is another."""
    last = image.content[-1] ^ (1 << number)
    return replace(image, content=image.content[:-1] + bytes([last]))
