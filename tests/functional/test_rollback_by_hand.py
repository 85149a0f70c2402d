# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Rollbacks and rotations of families that a person has changed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.functional.families import changed, found, removed
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
from tests.functional.remedies import advised, run_as_printed

HIDDEN = {"os_hidden": True}
RENAMED = {"os_hidden": True, "name": "bad"}


def ids(images: list[dict[str, Any]]) -> list[str]:
    return [image["id"] for image in images]


def let_go_of(account: Account, own_id: str) -> None:
    """Take an image out of its family by our own command."""
    outcome = account.openstack("image", "lifecycle", "unset", "--all", own_id)
    assert outcome.status == 0, outcome


def forget(account: Account, own_id: str) -> None:
    """Take the proof away that its properties were written for it."""
    outcome = account.openstack("image", "unset", "--property", "lifecycle_id", own_id)
    assert outcome.status == 0, outcome


class TestNameThatAnUnmanagedImageBears:
    @pytest.mark.parametrize("lose", [let_go_of, forget])
    def test_F136_version_that_left_its_family_keeps_a_rollback_from_showing_another(
        self, lose: Any, member: Account, through: Account, before_glance: Proxy
    ) -> None:
        first, second = retired(member, 1, 2, content=OLD), version(member, 2)
        lose(member, second)
        before = everything(member)

        for options in ([], ["--to", first], ["--dry-run"]):
            refused(roll_back(through, *options), second, "lifecycle set", "set --hid")

        assert before_glance.methods() <= ONLY_READS
        assert everything(member) == before
        assert ids(found(member, FAMILY)) == [second]

    @pytest.mark.parametrize("remedy", ["image lifecycle set", "image set --hidden"])
    def test_F136_each_remedy_works_as_printed(
        self, remedy: str, member: Account
    ) -> None:
        first, second = retired(member, 1, 2, content=OLD), version(member, 2)
        let_go_of(member, second)

        commands = advised(roll_back(member).stderr)
        [command] = [one for one in commands if remedy in one]
        run_as_printed(member, command)

        assert done(roll_back(member), "rolled back")["new_id"] == first
        assert ids(found(member, FAMILY)) == [first]
        assert shown(member, second)["os_hidden"] is True

    def test_F136_nor_does_a_repair_show_a_version_beside_it(
        self, member: Account
    ) -> None:
        """A run had hidden it for a version that never came."""
        first = retired(member, 1, 2, content=OLD)
        version(member, 2, content=NEW, lifecycle_state="staged", **HIDDEN)
        removed(member, ids(hidden_of(member))[-1], "lifecycle_published_at")
        stranger = by_hand(member, NEWER, name=FAMILY)
        before = everything(member)

        refused(roll_back(member), stranger)

        assert everything(member) == before
        assert ids(found(member, FAMILY)) == [stranger]
        assert shown(member, first)["os_hidden"] is True

    def test_F136_name_that_another_project_s_image_has_is_refused_unless_allowed(
        self, cloud: Cloud, admin: Account
    ) -> None:
        """All versions were adopted under names of their own."""
        family = f"debian-{admin.project_id}"
        told = {"name": family, "visibility": "public"}
        first = retired(admin, 1, 2, content=OLD, **told)
        changed(admin, first, name="Debian 12")
        changed(admin, version(admin, 2, **told), name="Debian 13")
        other = cloud.account(roles=["admin"])
        stranger = by_hand(other, NEWER, **told)
        before = everything(admin)

        for options in (["--dry-run"], []):
            outcome = roll_back(admin, *options, name=family)
            refused(outcome, stranger, "--allow-duplicate")

        assert everything(admin) == before
        done(roll_back(admin, "--allow-duplicate", name=family), "rolled back")
        assert {*ids(found(other, family))} == {first, stranger}


