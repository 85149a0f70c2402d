# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What ``image import-url`` makes of a good source, option by option."""

from __future__ import annotations

import gzip
import uuid
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import pytest

from osc_imagetools.lifecycle.model.generation import ticket_id
from tests.cloud import archives
from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.images import raw
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.cloud.source.faults import Headers, Stall
from tests.functional.families import (
    CONTENT,
    FILE,
    IMAGE,
    SIZE,
    ended,
    found,
    import_url,
    importing,
    made,
    the_image,
    version,
)
from tests.functional.outcomes import digest_of, images, refused

NAME = "debian-13"
PACKED = gzip.compress(CONTENT, 1)
DIGEST = digest_of(CONTENT)
BARE = DIGEST.partition(":")[2]
DIGEST_512 = digest_of(CONTENT, "sha512")

FIRST_OF_MARCH = Headers({"Last-Modified": "Sun, 01 Mar 2026 04:05:06 GMT"})


@pytest.fixture
def name() -> str:
    """A name that no other test's public image bears."""
    return f"debian-{uuid.uuid4().hex}"


CHECKSUMS = {
    "sha256-upper-case": (CONTENT, DIGEST.upper(), f"{DIGEST} wire"),
    "bare": (CONTENT, BARE, f"{DIGEST} wire"),
    "sha256-of-the-file": (PACKED, digest_of(PACKED), f"{digest_of(PACKED)} wire"),
    "sha512-of-the-image-in-it": (PACKED, DIGEST_512, f"{DIGEST_512} payload"),
}


@pytest.mark.parametrize(
    ("served", "checksum", "published"), CHECKSUMS.values(), ids=CHECKSUMS
)
def test_checksum(
    served: bytes, checksum: str, published: str, member: Account, source: Source
) -> None:
    url = source.put("disk.img", served)

    outcome = import_url(member, url, NAME, "--checksum", checksum)

    assert outcome.status == 0, outcome.stderr
    image = the_image(member, NAME)
    assert image["lifecycle_published_digest"] == published
    assert image["lifecycle_source_digest"] == digest_of(served)
    assert image["lifecycle_verified"] == published.partition(":")[0]
    assert outcome.json()["published_digest"] == published
    assert outcome.json()["unpacked"] == (["gzip"] if served == PACKED else [])


def test_checksum_url(member: Account, source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    listing = f"{'0' * 64}  other-disk.img\n{BARE} *disk.img\n"
    listing_url = source.put("SHA256SUMS", listing.encode())

    outcome = import_url(member, url, NAME, "--checksum-url", listing_url)

    assert outcome.status == 0, outcome.stderr
    image = the_image(member, NAME)
    assert image["lifecycle_published_digest"] == f"{DIGEST} wire"
    assert outcome.json()["verified"] == "sha256"


def test_allow_unverified(member: Account, source: Source) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Headers({"ETag": '"one"'}))

    outcome = import_url(member, url, NAME, "--allow-unverified")

    assert outcome.status == 0, outcome.stderr
    image = the_image(member, NAME)
    assert image["lifecycle_verified"] == outcome.json()["verified"] == "none"
    assert image["lifecycle_source_etag"] == '"one"'
    assert image["lifecycle_source_size"] == str(SIZE)
    assert "lifecycle_published_digest" not in image


SEEN_BY_OTHERS = {
    "public": (True, 200),
    "community": (False, 200),
    "shared": (False, 404),
    "private": (False, 404),
}
"""By visibility: whether a lookup by name finds it, and the answer to its ID."""


@pytest.mark.parametrize("visibility", SEEN_BY_OTHERS)
def test_visibility_decides_what_another_project_sees(
    visibility: str, cloud: Cloud, admin: Account, source: Source, name: str
) -> None:
    url = source.put("disk.img", CONTENT)
    other = cloud.account()

    outcome = import_url(admin, url, name, f"--{visibility}")

    assert outcome.status == 0, outcome.stderr
    own_id = outcome.json()["id"]
    is_listed, status = SEEN_BY_OTHERS[visibility]
    assert [one["id"] for one in found(other, name)] == [own_id] * is_listed
    assert other.glance("GET", f"/v2/images/{own_id}").status_code == status
    assert the_image(admin, name)["visibility"] == visibility


