# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Refusals in the middle of a rotation, and what others do to its images meanwhile.

Whatever it is, the name is found all along. Either the run ends as an undisturbed one
does; or it says why not, and the family is as it was, without any record beside it.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from osc_imagetools.glance.machine import THIS_MACHINE
from osc_imagetools.lifecycle.model.generation import ticket_id
from osc_imagetools.lifecycle.model.importing_name import importing_name
from osc_imagetools.lifecycle.model.run import Run
from tests.cloud.client import Outcome
from tests.cloud.cloud import Cloud
from tests.cloud.proxy.rules import Answer
from tests.functional.families import (
    FILE,
    LISTING,
    changed,
    dead_process,
    found,
    made,
    removed,
    version,
)
from tests.functional.outcomes import images
from tests.functional.rotations import (
    CURRENT,
    NEW,
    OLD,
    Site,
    differences,
    label,
)
from tests.functional.ways import WAYS, some
from tests.functional.writing import on_write, step, writes

MEMBERS = r"/members$"
QUOTA = b"<html><body><h1>413</h1>image_size_total is over limit of 1000</body></html>"


class TestRefused:
    """What a user may not do, or has no room for."""

    @pytest.mark.parametrize("way", ["url", "image"])
    def test_F49_who_may_not_publish_changes_nothing(
        self, way: str, cloud: Cloud, site: Site
    ) -> None:
        site.published(2, CURRENT)
        built = site.by_hand(NEW, name="built-here")
        before = site.left()
        ordinary = cloud.account(project=site.owner)
        command = site.rotate_url() if way == "url" else site.rotate("--image", built)

        outcome = ordinary.openstack(*command)

        assert (outcome.status, outcome.stdout) == (1, "")
        assert "publicize_image" in outcome.stderr
        assert differences(site.left(), before) == []
        assert site.found() == [label(2)]

    def test_F48_quota_that_has_no_room_for_two_is_named(self, site: Site) -> None:
        site.published(2, CURRENT)
        before = site.left()
        site.proxy.on("PUT", FILE).answer(413, QUOTA)

        outcome = site.through.openstack(*site.rotate_url())

        assert (outcome.status, outcome.stdout) == (1, "")
        assert "image_size_total is over limit of 1000 (413)" in outcome.stderr
        assert "an old and a new version coexist" in outcome.stderr
        assert differences(site.left(), before) == []
        assert site.found() == [label(2)]

    def test_F73_quota_of_members_leaves_the_pending_ones_behind_and_says_so(
        self, site: Site
    ) -> None:
        own_id = site.published(2, CURRENT, visibility="shared")
        member = {"member": site.another.project_id}
        site.owner.glance("POST", f"/v2/images/{own_id}/members", json=member)
        site.proxy.on("POST", MEMBERS).answer(413, b"Over quota")

        outcome = site.through.openstack(*site.rotate_url())

        assert outcome.status == 0, outcome.stderr
        assert outcome.json()["members"] == {}
        assert "image_member_quota" in outcome.stderr
        assert site.another.project_id in outcome.stderr


def test_F73_member_whose_project_is_gone_is_carried_over(site: Site) -> None:
    own_id = site.published(2, CURRENT)
    site.shared(own_id)
    gone = uuid.uuid4().hex
    members = f"/v2/images/{own_id}/members"
    site.owner.glance("POST", members, json={"member": gone})
    site.owner.glance("PUT", f"{members}/{gone}", json={"status": "accepted"})

    outcome = site.through.openstack(*site.rotate_url())

    assert outcome.status == 0, outcome.stderr
    carried = {gone: "accepted", site.another.project_id: "accepted"}
    assert outcome.json()["members"] == carried
    assert site.found() == [label(3)]


def test_F136_current_version_that_is_let_go_of_meanwhile_stays_the_only_one(
    site: Site,
) -> None:
    old = site.published(2, CURRENT)

    def let_go() -> None:
        removed(site.owner, old, "lifecycle_id")

    outcome = meanwhile(site, "stage", let_go)

    assert (outcome.status, outcome.stdout) == (1, ""), outcome
    assert old in outcome.stderr
    assert [one["id"] for one in images(site.owner)] == [old]
    assert [one["id"] for one in found(site.another, site.name)] == [old]


def test_F95_protected_old_version_is_retired_and_stays_protected(site: Site) -> None:
    old = site.published(2, CURRENT, protected=True)

    outcome = site.through.openstack(*site.rotate_url())

    assert outcome.status == 0, outcome.stderr
    assert outcome.json()["old_id"] == old
    assert [(one["os_hidden"], one["protected"]) for one in site.left()] == [
        (True, True),
        (False, True),
    ]
    assert site.found() == [label(3)]