def hidden_of(account: Account) -> list[dict[str, Any]]:
    """The hidden versions, by generation."""
    images = everything(account).values()
    hidden = [image for image in images if image["os_hidden"]]
    return sorted(hidden, key=lambda one: str(one.get("lifecycle_generation")))


class TestCurrentVersionThatAPersonHasHidden:
    @pytest.mark.parametrize("by_hand", [HIDDEN, RENAMED], ids=["hidden", "renamed"])
    def test_F144_rotation_that_brings_nothing_new_leaves_it_hidden_and_says_so(
        self,
        by_hand: dict[str, Any],
        member: Account,
        through: Account,
        before_glance: Proxy,
        source: Source,
    ) -> None:
        retired(member, 1, 2, content=OLD)
        last = version(member, 2, content=NEW)
        changed(member, last, **by_hand)
        before = everything(member)

        told = done(rotate(through, *serve(source, NEW)), "unchanged")
        plan = planned(rotate(through, *serve(source, NEW), "--dry-run"))

        assert before_glance.methods() <= ONLY_READS
        assert everything(member) == before
        assert found(member, FAMILY) == []
        assert [(step["Step"], step["Image"]) for step in plan] == [("keep", last)]
        assert "was hidden" in told["note"] == plan[0]["Reason"]
        [command] = advised(told["note"])
        run_as_printed(member, command)
        assert current(member)["id"] == last

    @pytest.mark.parametrize("by_hand", [HIDDEN, RENAMED], ids=["hidden", "renamed"])
    def test_F144_rollback_shows_the_version_before_it_alone(
        self,
        by_hand: dict[str, Any],
        member: Account,
        through: Account,
        before_glance: Proxy,
    ) -> None:
        first = retired(member, 1, 2, content=OLD)
        last = version(member, 2, content=NEW)
        changed(member, last, **by_hand)

        plan = planned(roll_back(member, "--dry-run"))
        told = done(roll_back(through), "rolled back")

        assert {step["Image"] for step in plan if step["Step"] == "show"} == {first}
        assert (told["new_id"], current(member)["id"]) == (first, first)
        sent = before_glance.matching("PATCH", rf"/v2/images/{last}$")
        assert not [one for one in sent if b'/os_hidden", "value": false' in one.body]
        left = shown(member, last)
        assert (left["os_hidden"], left["lifecycle_state"]) == (True, "deprecated")

    def test_F144_rotation_that_brings_something_new_offers_that(
        self, member: Account, source: Source
    ) -> None:
        first = retired(member, 1, 2, content=OLD)
        last = version(member, 2, content=NEW, lifecycle_keep="3")
        changed(member, last, **HIDDEN)

        told = done(rotate(member, *serve(source, NEWER)))

        image = current(member)
        assert (told["new_id"], image["lifecycle_keep"]) == (image["id"], "3")
        assert shown(member, last)["os_hidden"] is True
        # What was taken out stays out of what is found by itself, later as well.
        assert done(roll_back(member), "rolled back")["new_id"] == first
        assert done(roll_back(member, "--to", last), "rolled back")["new_id"] == last
        assert current(member)["id"] == last

    def test_F144_rollback_without_a_version_before_it_names_it_and_shows_nothing(
        self, member: Account
    ) -> None:
        last = version(member)
        changed(member, last, **HIDDEN)
        before = everything(member)

        outcome = roll_back(member)

        refused(outcome, "no earlier version", "version v1 was hidden")
        assert everything(member) == before
        [command] = advised(outcome.stderr)
        run_as_printed(member, command)
        assert current(member)["id"] == last

    def test_F144_version_that_is_shown_beside_it_stays_the_current_one(
        self, member: Account, source: Source
    ) -> None:
        """Rolled back with the stock client, as the documentation has it."""
        first = retired(member, 1, 2, content=OLD)
        last = version(member, 2, content=NEW)
        changed(member, first, os_hidden=False)
        changed(member, last, **HIDDEN)

        told = done(rotate(member, *serve(source, NEW)), "unchanged")

        assert ids(found(member, FAMILY)) == [first]
        assert f"rollback --to {last}" in told["note"]
        assert shown(member, last)["os_hidden"] is True