def test_description_and_every_property_as_another_user_reads_them(
    admin: Account, member: Account, source: Source, name: str
) -> None:
    url = source.put("disk.img", CONTENT)
    before = datetime.now(timezone.utc)

    outcome = import_url(
        admin,
        *(url, name, "--public", "--disk-format", "raw", "--min-disk", "5"),
        *("--property", "os_distro=debian", "--property", "empty=", "--tag", "one"),
        *("--tag", "two", "--image-version", "13.4", "--build-date", "2026-03-01"),
    )

    assert outcome.status == 0, outcome.stderr
    image = the_image(member, name)
    published_at = image.pop("lifecycle_published_at")
    ours = {k: v for k, v in image.items() if k.startswith(("lifecycle_", "image_"))}
    assert ours == {
        "lifecycle_id": image["id"],
        "lifecycle_family": name,
        "lifecycle_version": "13.4",
        "lifecycle_generation": "1",
        "lifecycle_state": "active",
        "lifecycle_source_digest": DIGEST,
        "lifecycle_published_digest": f"{DIGEST} wire",
        "lifecycle_verified": "sha256",
        "image_source": url,
        "image_build_date": "2026-03-01",
    }
    assert (image["os_distro"], image["empty"]) == ("debian", "")
    assert sorted(image["tags"]) == ["lifecycle", "one", "two"]
    assert (image["disk_format"], image["min_disk"]) == ("raw", 5)
    assert image["container_format"] == "bare"
    published = datetime.fromisoformat(published_at.replace("Z", "+00:00"))
    assert abs((published - before).total_seconds()) < 600


def test_member_of_an_archive(member: Account, source: Source) -> None:
    tar = archives.tar(
        archives.regular("image/other.raw", raw(4096)),
        archives.regular("image/disk.raw", CONTENT),
    )
    url = source.put("disk.tar.gz", gzip.compress(tar, 1))

    outcome = import_url(
        member, url, NAME, "--member", "*/d*.raw", "--allow-unverified"
    )

    assert outcome.status == 0, outcome.stderr
    assert the_image(member, NAME)["size"] == SIZE
    assert outcome.json()["member"] == "image/disk.raw"
    assert outcome.json()["unpacked"] == ["gzip", "tar"]


REFUSED = {
    "max-size": (["--max-size", "1M"], "more than 1048576 bytes"),
    "image-version-taken": (["--image-version", "one"], "already has a version one"),
    "stall-timeout": (
        ["--stall-timeout", "1", "--source-retries", "0"],
        "no data arrived for 1 seconds",
    ),
    "project-of-nobody": (["--project", "no-such"], "no-such"),
}


