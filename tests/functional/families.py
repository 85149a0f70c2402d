# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A project's images as Glance shows them, and imports that a test watches."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.images import raw
from tests.functional.outcomes import digest_of

LISTING = r"/v2/images$"
IMAGE = r"/v2/images/[0-9a-f-]{36}$"
FILE = r"/v2/images/[0-9a-f-]{36}/file$"
"""Paths of the requests that a run sends to Glance."""

END_SECONDS = 90
SIZE = 2 << 20
CONTENT = raw(SIZE, seed=77)
"""An image larger than the tail that is held back, so that some of it is sent."""

JSON_PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


def import_url(account: Account, url: str, name: str, *options: str) -> Outcome:
    """How the import of `CONTENT`, or of what *options* say, ended."""
    return account.openstack(*_command(url, name, options))


@contextmanager
def importing(
    account: Account, url: str, name: str, *options: str, **popen: Any
) -> Iterator[subprocess.Popen[str]]:
    """The same, as a process that doesn't outlive the test."""
    with account.start(*_command(url, name, options), **popen) as client:
        try:
            yield client
        finally:
            client.kill()


def _command(url: str, name: str, options: tuple[str, ...]) -> list[str]:
    checked = {"--checksum", "--checksum-url", "--allow-unverified"} & {*options}
    verified = [] if checked else ["--checksum", digest_of(CONTENT)]
    command = ["image", "import-url", "-f", "json", *verified, *options]
    return [*command, "--", url, name]


def ended(client: subprocess.Popen[str]) -> Outcome:
    """How a client ended that was started with pipes."""
    stdout, stderr = client.communicate(timeout=END_SECONDS)
    return Outcome(client.returncode, stdout, stderr)


def found(account: Account, name: str) -> list[dict[str, Any]]:
    """What a lookup of *name* finds for this user."""
    return listed(account, name=f"eq:{name}")


def listed(account: Account, **filters: str) -> list[dict[str, Any]]:
    """A whole listing."""
    return account.listed(**filters)


def the_image(account: Account, name: str, content: bytes = CONTENT) -> dict[str, Any]:
    """The one image that a lookup finds; it is whole, and no run owns it."""
    images = found(account, name)
    assert len(images) == 1, images
    image = images[0]
    file = account.glance("GET", f"/v2/images/{image['id']}/file")
    assert (file.status_code, file.content == content) == (200, True)
    assert image["status"] == "active"
    assert image["lifecycle_id"] == image["id"]
    assert image["lifecycle_state"] == "active"
    assert "lifecycle_run" not in image
    return image


def made(account: Account, **fields: Any) -> str:
    """The ID of an image that was made by hand; *fields* go into its POST."""
    plain = {"disk_format": "raw", "container_format": "bare"}
    answer = account.glance("POST", "/v2/images", json={**plain, **fields})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def filled(account: Account, image_id: str, content: bytes = b"by hand") -> None:
    """Give an image that was made by hand its bytes."""
    octets = {"Content-Type": "application/octet-stream"}
    path = f"/v2/images/{image_id}/file"
    answer = account.glance("PUT", path, data=content, headers=octets)
    assert answer.status_code == 204, answer.text


def changed(account: Account, image_id: str, **fields: Any) -> None:
    """Set fields of an image, as another writer does."""
    operations = [
        {"op": "add", "path": f"/{name}", "value": value}
        for name, value in fields.items()
    ]
    answer = account.glance(
        "PATCH",
        f"/v2/images/{image_id}",
        data=json.dumps(operations),
        headers=JSON_PATCH,
    )
    assert answer.status_code == 200, answer.text


def removed(account: Account, own_id: str, name: str) -> None:
    """Take a property of an image away, as another writer does."""
    patch = json.dumps([{"op": "remove", "path": f"/{name}"}])
    path = f"/v2/images/{own_id}"
    answer = account.glance("PATCH", path, data=patch, headers=JSON_PATCH)
    assert answer.status_code == 200, answer.text


def dead_process() -> int:
    """The ID of a process that has ended."""
    with subprocess.Popen(["true"]) as ended_process:
        return ended_process.pid


def version(family: str, generation: int, image_id: str) -> Mapping[str, Any]:
    """The fields of a version that an earlier run has left."""
    return {
        "id": image_id,
        "name": f"{family}.importing-{image_id[:8]}",
        "os_hidden": True,
        "lifecycle_id": image_id,
        "lifecycle_family": family,
        "lifecycle_generation": str(generation),
        "tags": ["lifecycle"],
    }
