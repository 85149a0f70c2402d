# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a user may not do, a cloud can't do, or another owner's image stands against."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.images import boot_sector
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.functional.families import (
    CONTENT,
    LISTING,
    filled,
    found,
    import_url,
    made,
)
from tests.functional.outcomes import images, refused

NAME = "debian-13"
LARGE_BYTES = 256 << 20
FIRST_BLOCKS_BYTES = 64 << 20
"""What is under way once the first block was read: the window over the source, queues,
the kernel's buffers."""

ZIP_MAGIC = b"PK\x03\x04"
PUBLICIZE = "not authorized to complete publicize_image action"
COMMUNITIZE = (
    b"<html><head><title>403 Forbidden</title></head><body><h1>403 Forbidden</h1>"
    b"You are not authorized to complete communitize_image action.<br /></body></html>"
)


@pytest.fixture
def name() -> str:
    """A name that no other test's public image bears."""
    return f"debian-{uuid.uuid4().hex}"


def large(folder: Path, first: bytes) -> Path:
    """A file of which nobody wants to have fetched more than the first bytes."""
    path = folder / "large"
    path.write_bytes(first)
    with path.open("r+b") as file:
        file.truncate(LARGE_BYTES)
    return path


@pytest.mark.parametrize(
    "first",
    [
        pytest.param(boot_sector(), id="F49-raw"),
        pytest.param(ZIP_MAGIC, id="F49-zip"),
    ],
)
def test_missing_right_is_the_answer_to_the_POST_before_the_bytes_are_fetched(
    first: bytes,
    cloud: Cloud,
    member: Account,
    through: Account,
    before_glance: Proxy,
    source: Source,
    tmp_path: Path,
) -> None:
    url = source.put("disk.img", large(tmp_path, first))

    outcome = import_url(through, url, NAME, "--public")

    refused(cloud, member, outcome, PUBLICIZE, "Or choose --private, --community")
    # A trial; or the ticket of its number, and its record.
    assert len(before_glance.matching("POST", LISTING)) <= 2
    assert before_glance.methods() <= {"GET", "POST", "DELETE"}
    assert source.wait_for("disk.img", ended=True).sent < FIRST_BLOCKS_BYTES


def test_F49_cloud_without_community_images_says_so_once(
    cloud: Cloud,
    member: Account,
    through: Account,
    before_glance: Proxy,
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)
    before_glance.on("POST", LISTING).answer(403, COMMUNITIZE)

    outcome = import_url(through, url, NAME, "--community")

    refused(
        cloud, member, outcome, "communitize_image", "Or choose --private or --shared"
    )
    assert len(before_glance.matching("POST", LISTING)) == 1


def test_F49_reader_is_told_that_the_role_is_too_small(
    cloud: Cloud, reader: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)

    outcome = import_url(reader, url, NAME)

    refused(cloud, reader, outcome, "add_image", "(403)", "the role 'member'")


def test_F71_cloud_that_can_not_hide_images_is_refused_before_anything_is_asked(
    cloud: Cloud,
    member: Account,
    through: Account,
    before_glance: Proxy,
    source: Source,
) -> None:
    url = source.put("disk.img", CONTENT)
    before_glance.on("GET", "^/versions").answer(
        200, b'{"versions": [{"id": "v2.6", "status": "CURRENT"}, {"id": "v1.0"}]}'
    )

    outcome = import_url(through, url, NAME)

    refused(cloud, member, outcome, "it is version 2.6", "2.7 (Rocky)")
    assert before_glance.matching("GET", LISTING) == []
    assert source.requests("disk.img") == []


@pytest.mark.parametrize(
    "visibility",
    [
        pytest.param("private", id="F75-private"),
        pytest.param("shared", id="F75-shared"),
    ],
)
def test_image_that_only_an_admin_sees_in_another_project_is_not_touched(
    visibility: str, admin: Account, member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    theirs = made(member, name=NAME, visibility=visibility)
    before = member.glance("GET", f"/v2/images/{theirs}").json()

    outcome = import_url(admin, url, NAME)

    assert outcome.status == 0, outcome.stderr
    assert [one["name"] for one in images(admin)] == [NAME]
    assert member.glance("GET", f"/v2/images/{theirs}").json() == before


def test_F108_name_of_another_owners_public_image_is_refused_unless_it_is_allowed(
    admin: Account, member: Account, source: Source, name: str
) -> None:
    url = source.put("disk.img", CONTENT)
    theirs = made(admin, name=name, visibility="public")

    refusal = import_url(member, url, name)
    nothing = images(member)
    allowed = import_url(member, url, name, "--allow-duplicate")

    assert refusal.status == 1
    for word in (f"'{name}'", theirs, admin.project_id, "--project", "--allow-dup"):
        assert word in refusal.stderr
    assert nothing == []
    assert allowed.status == 0, allowed.stderr
    assert [one["name"] for one in images(member)] == [name]
    assert {one["owner"] for one in found(member, name)} == {
        admin.project_id,
        member.project_id,
    }


def test_F108_name_of_another_owners_shared_image_is_refused(
    cloud: Cloud, member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    other = cloud.account()
    theirs = made(other, name=NAME, visibility="shared")
    member_id = {"member": member.project_id}
    other.glance("POST", f"/v2/images/{theirs}/members", json=member_id)
    membership = f"/v2/images/{theirs}/members/{member.project_id}"
    assert member.glance("PUT", membership, json={"status": "accepted"}).ok

    outcome = import_url(member, url, NAME)

    refused(cloud, member, outcome, "the shared image", theirs, other.project_id)


def test_F108_second_visible_image_of_the_own_project_is_never_allowed(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    own = made(member, name=NAME)
    filled(member, own)
    before = images(member)

    outcome = import_url(member, url, NAME, "--allow-duplicate")

    assert outcome.status == 1
    assert own in outcome.stderr
    assert "openstack image rotate" in outcome.stderr
    assert images(member) == before
    assert source.requests("disk.img") == []


def test_F108_name_that_was_taken_while_the_bytes_moved_is_refused_at_the_end(
    member: Account, through: Account, before_glance: Proxy, source: Source
) -> None:
    url = source.put("disk.img", CONTENT)
    before_glance.on("PUT", "/file$").call(lambda: made(member, name=NAME))

    outcome = import_url(through, url, NAME)

    assert outcome.status == 1
    assert "'debian-13' is taken" in outcome.stderr
    assert [(one["name"], one["status"]) for one in images(member)] == [
        (NAME, "queued")
    ]