class TestWhomAnEarlierVersionIsFor:
    def test_F145_dry_run_shows_members_and_visibility_as_the_run_makes_them(
        self, cloud: Cloud, admin: Account, member: Account
    ) -> None:
        before = '{"os_hidden": false, "visibility": "shared"}'
        told = {"visibility": "private", "lifecycle_before": before}
        old = retired(member, 1, 2, content=OLD, **told)
        new = version(member, 2, content=NEW)
        other = cloud.account()
        members = f"/v2/images/{new}/members"
        assert member.glance("POST", members, json={"member": other.project_id}).ok
        accepted = f"{members}/{other.project_id}"
        assert other.glance("PUT", accepted, json={"status": "accepted"}).ok
        project = ["--project", member.project_id]

        plan = planned(roll_back(admin, "--dry-run", *project))
        done(roll_back(admin, *project), "rolled back")

        steps = [(step["Step"], step["Image"], step["What"]) for step in plan]
        assert steps == [
            ("make", old, "version v1 shared"),
            ("share", old, f"with project {other.project_id}"),
            ("announce", new, steps[2][2]),
            ("show", old, "version v1"),
            ("hide", new, "version v2"),
        ]
        assert ids(found(other, FAMILY)) == [old]

    @pytest.mark.parametrize("by_hand", ["private", "community"])
    def test_F145_version_that_was_withdrawn_from_its_users_is_refused_unless_said(
        self, by_hand: str, cloud: Cloud, admin: Account
    ) -> None:
        name = f"debian-{admin.project_id}"
        told: dict[str, Any] = {"name": name, "visibility": "public"}
        old = retired(admin, 1, 2, content=OLD, **told)
        new = version(admin, 2, content=NEW, **told)
        changed(admin, old, visibility=by_hand)
        before, stranger = everything(admin), cloud.account()

        for options in (["--dry-run"], [], ["--to", "v1"]):
            outcome = roll_back(admin, *options, name=name)
            refused(outcome, old, f"it is {by_hand}", "v2 is public", "--public")

        assert everything(admin) == before
        plan = planned(roll_back(admin, "--dry-run", "--public", name=name))
        assert (plan[0]["Step"], plan[0]["What"]) == ("make", "version v1 public")
        done(roll_back(admin, "--public", name=name), "rolled back")
        assert ids(found(stranger, name)) == [old]
        assert shown(admin, new)["os_hidden"] is True

    def test_F145_version_is_never_made_private_for_the_sake_of_the_one_it_replaces(
        self, cloud: Cloud, admin: Account
    ) -> None:
        """In an emergency somebody has made the current one private."""
        name = f"debian-{admin.project_id}"
        told: dict[str, Any] = {"name": name, "visibility": "public"}
        old = retired(admin, 1, 2, content=OLD, **told)
        changed(admin, version(admin, 2, **told), visibility="private")

        refused(roll_back(admin, name=name), "it is public", "v2 is private")
        done(roll_back(admin, "--public", name=name), "rolled back")

        assert ids(found(cloud.account(), name)) == [old]

    def test_dry_run_refuses_what_the_run_refuses(
        self, cloud: Cloud, member: Account
    ) -> None:
        signed = {"img_signature": "c2lnbmVk", "img_signature_hash_method": "SHA-256"}
        retired(member, 1, 2, content=OLD)
        version(member, 2, content=NEW, **signed)
        before = everything(member)

        for options in (["--dry-run"], []):
            refused(roll_back(member, *options), "no signature", "--allow-unsigned")

        assert everything(member) == before
        told = done(roll_back(member, "--allow-unsigned"), "rolled back")
        assert current(member)["id"] == told["new_id"]
