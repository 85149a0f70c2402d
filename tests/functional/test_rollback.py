# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What ``image rollback`` brings back, what it keeps out, and what it refuses."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.functional.families import changed, found, listed
from tests.functional.generations import (
    FAMILY,
    NEW,
    NEWER,
    OLD,
    ONLY_READS,
    by_hand,
    current,
    done,
    everything,
    planned,
    refused,
    retired,
    roll_back,
    rotate,
    serve,
    shown,
    version,
)
from tests.functional.outcomes import digest_of


def three(account: Account, **fields: Any) -> tuple[str, str, str]:
    """The IDs of a family's versions; the last one is current."""
    return (
        retired(account, 1, 2, content=OLD, **fields),
        retired(account, 2, 3, content=NEW, **fields),
        version(account, 3, content=NEWER, **fields),
    )


def test_each_rollback_goes_one_further_back_and_no_byte_moves(
    cloud: Cloud, admin: Account
) -> None:
    stranger, name = cloud.account(), f"debian-{uuid.uuid4().hex}"
    first, second, third = three(admin, name=name, visibility="public")

    told = done(roll_back(admin, name=name), "rolled back")

    [image] = found(stranger, name)
    assert (image["id"], image) == (second, current(admin, name))
    assert stranger.glance("GET", image["file"]).content == NEW
    new = {"new_id": second, "new_version": "v2", "generation": 4, "repaired": []}
    old = {"old_id": third, "old_version": "v3", "old_state": "deprecated"}
    assert {name: told[name] for name in (*new, *old)} == {**new, **old}
    gone = ["before", "replacement", "reason", "deprecated_at", "retired_at"]
    assert not {f"lifecycle_{each}" for each in gone} & image.keys()
    assert digest_of(NEWER) in json.loads(image["lifecycle_blocked"])
    was = shown(admin, third)
    assert (was["os_hidden"], was["lifecycle_reason"]) == (True, "rolled back")
    assert was["lifecycle_replacement"] == second

    again = done(roll_back(admin, "--reason", "worse", name=name), "rolled back")

    assert (again["new_id"], again["old_id"], again["generation"]) == (first, second, 5)
    assert [one["id"] for one in found(stranger, name)] == [first]
    assert shown(admin, second)["lifecycle_reason"] == "worse"
    refused(roll_back(admin, name=name), "no earlier version", "--to")
    assert current(admin, name)["id"] == first


@pytest.mark.parametrize(
    ("fields", "advised"),
    [
        ({}, "lifecycle show"),
        ({"image_source": "https://vendor.example/disk.img"}, "rotate"),
        ({"image_source": "private"}, "lifecycle show"),
    ],
    ids=["unknown", "known", "of-a-file"],
)
def test_only_version_is_told_as_such_and_not_offered_for_going_back(
    fields: dict[str, str], advised: str, member: Account
) -> None:
    only = version(member, **fields)

    outcome = roll_back(member)

    command = f"openstack image {advised} -- {FAMILY}"
    refused(outcome, "v1 is its only one", command)
    assert "--to" not in outcome.stderr
    assert current(member)["id"] == only