class TestMeanwhile:
    """What others do to the old version, at any step."""

    @pytest.mark.parametrize("what", some(["announce", "hide"], ["stage", "offer"]))
    def test_F85_old_version_that_is_deactivated_meanwhile_is_retired(
        self, what: str, site: Site
    ) -> None:
        old = site.published(2, CURRENT)
        action = f"/v2/images/{old}/actions/deactivate"

        outcome = meanwhile(site, what, lambda: site.owner.glance("POST", action))

        assert outcome.status == 0, outcome.stderr
        assert outcome.json()["result"] == "rotated"
        assert site.found() == [label(3)]
        assert {one["id"]: one["os_hidden"] for one in images(site.owner)}[old] is True

    @pytest.mark.parametrize("what", some(["announce", "hide"], ["stage", "offer"]))
    def test_old_version_that_is_deleted_meanwhile_is_replaced_all_the_same(
        self, what: str, site: Site
    ) -> None:
        old = site.published(2, CURRENT)
        path = f"/v2/images/{old}"

        outcome = meanwhile(site, what, lambda: site.owner.glance("DELETE", path))

        assert outcome.status == 0, outcome.stderr
        assert outcome.json()["result"] == "rotated"
        assert site.found() == [label(3)]
        assert len(images(site.owner)) == 1

    @pytest.mark.parametrize("what", some(["announce", "offer"], ["stage"]))
    def test_F85_new_version_that_is_deactivated_meanwhile_replaces_nothing(
        self, what: str, site: Site
    ) -> None:
        old = site.published(2, CURRENT)
        before = images(site.owner)

        def deactivate() -> None:
            new = next(one for one in images(site.owner) if one["id"] != old)
            action = f"/v2/images/{new['id']}/actions/deactivate"
            assert site.owner.glance("POST", action).status_code == 204

        outcome = meanwhile(site, what, deactivate)

        assert (outcome.status, outcome.stdout) == (1, "")
        assert "deactivated" in outcome.stderr
        assert site.found() == [label(2)]
        left = {one["id"]: one for one in images(site.owner)}
        changed_at = {"updated_at"}
        assert without(left[old], changed_at) == without(before[0], changed_at)

    def test_new_version_that_another_writer_takes_back_whole_is_offered_again(
        self, site: Site
    ) -> None:
        old = site.published(2, CURRENT)
        owner: list[str] = []
        site.proxy.on("POST", LISTING).call(
            lambda: owner.append(json.loads(site.proxy.sent[-1].body)["lifecycle_run"])
        )

        def undo() -> None:
            # Somebody's change of a row that was loaded before the offer.
            [new] = [one for one in images(site.owner) if one["id"] != old]
            changed(
                site.owner,
                new["id"],
                lifecycle_run=owner[0],
                os_hidden=True,
                name=importing_name(site.name, new["id"]),
                lifecycle_state="staged",
            )
            removed(site.owner, new["id"], "lifecycle_published_at")

        outcome = meanwhile(site, "hide", undo)

        assert outcome.status == 0, outcome.stderr
        assert outcome.json()["result"] == "rotated"
        assert site.found() == [label(3)]
        assert [one["os_hidden"] for one in site.left()] == [True, False]

    def test_who_shares_it_is_who_shares_the_old_one_at_the_moment_of_the_swap(
        self, cloud: Cloud, site: Site
    ) -> None:
        old = site.published(2, CURRENT)
        site.shared(old)
        late = cloud.account()
        members = f"/v2/images/{old}/members"

        def change() -> None:
            told = {"member": late.project_id}
            assert site.owner.glance("POST", members, json=told).ok
            path = f"{members}/{late.project_id}"
            assert late.glance("PUT", path, json={"status": "accepted"}).ok
            assert site.owner.glance(
                "DELETE", f"{members}/{site.another.project_id}"
            ).ok

        # The trial of its rights comes before.
        on_write(site.proxy, WAYS["url"].steps.index("stage") + 1, change)
        outcome = site.through.openstack(*site.rotate_url())

        assert outcome.status == 0, outcome.stderr
        assert outcome.json()["members"] == {late.project_id: "accepted"}
        assert [one["id"] for one in found(late, site.name)] == [
            outcome.json()["new_id"]
        ]
        assert site.found() == []

    def test_it_is_as_visible_as_the_old_one_at_the_moment_of_the_swap(
        self, site: Site
    ) -> None:
        old = site.published(2, CURRENT, visibility="private")

        outcome = meanwhile(
            site, "stage", lambda: changed(site.owner, old, visibility="public")
        )

        assert outcome.status == 0, outcome.stderr
        assert outcome.json()["visibility"] == "public"
        assert site.found() == [label(3)]

    @pytest.mark.parametrize(
        ("command", "generation"), [("rotate", 2), ("rollback", 2), ("rollback", 1)]
    )
    def test_version_that_glance_copies_into_a_store_is_left_alone(
        self, command: str, generation: int, site: Site
    ) -> None:
        versions = {1: site.retired(1, OLD), 2: site.published(2, CURRENT)}
        commands = {
            "rotate": site.rotate_url(),
            "rollback": ["image", "rollback", "-f", "json", "--", site.name],
        }
        # As in a copy-image, which undoes every change when it ends.
        copied = partial(as_copied, site, versions[generation])
        site.proxy.on("GET", LISTING).answer_with(copied)

        outcome = site.through.openstack(*commands[command])

        assert (outcome.status, outcome.stdout) == (1, "")
        assert "copying it between stores" in outcome.stderr
        assert writes(site.proxy) == []

    def test_record_of_a_dead_run_that_can_not_be_deleted_is_in_nobody_s_way(
        self, site: Site
    ) -> None:
        site.published(2, CURRENT)
        third = ticket_id(site.owner.project_id, site.name, 3)
        dead = str(Run("a-run", THIS_MACHINE.new_run().host, dead_process(), 1))
        made(site.owner, **version(site.name, 3, third), lifecycle_run=dead)
        site.proxy.on("DELETE", third).answer(409, b"Image is in use")

        outcome = site.through.openstack(*site.rotate_url())

        assert outcome.status == 0, outcome.stderr
        assert f"Image {third} was not deleted: Image is in use (409)" in outcome.stderr
        assert outcome.json()["generation"] == 4
        assert site.found() == [label(3)]

    def test_what_can_not_be_done_to_the_old_version_is_told_beside_the_result(
        self, site: Site
    ) -> None:
        old = site.published(2, CURRENT)
        site.proxy.on("POST", r"/actions/deactivate$").answer(403, b"Forbidden")
        command = site.rotate_url("--old-state", "obsolete", "--yes")

        outcomes = [site.through.openstack(*command) for _ in range(2)]

        for outcome, result in zip(outcomes, ["rotated", "unchanged"], strict=True):
            assert outcome.status == 1
            told = outcome.json()
            assert told["result"] == result
            assert "deactivate" in told["note"]
            assert "deactivate" in outcome.stderr
        assert outcomes[0].json()["old_id"] == old
        assert site.found() == [label(3)]

    def test_F85_deactivated_version_is_not_current_and_a_new_one_takes_its_place(
        self, site: Site
    ) -> None:
        old = site.published(2, CURRENT)
        assert site.owner.glance("POST", f"/v2/images/{old}/actions/deactivate").ok

        outcome = site.through.openstack(*site.rotate_url())

        assert outcome.status == 0, outcome.stderr
        assert site.found() == [label(3)]

    @pytest.mark.parametrize("status", some([412], [409]))
    def test_F70_change_that_conflicts_is_read_again_and_repeated(
        self, status: int, site: Site
    ) -> None:
        site.published(2, CURRENT)

        outcome = meanwhile(site, "offer", lambda: Answer(status, b"Conflict"))

        assert outcome.status == 0, outcome.stderr
        assert site.found() == [label(3)]

    @pytest.mark.parametrize("what", some(["offer", "hide"], ["stage", "announce"]))
    def test_F99_change_that_was_answered_and_lost_is_repeated(
        self, what: str, site: Site, undisturbed: Callable[[str], Any]
    ) -> None:
        command = WAYS["file"].prepared(site)
        wanted = undisturbed("file")
        number = WAYS["file"].steps.index(what) + 1
        on_write(site.proxy, number, lambda: Answer(200, b"{}"))

        outcome = site.through.openstack(*command)

        assert outcome.status == 0, outcome.stderr
        sent = [step(one) for one in writes(site.proxy)]
        assert sent.count(what) == 2
        assert differences(site.left(), wanted) == []

    def test_F100_new_version_that_is_hidden_again_is_shown_again(
        self, site: Site
    ) -> None:
        site.published(2, CURRENT)

        outcome = meanwhile(site, "hide", lambda: lose_the_showing(site))

        assert outcome.status == 0, outcome.stderr
        steps = [one["step"] for one in outcome.json()["repaired"]]
        assert steps == ["show", "settle"]
        assert site.found() == [label(3)]
        assert [one["os_hidden"] for one in site.left()] == [True, False]

    def test_F100_new_version_whose_showing_is_lost_at_once_is_shown_once_more(
        self, site: Site
    ) -> None:
        site.published(2, CURRENT)

        outcome = meanwhile(
            site, "offer", lambda: lose_the_showing(site), answered=True
        )

        assert outcome.status == 0, outcome.stderr
        assert outcome.json()["result"] == "rotated"
        assert site.found() == [label(3)]
        assert [one["os_hidden"] for one in site.left()] == [True, False]

    def test_F101_upload_that_was_undone_is_tried_once_more(
        self, site: Site, undisturbed: Callable[[str], Any]
    ) -> None:
        command = WAYS["file"].prepared(site)
        wanted = undisturbed("file")
        site.proxy.on("PUT", FILE, nth=1).answer(410)

        outcome = site.through.openstack(*command)

        assert outcome.status == 0, outcome.stderr
        assert "Starting over" in outcome.stderr
        assert differences(site.left(), wanted) == []

    def test_F101_upload_that_is_undone_again_is_given_up(self, site: Site) -> None:
        command = WAYS["file"].prepared(site)
        before = site.left()
        site.proxy.on("PUT", FILE).answer(410)

        outcome = site.through.openstack(*command)

        assert (outcome.status, outcome.stdout) == (1, "")
        assert "changed or deleted in the meantime" in outcome.stderr.splitlines()[-1]
        assert len(site.proxy.matching("PUT", FILE)) == 2
        assert differences(site.left(), before) == []

    def test_F103_record_behind_a_POST_that_was_refused_is_removed(
        self, site: Site
    ) -> None:
        site.published(2, CURRENT)
        before = site.left()
        on_write(site.proxy, 1, lambda: Answer(400, b"Invalid tag"), answered=True)

        outcome = site.through.openstack(*site.rotate_url())

        assert (outcome.status, outcome.stdout) == (1, "")
        assert "Invalid tag (400)" in outcome.stderr
        assert differences(site.left(), before) == []