@pytest.mark.parametrize(("options", "says"), REFUSED.values(), ids=REFUSED)
def test_refused(
    options: list[str], says: str, member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Stall(after=SIZE * 3 // 4))
    earlier = version(NAME, 1, ticket_id(member.project_id, NAME, 1))
    made(member, **earlier, lifecycle_version="one")
    before = images(member)

    outcome = import_url(member, url, NAME, *options)

    assert outcome.status == 1
    assert says in outcome.stderr
    assert outcome.stdout == ""
    assert images(member) == before


def test_next_version_of_a_family_has_the_next_generation_and_label(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", FIRST_OF_MARCH)
    earlier = version(NAME, 1, ticket_id(member.project_id, NAME, 1))
    made(member, **earlier, lifecycle_version="20260301")

    outcome = import_url(member, url, NAME)

    assert outcome.status == 0, outcome.stderr
    image = the_image(member, NAME)
    assert image["lifecycle_version"] == outcome.json()["version"] == "20260301.2"
    assert image["lifecycle_generation"] == "2"
    assert image["image_build_date"] == "2026-03-01"
    assert len(images(member)) == 2


PROJECTS: dict[str, Callable[[Account], list[str]]] = {
    "name": lambda theirs: [theirs.project_name, "--project-domain", "Default"],
    "ID": lambda theirs: [theirs.project_id],
}


@pytest.mark.parametrize("project", PROJECTS.values(), ids=PROJECTS)
def test_admin_imports_for_a_project_by(
    project: Callable[[Account], list[str]],
    admin: Account,
    member: Account,
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)

    outcome = import_url(admin, url, NAME, "--project", *project(member))

    assert outcome.status == 0, outcome.stderr
    image = the_image(member, NAME)
    assert image["owner"] == outcome.json()["owner"] == member.project_id
    assert images(admin) == []


def test_ordinary_user_names_the_own_project(member: Account, source: Source) -> None:
    url = source.put("disk.img", CONTENT)

    outcome = import_url(member, url, NAME, "--project", member.project_name)

    assert outcome.status == 0, outcome.stderr
    assert the_image(member, NAME)["owner"] == member.project_id


def test_ordinary_user_may_not_import_for_another_project(
    cloud: Cloud, member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    other = cloud.account()

    outcome = import_url(member, url, NAME, "--project", other.project_id)

    refused(cloud, member, outcome, "(403)")
    assert images(other) == []


@pytest.mark.parametrize(
    "strange",
    [
        pytest.param("ubuntu:24.04, lts [x]", id="F83-colon-and-comma"),
        pytest.param("--public", id="F83-leading-dash"),
        pytest.param("2f7c0000-0000-4000-8000-000000000000", id="F83-UUID"),
    ],
)
def test_name(strange: str, member: Account, source: Source) -> None:
    url = source.put("disk.img", CONTENT)

    outcome = import_url(member, url, strange)

    assert outcome.status == 0, outcome.stderr
    assert the_image(member, strange)["lifecycle_family"] == strange
    assert outcome.json()["name"] == strange


def test_F83_name_with_a_colon_and_a_comma_is_found_when_it_is_taken(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    strange = "ubuntu:24.04, lts [x]"
    taken = made(member, name=strange)

    outcome = import_url(member, url, strange)

    assert outcome.status == 1
    assert taken in outcome.stderr
    assert [one["id"] for one in images(member)] == [taken]


def test_nobody_finds_the_image_under_its_name_before_it_is_verified(
    admin: Account,
    member: Account,
    source: Source,
    proxy: Callable[[str], Proxy],
    name: str,
) -> None:
    url = source.put("disk.img", CONTENT)
    source.misbehave("disk.img", Stall(after=SIZE - 1))
    before_glance = proxy(admin.glance_url)
    through = admin.through(before_glance.url)
    seen: list[dict[str, Any]] = []

    with importing(through, url, name, "--public") as client:
        put = before_glance.wait_for("PUT", FILE, body_size=SIZE // 2)
        while_stalled = [*found(member, name), *found(admin, name)]
        record = member.glance("GET", put.path.removesuffix("/file")).json()
        file = member.glance("GET", put.path)
        source.release("disk.img")
        while client.poll() is None:
            seen += found(member, name)
        outcome = ended(client)

    assert outcome.status == 0, outcome.stderr
    assert while_stalled == []
    assert (record["os_hidden"], record["status"]) == (True, "saving")
    assert record["name"] != name
    assert file.content == b""
    assert [one for one in seen if "lifecycle_verified" not in one] == []
    assert [one for one in seen if one["status"] != "active"] == []
    assert the_image(member, name)["id"] == outcome.json()["id"]


def test_nothing_touches_the_image_while_its_bytes_move(
    member: Account, source: Source, proxy: Callable[[str], Proxy]
) -> None:
    url = source.put("disk.img", CONTENT)
    before_glance = proxy(member.glance_url)

    outcome = import_url(member.through(before_glance.url), url, NAME, "--tag", "one")

    assert outcome.status == 0, outcome.stderr
    writes = [sent for sent in before_glance.sent if sent.method != "GET"]
    # The ticket of its number is another record, which is gone before.
    methods = [sent.method for sent in writes]
    assert methods == ["POST", "POST", "DELETE", "PUT", "PATCH"]
    assert [sent.status for sent in writes] == [201, 201, 204, 204, 200]
    own_path = f"/v2/images/{outcome.json()['id']}"
    of_the_image = [sent.path for sent in writes if sent.path.startswith(own_path)]
    assert of_the_image == [f"{own_path}/file", own_path]
    assert before_glance.sent[-1].fits("GET", IMAGE)


WRONG_USAGE = {
    "F14-unknown-algorithm": (["--checksum", f"crc32:{BARE}"], "unknown algorithm"),
    "F14-wrong-length": (["--checksum", f"sha512:{BARE}"], "128 hexadecimal digits"),
    "two-checksums": (
        ["--checksum", DIGEST, "--checksum-url", "http://127.0.0.1/x"],
        "not allowed with argument --checksum",
    ),
    "two-visibilities": (["--public", "--private"], "not allowed with argument"),
    "property-of-ours": (["--property", "lifecycle_run=x"], "written by the commands"),
}


@pytest.mark.parametrize(("options", "says"), WRONG_USAGE.values(), ids=WRONG_USAGE)
def test_wrong_usage_is_status_2(
    options: list[str], says: str, cloud: Cloud, member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)

    outcome = import_url(member, url, NAME, *options)

    refused(cloud, member, outcome, "image import-url: error:", says, status=2)
    assert source.requests("disk.img") == []
