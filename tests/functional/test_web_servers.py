# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image import-url`` from the web servers that there are, over poor wires."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cloud.accounts import Account
from tests.cloud.archives import gz
from tests.cloud.images import raw
from tests.cloud.relay import Relay
from tests.cloud.servers import ENCODED, PLAIN, SERVERS, WebServer, offering
from tests.cloud.source.client import Source
from tests.cloud.source.faults import Redirect
from tests.cloud.vendors.openpgp import Key
from tests.functional.outcomes import NAME, digest_of, import_url, imported

IMAGE = raw(600_000, seed=123)
PACKED = gz(IMAGE)
KEY = Key.generate()
CHANGED_SECONDS = 1_700_000_000
"""Of the file: a server has doubts about what was changed just now."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a file to serve, and readable for a server that isn't root."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name)
        files = path / "files"
        files.mkdir()
        for each in (path, files):
            each.chmod(0o755)
        (files / "disk.img.gz").write_bytes(PACKED)
        os.utime(files / "disk.img.gz", (CHANGED_SECONDS, CHANGED_SECONDS))
        yield path


@pytest.mark.parametrize(
    "server", [pytest.param(server, id=server.name) for server in SERVERS]
)
def test_F4_F9_F123_packed_image_is_imported_whole_though_the_wire_breaks(
    server: WebServer, folder: Path, member: Account, source: Source
) -> None:
    way = ENCODED if ENCODED in server.ways else PLAIN

    with offering(server, folder, source) as url, Relay(url + way) as relay:
        relay.cut_after = 300_000
        digest = digest_of(PACKED)
        outcome = import_url(member, f"{relay.url}disk.img.gz", "--checksum", digest)
        assert relay.cut_after is None

    image = imported(member, outcome, IMAGE)
    assert image["lifecycle_source_digest"] == digest


@pytest.mark.parametrize("led", ["not-led", "led-elsewhere"])
def test_F124_server_that_allows_one_connection_gives_list_signature_and_image(
    led: str, member: Account, source: Source
) -> None:
    source.put("disk.img", IMAGE)
    listing = f"{digest_of(IMAGE)[7:]}  disk.img\n".encode()
    source.put("SHA256SUMS", listing)
    source.put("SHA256SUMS.asc", KEY.detached(listing))
    source.misbehave("latest/disk.img", Redirect(source.by_name().url("disk.img")))
    ring = member.home / "vendor.gpg"
    ring.write_bytes(KEY.certificate())
    name = "disk.img" if led == "not-led" else "latest/disk.img"

    with Relay(source.base_url) as relay:
        relay.most = 1
        environment = {"http_proxy": relay.url, "no_proxy": "127.0.0.1"}
        url = source.by_name().url(name)
        outcome = import_url(member, url, "--keyring", str(ring), env=environment)
        assert relay.refused == 0

    image = imported(member, outcome, IMAGE)
    assert image["lifecycle_verified"] == "sha256+pgp"
    assert len(source.requests("SHA256SUMS")) == 1


def test_F124_rotation_reads_a_list_once(member: Account, source: Source) -> None:
    url = source.put("disk.img", IMAGE)
    source.put("disk.img.sha256", f"{digest_of(IMAGE)[7:]}  disk.img\n".encode())

    outcome = member.openstack("image", "rotate", NAME, "--url", url, "-f", "json")

    assert outcome.status == 0, outcome
    assert len(source.requests("disk.img.sha256")) == 1