def test_adopted_version_that_gets_a_higher_number_meanwhile_stays_and_is_told(
    site: Site,
) -> None:
    """Somebody adopts an older image, which moves the numbers of those above it."""
    old = site.published(2, CURRENT, name="Debian 13")
    site.shared(old)
    steps = WAYS["url"].steps
    last_members = len(steps) - steps[::-1].index("POST members")

    def renumber() -> None:
        changed(site.owner, old, lifecycle_generation="9")

    on_write(site.proxy, last_members, renumber)
    outcome = site.through.openstack(*site.rotate_url())

    assert outcome.status == 1
    assert outcome.json()["result"] == "superseded"
    [left] = images(site.owner)
    assert (left["id"], left["os_hidden"]) == (old, False)
    assert left["lifecycle_state"] == "active"


def without(fields: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in names}


def as_copied(site: Site, own_id: str) -> Answer:
    """The listing that was asked for, in which Glance copies that image."""
    query = site.proxy.matching("GET", LISTING)[-1].query
    listing = site.owner.glance("GET", f"/v2/images?{query}").json()
    for one in listing["images"]:
        if one["id"] == own_id:
            one["os_glance_importing_to_stores"] = "slow"
    return Answer(200, json.dumps(listing).encode())


def lose_the_showing(site: Site) -> None:
    """Save a row of the new version that was loaded before it was shown (F100)."""
    new = next(
        one
        for one in images(site.owner)
        if one["name"] == site.name and one["lifecycle_version"] == label(3)
    )
    name = importing_name(site.name, new["id"])
    changed(site.owner, new["id"], os_hidden=True, name=name)


def meanwhile(
    site: Site, what: str, then: Callable[[], Any], *, answered: bool = False
) -> Outcome:
    """How a rotation to the third version ended, when *then* happens at a step.

    Before that, or once it is *answered*. What *then* gives is the answer to that step,
    if it is one.
    """
    making = ["POST record", "POST record", "DELETE record", "PUT file", "stage"]
    steps = [*making, "announce", "offer", "hide"]

    def act() -> Answer | None:
        answer = then()
        return answer if isinstance(answer, Answer) else None

    on_write(site.proxy, steps.index(what) + 1, act, answered=answered)
    return site.through.openstack(*site.rotate_url())