def test_named_version_is_brought_back_once(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    first, _, third = three(member)

    told = done(roll_back(member, "--to", "v1"), "rolled back")
    before = everything(member)
    again = done(roll_back(through, "--to", "v1"), "unchanged")
    by_id = done(roll_back(through, "--to", first), "unchanged")

    assert (told["new_id"], told["old_id"]) == (first, third)
    assert again["new_id"] == by_id["new_id"] == current(member)["id"] == first
    assert before_glance.methods() <= ONLY_READS
    assert everything(member) == before
    # What was rolled back comes again when it is named, and is no longer kept out.
    back = done(roll_back(member, "--to", third), "rolled back")
    assert (back["new_id"], current(member)["id"]) == (third, third)
    assert json.loads(current(member)["lifecycle_blocked"]) == [
        each
        for each in json.loads(shown(member, third)["lifecycle_blocked"])
        if each != digest_of(NEWER)
    ]


def test_bytes_that_were_rolled_back_stay_out_until_they_are_forced(
    member: Account, through: Account, before_glance: Proxy, source: Source
) -> None:
    old = retired(member, 1, 2, content=OLD)
    new = version(member, 2, content=NEW, image_source=source.put("disk.img", NEW))
    done(roll_back(member), "rolled back")
    # Even when no version has them any more.
    assert member.glance("DELETE", f"/v2/images/{new}").status_code == 204
    before = everything(member)
    result = "unchanged (rolled back)"

    told = done(rotate(through, *serve(source, NEW)), result)

    assert told["new_id"] == old
    assert before_glance.methods() <= ONLY_READS
    built = by_hand(member, NEW)
    before[built] = shown(member, built)
    done(rotate(member, "--image", built), result)
    unverified = ["--url", source.url("disk.img"), "--allow-unverified"]
    done(rotate(member, *unverified), result)
    assert everything(member) == before

    forced = done(rotate(member, *serve(source, NEW), "--force"))

    image = current(member)
    assert (forced["new_id"], forced["old_id"]) == (image["id"], old)
    assert digest_of(NEW) not in image.get("lifecycle_blocked", "")
    assert member.glance("GET", image["file"]).content == NEW


def test_blocked_bytes_stay_out_when_other_versions_have_come_since(
    member: Account, source: Source
) -> None:
    retired(member, 1, 2, content=OLD)
    version(member, 2, content=NEW)
    done(roll_back(member), "rolled back")
    newer = done(rotate(member, *serve(source, NEWER)))

    done(rotate(member, *serve(source, NEW)), "unchanged (rolled back)")

    assert current(member)["id"] == newer["new_id"]
    # The one that was rolled back is passed by.
    assert done(roll_back(member), "rolled back")["new_version"] == "v1"


def test_obsolete_version_is_reactivated_and_only_if_it_is_named(
    member: Account,
) -> None:
    first, second, third = three(member)
    changed(member, second, lifecycle_state="obsolete")
    assert member.glance("POST", f"/v2/images/{second}/actions/deactivate").ok

    plan = planned(roll_back(member, "--to", "v2", "--dry-run"))
    told = done(roll_back(member, "--to", "v2"), "rolled back")

    image = current(member)
    assert plan[0]["Step"] == "reactivate"
    assert (told["new_id"], image["id"], image["status"]) == (second, second, "active")
    assert "lifecycle_obsolete_at" not in image
    assert member.glance("POST", f"/v2/images/{third}/actions/deactivate").ok
    assert done(roll_back(member), "rolled back")["new_id"] == first


def test_what_its_retirement_changed_is_taken_back(
    member: Account, source: Source
) -> None:
    """Name, visibility, purpose, dates."""
    old = version(member, os_purpose="generic")
    retirement = ["--old-name={name} ({version})", "--old-private", "--delete-in=1d"]
    retirement += ["--os-purpose-old=oldgeneric", "--old-state=obsolete", "--yes"]
    done(rotate(member, *serve(source, NEW), *retirement))
    before = shown(member, old)
    assert (before["name"], before["status"]) == (f"{FAMILY} (v1)", "deactivated")

    done(roll_back(member, "--to", "v1"), "rolled back")

    image = current(member)
    assert (image["id"], image["name"]) == (old, FAMILY)
    assert (image["visibility"], image["os_purpose"]) == ("shared", "generic")
    assert "lifecycle_delete_at" not in image


def test_policy_tag_and_members_move_along(
    cloud: Cloud, admin: Account, member: Account
) -> None:
    policy = {"lifecycle_keep": "3", "replace_frequency": "monthly"}
    other = cloud.account()
    tag = uuid.uuid4().hex
    policy["lifecycle_tag"] = tag
    old = retired(member, 1, 2, content=OLD, lifecycle_keep="9", lifecycle_end_at="x")
    new = version(member, 2, content=NEW, tags=["lifecycle", tag], **policy)
    members = f"/v2/images/{new}/members"
    who = {"member": other.project_id}
    assert member.glance("POST", members, json=who).ok
    accepted = f"{members}/{other.project_id}"
    assert other.glance("PUT", accepted, json={"status": "accepted"}).ok
    before = everything(member)

    refused(roll_back(member), other.project_id, "--allow-pending-members")
    assert everything(member) == before
    assert [one["id"] for one in found(other, FAMILY)] == [new]
    told = done(roll_back(admin, "--project", member.project_id), "rolled back")

    # No number was used up by the one that was refused.
    assert told["generation"] == 3
    image = current(member)
    assert [one["id"] for one in found(other, FAMILY)] == [image["id"]] == [old]
    assert {name: image[name] for name in policy} == policy
    assert "lifecycle_end_at" not in image
    assert [one["id"] for one in listed(member, tag=tag)] == [old]
    assert listed(member, tag=tag, os_hidden="true") == []

    later = roll_back(member, "--to", new, "--allow-pending-members")
    assert done(later, "rolled back")["new_id"] == current(member)["id"] == new
    assert [one["id"] for one in listed(member, tag=tag)] == [new]


def test_what_can_not_be_brought_back_is_refused_and_nothing_changes(
    admin: Account, member: Account
) -> None:
    current_id = version(member)
    staged = version(member, 2, content=NEW, os_hidden=True, lifecycle_state="staged")
    path = f"/v2/images/{staged}"
    patch = json.dumps([{"op": "remove", "path": "/lifecycle_published_at"}])
    media = {"Content-Type": "application/openstack-images-v2.1-json-patch"}
    assert member.glance("PATCH", path, data=patch, headers=media).ok
    by_hand(member, name="other")
    cases = {
        (): "no earlier version",
        ("--to", "v9"): "no version 'v9'",
        ("--to", staged): "image rotate --image",
    }
    before = everything(member)

    for options, why in cases.items():
        refused(roll_back(member, *options), why)
    refused(roll_back(member, "--dry-run"), "no earlier version")
    refused(roll_back(member, name="other"), "but is not in a family")
    # Of whichever project has a family of that name.
    refused(roll_back(admin), "has a family of that name", "--project")

    assert everything(member) == before
    assert current_id in before


def test_version_before_one_that_was_deleted_is_the_one_to_go_back_to(
    member: Account, source: Source
) -> None:
    _, second, third = three(member)
    assert member.glance("DELETE", f"/v2/images/{third}").status_code == 204

    plan = planned(roll_back(member, "--dry-run"))
    told = done(roll_back(member), "rolled back")

    assert plan[0]["Image"] == second
    assert (told["new_id"], told["old_id"]) == (second, None)
    # Nothing of it was rolled back.
    assert "lifecycle_blocked" not in current(member)
    assert done(rotate(member, *serve(source, NEW)), "unchanged")["new_id"] == second


def test_where_the_next_build_comes_from_is_not_rolled_back(
    member: Account, source: Source
) -> None:
    urls = [source.put(f"{place}.img", NEW) for place in ("dated", "current")]
    retired(member, 1, 2, content=OLD, image_source=urls[0])
    version(member, 2, content=NEWER, image_source=urls[1])
    done(roll_back(member), "rolled back")

    told = done(rotate(member, "--allow-unverified"))

    assert told["source"] == urls[1]
    assert told["old_version"] == "v1"


def test_label_of_two_versions_is_never_guessed(member: Account) -> None:
    same = {"lifecycle_version": "20260301"}
    ids = [
        retired(member, 1, 2, content=OLD, **same),
        retired(member, 2, 3, content=NEW, **same),
    ]
    version(member, 3, content=NEWER)

    refused(roll_back(member, "--to", "20260301"), "matches 2 versions", *ids)
    told = done(roll_back(member, "--to", ids[0]), "rolled back")

    assert told["new_id"] == ids[0]


def test_refusal_for_members_sake_leaves_a_private_version_private(
    cloud: Cloud, member: Account
) -> None:
    other = cloud.account()
    old = retired(member, 1, 2, content=OLD, visibility="private")
    members = f"/v2/images/{version(member, 2, content=NEW)}/members"
    assert member.glance("POST", members, json={"member": other.project_id}).ok
    accepted = f"{members}/{other.project_id}"
    assert other.glance("PUT", accepted, json={"status": "accepted"}).ok
    before = everything(member)

    wider = roll_back(member, "--shared")
    refused(wider, other.project_id, "--allow-pending-members")

    assert everything(member) == before
    assert other.glance("GET", f"/v2/images/{old}").status_code == 404


def test_dry_run_tells_the_plan_and_only_reads(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    first, second, third = three(member, lifecycle_keep="3")
    before = everything(member)

    plans = [
        planned(roll_back(through, *options, "--dry-run"))
        for options in ([], ["--to", "v1"], ["--to", third])
    ]

    assert before_glance.methods() <= ONLY_READS
    assert everything(member) == before
    for plan, target in zip(plans, (second, first), strict=False):
        assert [step["Step"] for step in plan] == ["announce", "show", "hide"]
        assert [step["Image"] for step in plan] == [third, target, third]
    assert [step["Step"] for step in plans[2]] == ["keep"]


def test_F85_version_that_was_deactivated_in_an_emergency_is_left_behind(
    member: Account, source: Source
) -> None:
    private = {"visibility": "private", "lifecycle_tag": "old"}
    first = retired(member, 1, 2, content=OLD, **private)
    bad = version(member, 2, content=NEW, lifecycle_keep="3")
    assert member.glance("POST", f"/v2/images/{bad}/actions/deactivate").ok

    told = done(roll_back(member, "--shared"), "rolled back")

    image = current(member)
    assert (told["new_id"], image["id"]) == (first, first)
    assert (image["visibility"], image["lifecycle_keep"]) == ("shared", "3")
    assert "lifecycle_tag" not in image
    assert shown(member, bad)["os_hidden"] is True
    done(rotate(member, *serve(source, NEW)), "unchanged (rolled back)")


def test_what_a_person_deprecated_comes_back_only_if_it_is_named(
    member: Account,
) -> None:
    first = retired(member, 1, 2, content=OLD)
    last = version(member, 2, content=NEW)
    deprecated = member.openstack("image", "deprecate", FAMILY, "--yes")
    assert deprecated.status == 0, deprecated

    assert done(roll_back(member), "rolled back")["new_id"] == first
    assert done(roll_back(member, "--to", last), "rolled back")["old_id"] == first

    assert current(member)["id"] == last
