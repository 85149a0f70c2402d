# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What somebody changes on the current version while its successor is fetched."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.cloud.accounts import Account
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.functional.families import FILE, JSON_PATCH, changed, found
from tests.functional.generations import (
    FAMILY,
    NEW,
    by_hand,
    current,
    done,
    rotate,
    shown,
    version,
)
from tests.functional.outcomes import digest_of
from tests.functional.rotations import CURRENT, Site
from tests.functional.writing import on_write, step, writes


def removed(account: Account, own_id: str, *names: str) -> None:
    operations = [{"op": "remove", "path": f"/{name}"} for name in names]
    answer = account.glance(
        "PATCH",
        f"/v2/images/{own_id}",
        data=json.dumps(operations),
        headers=JSON_PATCH,
    )
    assert answer.status_code == 200, answer.text


def test_F143_what_changes_while_the_new_version_is_fetched_is_carried_over(
    member: Account, through: Account, before_glance: Proxy, source: Source
) -> None:
    had = {"os_distro": "debian", "hw_disk_bus": "scsi", "said": "before", "gone": "x"}
    old = version(member, **had, tags=["lifecycle", "lts", "going"], min_disk=4)
    url = source.put("disk.img", NEW)

    def by_hand() -> None:
        told: dict[str, Any] = {"hw_disk_bus": "virtio", "said": "meanwhile"}
        told |= {"trait:CUSTOM_NEW": "required", "protected": True, "min_disk": 7}
        changed(member, old, **told, tags=["lifecycle", "lts", "coming"])
        removed(member, old, "gone")

    before_glance.on("PUT", FILE).call_after(by_hand)
    said = ["--property", "said=on the command line"]

    told = done(rotate(through, "--url", url, "--checksum", digest_of(NEW), *said))

    new = current(member)
    assert new["id"] == told["new_id"] != old
    assert (new["hw_disk_bus"], new["os_distro"]) == ("virtio", "debian")
    assert new["trait:CUSTOM_NEW"] == "required"
    assert new["said"] == "on the command line"
    assert "gone" not in new
    assert (new["protected"], new["min_disk"]) == (True, 7)
    assert sorted(new["tags"]) == ["coming", "lifecycle", "lts"]
    assert {"trait:CUSTOM_NEW", "protected"} <= {*told["carried_over"]}
    assert "gone" not in told["carried_over"]


def test_F143_an_image_that_becomes_a_version_keeps_what_it_has_of_its_own(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    old = version(member, hw_disk_bus="scsi", description="old")
    built = by_hand(member, hw_disk_bus="virtio")
    # As it is staged: what it takes over was read before.
    before_glance.on("PATCH", built, nth=1).call_after(
        lambda: changed(member, old, hw_disk_bus="ide", description="new", more="y")
    )

    done(rotate(through, "--image", built))

    new = current(member)
    assert new["id"] == built
    assert (new["hw_disk_bus"], new["description"]) == ("virtio", "new")
    assert new["more"] == "y"


@pytest.mark.parametrize("what", ["announce", "hide"])
def test_F143_member_who_comes_at_any_moment_finds_the_new_version(
    what: str, site: Site
) -> None:
    site.published(2, CURRENT, visibility="shared")
    [old] = [one["id"] for one in site.owner.listed(name=f"eq:{site.name}")]
    command = site.rotate_url()

    making = ["POST record", "POST record", "DELETE record", "PUT file", "stage"]
    steps = [*making, "announce", "offer", "hide"]
    on_write(site.proxy, steps.index(what) + 1, lambda: site.shared(old) and None)

    outcome = site.through.openstack(*command)

    assert outcome.status == 0, outcome.stderr
    assert what in [step(sent) for sent in writes(site.proxy)]
    members = {site.another.project_id: "accepted"}
    assert outcome.json()["members"] == members
    [new] = found(site.another, site.name)
    assert new["id"] == outcome.json()["new_id"]


def test_F143_members_that_can_not_be_carried_over_any_more_are_told(
    member: Account, through: Account, before_glance: Proxy, source: Source
) -> None:
    """The new version is offered by then."""
    old = version(member)
    url = source.put("disk.img", NEW)
    project = uuid.uuid4().hex
    members = f"/v2/images/{old}/members"

    def share() -> None:
        answer = member.glance("POST", members, json={"member": project})
        assert answer.status_code == 200, answer.text

    before_glance.on("PATCH", old, nth=1).call_after(share)
    before_glance.on("POST", "/members$").answer(413, b"Over quota")

    told = done(rotate(through, "--url", url, "--checksum", digest_of(NEW)))

    assert told["members"] == {}
    assert shown(member, old)["os_hidden"] is True
    assert current(member, FAMILY)["id"] == told["new_id"]
