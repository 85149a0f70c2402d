# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""The Dashboard shows what the commands have done, and its page says how to use it."""

from __future__ import annotations

import gzip
import json
import re
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="tox -e dashboard runs these tests")

from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.source.faults import Status
from tests.dashboard.browser import Browser, is_there
from tests.functional.dashboards import (
    BUILT,
    UPLOADED,
    Camera,
    define,
    opened,
    reader_of,
    steps_of,
)
from tests.functional.families import JSON_PATCH, changed, found, import_url
from tests.functional.outcomes import digest_of

pytestmark = pytest.mark.skipif(not is_there(), reason="no Chromium (bindep.txt)")

OF_ADMIN = ("Admin", "Compute", "Images")
OF_PROJECT = ("Project", "Compute", "Images")
FORMAT = "QCOW2 - QEMU Emulator"


@pytest.fixture
def window(dashboard_cloud: Cloud) -> Iterator[Browser]:
    """A browser before the Dashboard as it comes."""
    with opened(dashboard_cloud) as window:
        yield window


@pytest.fixture
def window_with_url(dashboard_cloud: Cloud) -> Iterator[Browser]:
    """A browser before a Dashboard that offers a URL, which Glance refuses."""
    with opened(dashboard_cloud, "dashboard-url") as window:
        yield window


@pytest.fixture
def window_with_locations(locations_cloud: Cloud) -> Iterator[Browser]:
    """The same with a Glance that takes it."""
    with opened(locations_cloud, "dashboard-url") as window:
        yield window


@pytest.fixture
def owner(dashboard_cloud: Cloud) -> Account:
    """An admin in a project of the test's own."""
    account = dashboard_cloud.account(roles=["admin"])
    define(account)
    return account


@pytest.fixture
def name() -> str:
    """One that no other test's image has: admins see all."""
    return f"debian-{uuid.uuid4().hex[:8]}"


def log_in(window: Browser, account: Account) -> None:
    who = account.credentials
    window.log_in(who.username, who.password)


def imported(cloud: Cloud, owner: Account, name: str, *options: str) -> dict[str, Any]:
    """The public image that import-url has made."""
    source = cloud.source.folder()
    url = source.put("disk.qcow2", BUILT)
    digest = ("--checksum", digest_of(BUILT))
    outcome = import_url(owner, url, name, "--public", *digest, *options)
    assert outcome.status == 0, outcome.stderr
    [image] = found(owner, name)
    return image


def fill_in(window: Browser, name: str, url: str) -> None:
    """The form for an image at a URL."""
    window.open_menu(*OF_ADMIN)
    window.click("Create Image")
    window.enter(name, "Image Name")
    window.choose("URL", "Source Type")
    window.enter(url, "Location")
    window.choose(FORMAT, "Format")
    window.click("Create Image")


class TestPage:
    def test_of_files_is_right(
        self, dashboard_cloud: Cloud, window: Browser, tmp_path: Path
    ) -> None:
        camera = Camera(tmp_path)
        reader = reader_of(dashboard_cloud, window, tmp_path, camera)
        admin = dashboard_cloud.admin()

        reader.follow(steps_of("From a file"))
        [first] = found(admin, "debian-13")
        reader.follow(steps_of("Replace it"))
        [second] = found(admin, "debian-13")
        reader.follow(steps_of("Deprecated images"))

        assert first["size"] == len(UPLOADED)
        old = admin.glance("GET", f"/v2/images/{first['id']}").json()
        assert (old["os_hidden"], old["lifecycle_state"]) == (True, "deprecated")
        assert second["lifecycle_family"] == old["lifecycle_family"] == "debian-13"
        data = admin.glance("GET", f"/v2/images/{second['id']}/file")
        assert data.content == BUILT
        assert found(admin, "debian-13") == []
        camera.assert_taken()

    def test_of_urls_is_right(
        self, locations_cloud: Cloud, window_with_locations: Browser, tmp_path: Path
    ) -> None:
        camera = Camera(tmp_path)
        reader = reader_of(locations_cloud, window_with_locations, tmp_path, camera)
        admin = locations_cloud.admin()

        reader.follow(steps_of("From a URL"))

        [at_url] = found(admin, "debian-13-at-url")
        [copied] = found(admin, "debian-13-imported")
        assert at_url["checksum"] is None
        assert at_url["locations"][0]["url"].startswith(reader.vendor)
        assert copied["checksum"]
        assert copied["locations"][0]["url"].startswith("file:")
        camera.assert_taken()


