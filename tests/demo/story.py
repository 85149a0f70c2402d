# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The order of the demo: imports, one that must not succeed, rotations, and an end."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from tests.cloud.cloud import Cloud
from tests.demo import offer
from tests.demo.client import Client, require
from tests.demo.narrator import Narrator
from tests.demo.rotations import Rotations

WITHOUT = ("--without", "compute", "--without", "block-storage")
"""What the demo's cloud lacks."""


@dataclass(frozen=True)
class Story:
    """Told once, on a running cloud; the vendor's files stay in ``folder``."""

    cloud: Cloud
    narrator: Narrator
    folder: Path
    own_image: bool = False

    def tell(self) -> None:
        """Raises `NotAsItShouldBeError` if anything went another way."""
        client = Client(self.cloud.admin(), self.narrator)
        offered = self._publish()
        self._import(client, offered, offered.tarball)
        self._import(client, offered, offered.zip)
        self._refuse(client, offered)
        self.narrator.chapter("The result")
        client.run("image", "list")
        rotated = f"{offered.image.name}-from-tar-gz"
        Rotations(self.cloud, client, self.narrator).tell(rotated, offered.image)
        self._deprecate(client, offered)
        self._enforce(client, rotated)

    def _publish(self) -> offer.Offer:
        image = offer.image(packaged=not self.own_image)
        offered = offer.offered(image)
        offered.write(self.folder)
        self.narrator.chapter("A vendor offers an image")
        self.narrator.tell(
            f"It is {image.about}: {len(image.content)} bytes that boot. A web server "
            "on this machine has it packed twice, and the list of checksums:"
        )
        for name in offered.files:
            self.narrator.line(self._serve(name, self.folder / name))
        self.narrator.tell(f"The list, {offer.LIST}:")
        for line in offered.files[offer.LIST].decode().splitlines():
            self.narrator.line(line)
        return offered

    def _import(self, client: Client, offered: offer.Offer, archive: str) -> None:
        kind = archive.removeprefix(offered.image.name)
        self.narrator.chapter(f"Import it from the {kind}")
        self.narrator.tell(
            "One command fetches, unpacks, verifies and uploads it. Nobody can see the "
            "image before every check has passed."
        )
        name = f"{offered.image.name}-from{kind.replace('.', '-')}"
        client.run(*self._command(archive, name))
        client.require_image(name, offered.image.content)
        self.narrator.note("Checked: Glance's digest of it is the vendor's image's.")

    def _refuse(self, client: Client, offered: offer.Offer) -> None:
        self.narrator.chapter("What was tampered with is refused")
        self.narrator.tell(
            "A mirror serves the same .tar.gz, in which one byte of the image differs. "
            "The vendor's list shows it up, and nothing is left in Glance:"
        )
        before = {image["id"] for image in client.images()}
        mirrored = f"mirror/{offered.tarball}"
        self._serve(mirrored, offer.tampered(offered.image))
        name = f"{offered.image.name}-from-mirror"
        refused = client.run(*self._command(mirrored, name), status=1)
        digest = hashlib.sha256(offered.files[offered.tarball]).hexdigest()
        require(digest in refused.stderr, "the reason is not the checksum")
        after = {image["id"] for image in client.images()}
        require(after == before, "something was left in Glance")
        client.run("image", "list", "--name", name)
        client.run("image", "list", "--hidden")
        self.narrator.note("Checked: no record was left, visible or hidden.")

    def _deprecate(self, client: Client, offered: offer.Offer) -> None:
        self.narrator.chapter("An image on its way out")
        self.narrator.tell(
            "Users of one of the two are told to take the other one. It is hidden, its "
            "ID still boots, and in 90 days it may be deleted:"
        )
        name, replacement = (
            f"{offered.image.name}-from-{kind}" for kind in ("zip", "tar-gz")
        )
        reason = ("--reason", "the other one is better packed")
        dates = ("--delete-in", "90d")
        columns = ("-c", "Name", "-c", "Result", "-c", "Delete At")
        client.run(
            *("image", "deprecate", name, "--replacement", replacement),
            *(*reason, *dates, *columns),
        )
        [image] = [each for each in client.images() if each["name"] == name]
        require(image["os_hidden"], f"{name} is not hidden")
        require(image["status"] == "active", f"{name} boots no longer")
        client.run("image", "lifecycle", "list", "-c", "Family", "-c", "State")

    def _enforce(self, client: Client, family: str) -> None:
        self.narrator.chapter("What may be deleted")
        self.narrator.tell(
            "Before a version is deleted, Nova and Cinder are asked who needs it. This "
            "cloud has neither, so both are left out, and each verdict says so. Then "
            "what a run would do, with a reason for each version: what was rolled back "
            "does not count as one that is kept."
        )
        client.run(
            *("image", "usage", "list", "--family", family, *WITHOUT),
            *("-c", "Version", "-c", "Verdict", "-c", "Why"),
        )
        before = client.images()
        planned = client.run(
            *("image", "lifecycle", "enforce", family, "--dry-run"),
            *("--keep", "1", "--min-age", "0h", *WITHOUT),
            *("-c", "Version", "-c", "Action", "-c", "Result", "-c", "Reason"),
        )
        reason = "it is previous version 1 of 1 that are kept"
        require(reason in planned.stdout, "the way back is not kept")
        require(client.images() == before, "the dry run has changed something")

    def _command(self, file: str, name: str) -> list[str]:
        source = self.cloud.source
        listing = source.url(offer.LIST)
        return [
            "image",
            "import-url",
            source.url(file),
            name,
            "--checksum-url",
            listing,
        ]

    def _serve(self, name: str, content: bytes | Path) -> str:
        return self.cloud.source.put(name, content)
