# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""A Glance that lists three images at once, whatever it is asked for (F129)."""

from __future__ import annotations

import json
import urllib.parse
from collections.abc import Callable

import pytest

from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.proxy import Proxy
from tests.cloud.proxy.rules import Answer
from tests.functional.families import LISTING, changed
from tests.functional.generations import (
    FAMILY,
    NEW,
    by_hand,
    current,
    done,
    refused,
    retired,
    roll_back,
    rotate,
    version,
)
from tests.functional.outcomes import digest_of, images


@pytest.fixture
def owner(small_pages_cloud: Cloud) -> Account:
    """An ordinary user in a project of their own."""
    return small_pages_cloud.account()


@pytest.fixture
def before_glance(owner: Account, proxy: Callable[[str], Proxy]) -> Proxy:
    """A proxy before Glance."""
    return proxy(owner.glance_url)


@pytest.fixture
def through(owner: Account, before_glance: Proxy) -> Account:
    """The same user, who reaches Glance through that proxy."""
    return owner.through(before_glance.url)


def versions(account: Account, count: int) -> list[str]:
    """The IDs of so many versions, the newest first: the order of a listing."""
    old = [retired(account, number, number + 1) for number in range(1, count)]
    return [version(account, count), *reversed(old)]


def seen(account: Account, *options: str) -> list[str]:
    """The IDs that the command lists, sorted."""
    command = ["image", "lifecycle", "list", "-f", "json", *options]
    outcome = account.openstack(*command, "--project", account.project_id)
    assert outcome.status == 0, outcome
    return sorted(row["ID"] for row in outcome.json())


def test_F129_a_family_of_three_pages_is_listed_checked_rotated_and_rolled_back(
    owner: Account, small_pages_cloud: Cloud
) -> None:
    newest, *older = versions(owner, 8)
    due = older[-1]
    changed(owner, due, lifecycle_delete_at="2026-05-01T00:00:00Z")
    strangers = [by_hand(owner, b"theirs") for _ in range(4)]
    url = small_pages_cloud.source.folder().put("disk.img", NEW)

    listed = seen(owner, "--family", FAMILY, "--long"), seen(owner, "--unmanaged")
    check = owner.openstack("image", "lifecycle", "check", "-f", "json")
    rotated = done(rotate(owner, "--url", url, "--checksum", digest_of(NEW)))
    offered = current(owner)
    rolled_back = done(roll_back(owner), "rolled back")

    assert listed == (sorted([newest, *older]), sorted(strangers))
    assert due in {row["Image"] for row in check.json()}
    assert (rotated["old_id"], offered["lifecycle_generation"]) == (newest, "9")
    assert current(owner)["id"] == rolled_back["new_id"] == newest
    assert len(images(owner)) == 8 + 4 + 1


def test_F129_adopted_images_of_several_pages_have_each_a_number(
    owner: Account,
) -> None:
    own = [
        by_hand(owner, name=f"debian-13-2026030{day}", os_hidden=True)
        for day in range(1, 6)
    ]
    adopt = ["image", "lifecycle", "set", "-f", "json", "--family", FAMILY]

    first, second = owner.openstack(*adopt, *own), owner.openstack(*adopt, *own)

    assert {row["Result"] for row in first.json()} == {"adopted"}
    assert {row["Result"] for row in second.json()} == {"unchanged"}
    ranks = {int(one["lifecycle_generation"]) for one in images(owner)}
    assert ranks == {1, 2, 3, 4, 5}


def test_F64_a_listing_whose_marker_is_deleted_begins_anew_and_tells_each_once(
    owner: Account, through: Account, before_glance: Proxy
) -> None:
    own = sorted(by_hand(owner) for _ in range(4))
    markers: list[str] = []

    def delete() -> None:
        # Of images of one second nobody knows which is the last of a page.
        asked = urllib.parse.parse_qs(before_glance.sent[-1].query)
        markers.extend(asked["marker"])
        owner.glance("DELETE", f"/v2/images/{markers[0]}")

    before_glance.on("GET", LISTING, nth=2).call(delete)

    listed = seen(through, "--unmanaged")

    assert owner.glance("GET", f"/v2/images/{markers[0]}").status_code == 404
    assert listed == own


def test_F129_a_link_to_the_next_page_leads_to_no_other_host(
    owner: Account,
    through: Account,
    before_glance: Proxy,
    proxy: Callable[[str], Proxy],
) -> None:
    own = sorted(by_hand(owner) for _ in range(4))
    elsewhere = proxy(owner.glance_url)

    def astray() -> Answer:
        query = before_glance.sent[-1].query
        page = owner.glance("GET", f"/v2/images?{query}").json()
        if "next" in page:
            page["next"] = f"{elsewhere.url}/other{page['next']}"
        return Answer(200, json.dumps(page).encode())

    before_glance.on("GET", LISTING).answer_with(astray)

    listed = seen(through, "--unmanaged")

    assert (listed, elsewhere.sent) == (own, [])


def test_F129_pages_that_go_round_in_circles_are_an_error(
    owner: Account, through: Account, before_glance: Proxy
) -> None:
    by_hand(owner)
    query = "limit=1000&marker=00000000-0000-0000-0000-000000000000"
    page = {"images": [], "next": f"/v2/images?{query}"}
    before_glance.on("GET", LISTING).answer(200, json.dumps(page).encode())

    outcome = roll_back(through)

    refused(outcome, "Images could not be listed", "an earlier one")