class TestShows:
    def test_metadata_of_an_import_under_the_titles_of_the_definitions(
        self, dashboard_cloud: Cloud, window: Browser, owner: Account, name: str
    ) -> None:
        image = imported(dashboard_cloud, owner, name)

        log_in(window, owner)
        window.open_menu(*OF_ADMIN)
        window.unfold(name)

        window.await_text("Image Lifecycle")
        window.await_text(f"Family {name}")
        window.await_text(f"Version {image['lifecycle_version']}")
        window.await_text("State active")
        window.await_text("Published Digest sha256:")

    def test_deprecated_image_on_its_page_and_in_no_list(
        self, dashboard_cloud: Cloud, window: Browser, owner: Account, name: str
    ) -> None:
        image = imported(dashboard_cloud, owner, name)
        imported(dashboard_cloud, owner, f"{name}-new")
        reason = ("--yes", "--reason", "Too old")
        outcome = owner.openstack("image", "deprecate", name, *reason)
        assert outcome.status == 0, outcome

        log_in(window, owner)
        for menu in (OF_ADMIN, OF_PROJECT):
            window.open_menu(*menu)
            window.await_row(f"{name}-new", "Active")
            assert name not in window.rows()
        window.open_page(f"/ngdetails/OS::Glance::Image/{image['id']}")

        window.await_text(name)
        window.await_text("lifecycle_deprecated_at")
        window.await_text("lifecycle_reason")
        window.await_text("Too old")

    def test_ordinary_user_what_is_public_and_not_hidden(
        self, dashboard_cloud: Cloud, window: Browser, owner: Account, name: str
    ) -> None:
        image = imported(dashboard_cloud, owner, name)
        hidden = imported(dashboard_cloud, owner, f"{name}-old")
        changed(owner, hidden["id"], os_hidden=True)
        private = imported(dashboard_cloud, owner, f"{name}-own")
        changed(owner, private["id"], visibility="private")
        user = dashboard_cloud.account()

        log_in(window, user)
        window.open_menu(*OF_PROJECT)
        window.await_row(name, "Active")
        rows = window.rows()
        text = window.text()
        window.unfold(name)
        window.await_text(f"Family {name}")
        window.open_page(f"/ngdetails/OS::Glance::Image/{hidden['id']}")
        window.await_text("lifecycle_family")

        assert f"{name}-old" not in rows
        assert f"{name}-own" not in rows
        assert "Admin" not in text.split()
        patch = json.dumps([{"op": "add", "path": "/lifecycle_hold", "value": "x"}])
        path = f"/v2/images/{image['id']}"
        refused = user.glance("PATCH", path, data=patch, headers=JSON_PATCH)
        assert refused.status_code == 403

    def test_ordinary_user_no_way_to_publish(
        self, dashboard_cloud: Cloud, window: Browser
    ) -> None:
        user = dashboard_cloud.account()

        log_in(window, user)
        window.open_menu(*OF_PROJECT)
        window.click("Create Image")
        window.enter("disk", "Image Name")

        assert {"Private", "Shared"} < {*window.labels()}
        assert "Public" not in window.labels()

    def test_compressed_file_as_queued_for_good(
        self,
        dashboard_cloud: Cloud,
        window: Browser,
        owner: Account,
        name: str,
        tmp_path: Path,
    ) -> None:
        packed = tmp_path / "disk.qcow2.gz"
        packed.write_bytes(gzip.compress(UPLOADED))

        log_in(window, owner)
        window.open_menu(*OF_ADMIN)
        window.click("Create Image")
        window.enter(name, "Image Name")
        window.choose_file(packed, "File")
        window.choose(FORMAT, "Format")
        window.click("Create Image")
        window.await_row(name, "Queued")
        [image] = found(owner, name)
        refused = rf"PUT /v2/images/{image['id']}/file .* \(HTTP/1.1 415\)"
        log = dashboard_cloud.folder.log("glance")
        window.until(lambda: re.search(refused, log.read_text()))

        window.open_menu(*OF_ADMIN)
        window.await_row(name, "Queued")
        assert "Error" not in window.text()


class TestUrl:
    def test_is_not_offered_by_a_dashboard_as_it_comes(
        self, window: Browser, owner: Account
    ) -> None:
        log_in(window, owner)
        window.open_menu(*OF_ADMIN)
        window.click("Create Image")
        window.enter("disk", "Image Name")

        labels = window.labels()

        assert any(label.startswith("File") for label in labels)
        assert not {"Source Type", "URL", "Location"} & {*labels}

    def test_is_refused_by_a_glance_as_it_comes_and_leaves_an_empty_image(
        self, window_with_url: Browser, owner: Account, name: str
    ) -> None:
        log_in(window_with_url, owner)
        fill_in(window_with_url, name, "http://127.0.0.1/disk.qcow2")

        window_with_url.await_text("not allowed to add locations")
        [left] = found(owner, name)
        assert (left["status"], left["size"]) == ("queued", None)

    def test_stays_where_the_bytes_are_read_from_each_time(
        self, locations_cloud: Cloud, window_with_locations: Browser, name: str
    ) -> None:
        owner = locations_cloud.account(roles=["admin"])
        define(owner)
        source = locations_cloud.source.folder()
        packed = gzip.compress(UPLOADED)
        url = source.put("disk.tar.gz", packed)

        log_in(window_with_locations, owner)
        fill_in(window_with_locations, name, url)
        window_with_locations.await_row(name, "Active")
        [image] = found(owner, name)
        file = f"/v2/images/{image['id']}/file"
        first = owner.glance("GET", file).content
        source.put("disk.tar.gz", BUILT)
        second = owner.glance("GET", file).content
        source.misbehave("disk.tar.gz", Status(404))
        third = owner.glance("GET", file)

        assert (image["disk_format"], image["checksum"]) == ("qcow2", None)
        assert first == packed
        assert second == BUILT[: len(packed)]
        assert (third.status_code, third.content) == (204, b"")
        assert [one["status"] for one in found(owner, name)] == ["active"]

    def test_is_read_by_everybody_who_sees_the_image(
        self, locations_cloud: Cloud, window_with_locations: Browser, name: str
    ) -> None:
        owner, user = (
            locations_cloud.account(roles=["admin"]),
            locations_cloud.account(),
        )
        define(owner)
        source = locations_cloud.source.folder()
        url = source.put("disk.qcow2", BUILT).replace("://", "://me:secret@")

        log_in(window_with_locations, owner)
        fill_in(window_with_locations, name, url)
        window_with_locations.await_row(name, "Active")
        [image] = found(owner, name)
        changed(owner, image["id"], visibility="public")

        [seen] = found(user, name)
        assert seen["locations"][0]["url"] == url
