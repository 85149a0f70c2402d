# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What ``image lifecycle enforce`` carries out, and what it leaves alone."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

import pytest

from osc_imagetools.glance.machine import THIS_MACHINE
from osc_imagetools.lifecycle.model.generation import ticket_id
from tests.cloud import compute
from tests.cloud.cloud import Cloud
from tests.cloud.tenants import Tenants
from tests.functional.enforcement import (
    enforce,
    is_unchanged,
    rotated_twice,
    shown,
    told,
)
from tests.functional.families import (
    IMAGE,
    changed,
    dead_process,
    filled,
    made,
    removed,
    version,
)
from tests.functional.outcomes import digest_of
from tests.functional.rotations import CURRENT, NEW, OLD, Site, label
from tests.functional.terminals import terminal


@pytest.fixture(scope="module")
def tenants(compute_cloud: Cloud) -> Tenants:
    """What makes servers and volumes."""
    return compute_cloud.tenants


@pytest.fixture
def site(new_compute_site: Callable[[str], Site]) -> Site:
    """A project whose admin enforces, through a proxy before Glance."""
    return new_compute_site("admin")


@pytest.fixture
def small_site(new_compute_site: Callable[[str], Site]) -> Site:
    """A project of an ordinary user."""
    return new_compute_site("member")


def dead_record(site: Site, generation: int) -> str:
    """The ID of a record that a run has left which is dead."""
    image_id = ticket_id(site.owner.project_id, site.name, generation)
    run = f"{uuid.uuid4()}:{THIS_MACHINE.host()}:{dead_process()}:1"
    fields = version(site.name, generation, image_id)
    return made(site.owner, **fields, lifecycle_state="importing", lifecycle_run=run)


def staged_version(site: Site, generation: int) -> str:
    """The ID of a verified version that nobody has offered."""
    image_id = ticket_id(site.owner.project_id, site.name, generation)
    fields = version(site.name, generation, image_id)
    labelled = {"lifecycle_version": label(generation), "lifecycle_state": "staged"}
    made(site.owner, **fields, **labelled)
    filled(site.owner, image_id, NEW)
    return image_id


class TestWhatIsDue:
    def test_version_beyond_those_that_are_kept_is_deleted_once(
        self, site: Site
    ) -> None:
        old, kept, current = rotated_twice(site)

        [row] = enforce(site.owner, "--yes", says="1 image of 512.0 KiB")
        again = enforce(site.owner, "--yes")

        assert (row["Action"], row["Result"], row["Verdict"]) == (
            *("delete", "done", "unused"),
        )
        assert row["ID"] == old
        assert row["Reason"] == "it is previous version 2, and 1 are kept"
        assert again == []
        assert [bool(shown(site.owner, one)) for one in (old, kept, current)] == [
            *(False, True, True),
        ]
        assert site.found() == ["20260301"]

    def test_deleted_version_is_still_told_of_by_its_time(self, site: Site) -> None:
        old, *_ = rotated_twice(site)
        enforce(site.owner, "--yes")

        listed = site.owner.openstack(
            *("image", "lifecycle", "list", "--family", site.name),
            *("--at", "2026-01-15", "-f", "json"),
        ).json()

        assert [(one["ID"], one["Version"], one["State"]) for one in listed] == [
            (old, "20260101", "deleted")
        ]

    def test_dry_run_shows_the_same_rows_and_changes_nothing(self, site: Site) -> None:
        rotated_twice(site)

        rows = enforce(site.through, "--dry-run", says="To be deleted in Glance: 1")

        assert told(rows) == [
            ("20260301", "keep", "kept"),
            ("20260201", "keep", "kept"),
            ("20260101", "delete", "planned"),
        ]
        assert all(row["Reason"] for row in rows)
        assert site.proxy.methods() <= {"GET", "HEAD"}

    @pytest.mark.parametrize(
        ("state", "date", "action", "becomes"),
        [
            (
                "active",
                "lifecycle_deprecated_at",
                "deprecate",
                ("deprecated", "active"),
            ),
            (
                *("deprecated", "lifecycle_obsolete_at", "make obsolete"),
                ("obsolete", "deactivated"),
            ),
        ],
    )
    def test_date_that_has_passed_is_carried_out(
        self, state: str, date: str, action: str, becomes: tuple[str, str], site: Site
    ) -> None:
        _, old, _ = rotated_twice(site)
        changed(
            site.owner, old, lifecycle_state=state, **{date: "2026-02-15T00:00:00Z"}
        )

        rows = enforce(site.owner, "--yes")

        assert ("20260201", action, "done") in told(rows)
        after = shown(site.owner, old)
        assert (after["lifecycle_state"], after["status"]) == becomes

    @pytest.mark.parametrize("told", ["2026-02-15T00:00:00Z", None])
    def test_version_that_is_deprecated_late_is_not_deleted_the_next_night(
        self, told: str | None, site: Site
    ) -> None:
        old, *_ = rotated_twice(site)
        dates = ("lifecycle_deprecated_at", "lifecycle_retired_at")
        for name in dates:
            removed(site.owner, old, name)
        changed(site.owner, old, lifecycle_state="active", lifecycle_hold="wait")
        # A repair would tell of it first: somebody has hidden it before that.
        removed(site.owner, old, "lifecycle_published_at")
        if told:
            changed(site.owner, old, lifecycle_deprecated_at=told)
        changed(site.owner, old, lifecycle_delete_at="2026-02-20T00:00:00Z")
        removed(site.owner, old, "lifecycle_hold")

        first = enforce(site.owner, "--yes")
        second = enforce(site.owner, "--yes")

        assert ("20260101", "deprecate", "done") in [
            (row["Version"], row["Action"], row["Result"]) for row in first
        ]
        assert second == []
        left = shown(site.owner, old)
        assert left["lifecycle_state"] == "deprecated"
        assert left["lifecycle_delete_at"] > in_days(6)

    def test_what_is_used_does_not_become_obsolete_by_its_date(
        self, site: Site, tenants: Tenants
    ) -> None:
        _, old, _ = rotated_twice(site)
        changed(site.owner, old, lifecycle_obsolete_at="2026-03-15T00:00:00Z")
        tenants.server(site.another, old)

        rows = enforce(site.owner, "--yes", status=1)

        [row] = [row for row in rows if row["Action"] == "make obsolete"]
        assert row["Result"] == "skipped"
        assert f"openstack image deprecate --state obsolete --yes {old}" in row["Note"]
        assert shown(site.owner, old)["status"] == "active"

    def test_family_that_has_ended_is_deleted_with_its_policy_last(
        self, site: Site
    ) -> None:
        ended = {"lifecycle_end_at": "2026-03-02T00:00:00Z"}
        versions = rotated_twice(site, **ended, lifecycle_delete_after="1d")
        gone = "2026-03-03T00:00:00Z"
        changed(
            site.owner,
            versions[-1],
            os_hidden=True,
            lifecycle_state="deprecated",
            lifecycle_deprecated_at="2026-03-02T00:00:00Z",
            lifecycle_delete_at=gone,
        )

        first = enforce(site.owner, "--yes", "--max-delete", "1", status=1)
        second = enforce(site.owner, "--yes")
        last = enforce(site.owner, "--yes")

        assert ("20260101", "delete", "done") in told(first)
        assert told(second) == [("20260201", "delete", "done")]
        assert told(last) == [("20260301", "delete", "done")]
        assert [shown(site.owner, one) for one in versions] == [{}, {}, {}]

    def test_family_that_has_ended_is_no_longer_offered(self, site: Site) -> None:
        *_, current = rotated_twice(
            site, lifecycle_end_at="2026-03-02T00:00:00Z", lifecycle_delete_after="1y"
        )

        rows = enforce(site.owner, "--yes")
        again = enforce(site.owner, "--yes")

        assert ("20260301", "deprecate", "done") in told(rows)
        assert again == []
        after = shown(site.owner, current)
        assert after["os_hidden"]
        assert after["lifecycle_delete_at"]
        assert site.found() == []

    def test_leftover_of_a_dead_run_and_what_nobody_took_up_are_deleted(
        self, site: Site
    ) -> None:
        site.published(1, OLD)
        left = dead_record(site, 2)
        staged = staged_version(site, 3)

        young = enforce(site.owner, "--yes", "--long")
        rows = enforce(site.owner, "--yes", "--min-age", "0h")

        assert ("20260301", "keep", "kept") in told(young)
        assert told(rows) == [("20260301", "delete", "done")]
        assert [bool(shown(site.owner, one)) for one in (left, staged)] == [False] * 2

    def test_two_visible_versions_are_repaired(self, site: Site) -> None:
        old = site.published(1, OLD)
        site.published(2, CURRENT)

        rows = enforce(site.owner, "--yes")

        assert ("20260101", "repair", "done") in told(rows)
        assert shown(site.owner, old)["os_hidden"]
        assert site.found() == ["20260201"]

    def test_what_names_a_deleted_version_as_its_replacement_names_its_successor(
        self, site: Site
    ) -> None:
        old, replaced, _ = rotated_twice(site)
        other = site.by_hand(OLD, name=f"{site.name}-old", visibility="public")
        changed(
            site.owner,
            other,
            lifecycle_id=other,
            lifecycle_family=f"{site.name}-old",
            lifecycle_state="deprecated",
            lifecycle_replacement=old,
            os_hidden=True,
            tags=["lifecycle"],
        )

        rows = enforce(site.owner, "--yes")

        assert [row["Action"] for row in rows] == ["repoint", "delete"]
        assert shown(site.owner, other)["lifecycle_replacement"] == replaced

    def test_only_families_that_are_named_are_touched(self, site: Site) -> None:
        old, *_ = rotated_twice(site)

        outcome = site.owner.openstack(
            *("image", "lifecycle", "enforce", "--yes", "no-such-family")
        )

        assert outcome.status == 1
        assert "There is no family 'no-such-family'" in outcome.stderr
        assert shown(site.owner, old)

    def test_no_more_is_deleted_than_allowed_and_the_rest_the_next_time(
        self, site: Site
    ) -> None:
        versions = rotated_twice(site, lifecycle_end_at="2026-03-02T00:00:00Z")
        for one in versions[:2]:
            removed(site.owner, one, "lifecycle_keep")
            changed(site.owner, one, lifecycle_delete_at="2026-03-02T00:00:00Z")
        removed(site.owner, versions[2], "lifecycle_keep")

        first = enforce(site.owner, "--yes", "--max-delete", "1", status=1)
        second = enforce(site.owner, "--yes", "--max-delete", "1")

        assert ("20260201", "delete", "skipped") in told(first)
        assert ("20260101", "delete", "done") in told(first)
        assert told(second) == [("20260201", "delete", "done")]

    def test_leftover_that_somebody_holds_stays(self, site: Site) -> None:
        site.published(1, OLD)
        left = dead_record(site, 2)
        changed(site.owner, left, lifecycle_hold="look at it first")

        rows = enforce(site.owner, "--yes", "--long", "--min-age", "0h")
        rotated = site.owner.openstack(*site.rotate_url())

        assert ("keep", "it has a hold: look at it first") in [
            (row["Action"], row["Reason"]) for row in rows
        ]
        assert rotated.status == 0, rotated
        assert shown(site.owner, left)

    def test_without_a_word_of_it_nothing_is_ever_deleted(self, site: Site) -> None:
        versions = rotated_twice(site)
        for one in versions:
            removed(site.owner, one, "lifecycle_keep")

        rows = enforce(site.owner, "--yes", "--long")

        assert {row["Action"] for row in rows} == {"keep"}
        assert all(shown(site.owner, one) for one in versions)

    def test_F88_without_a_terminal_nothing_is_done_unless_it_was_confirmed(
        self, site: Site
    ) -> None:
        old, *_ = rotated_twice(site)

        rows = enforce(site.through, status=1, says="add --yes to confirm")

        assert ("20260101", "delete", "planned") in told(rows)
        assert site.proxy.methods() <= {"GET", "HEAD"}
        assert shown(site.owner, old)


class TestWhatStays:
    def test_F62_version_that_a_server_was_made_from_stays(
        self, site: Site, tenants: Tenants
    ) -> None:
        old, *_ = rotated_twice(site)
        tenants.server(site.another, old)

        [row] = enforce(site.owner, "--yes", status=1)

        assert (row["Action"], row["Result"]) == ("delete", "skipped")
        assert row["Note"] == "used: 1 server of 1 project"
        assert shown(site.owner, old)

    def test_F62_server_that_is_started_after_the_plan_keeps_its_image(
        self, site: Site, tenants: Tenants
    ) -> None:
        old, *_ = rotated_twice(site)
        before = shown(site.owner, old)
        start = site.proxy.on("PATCH", IMAGE, nth=2)
        start.call(lambda: tenants.server(site.another, old))

        [row] = enforce(site.through, "--yes", status=1)

        assert (row["Result"], row["Note"]) == (
            *("skipped", "used: 1 server of 1 project"),
        )
        assert is_unchanged(site, old, before)

    @pytest.mark.parametrize(
        ("region", "why"),
        [
            (compute.WITHOUT_VOLUMES, "block storage"),
            (compute.TORN, "compute"),
        ],
    )
    def test_F59_F61_what_cannot_be_asked_counts_as_use(
        self, region: str, why: str, site: Site, tenants: Tenants
    ) -> None:
        old, _, current = rotated_twice(site)
        tenants.server(site.another, current, cell="cell2")

        [row] = enforce(site.owner.through(region_name=region), "--yes", status=1)

        assert row["Verdict"] == "unknown"
        assert why in row["Note"].lower()
        assert shown(site.owner, old)

    def test_F60_owner_who_sees_no_other_project_deletes_only_what_is_private(
        self, small_site: Site
    ) -> None:
        shared, *_ = rotated_twice(small_site, visibility="shared")

        [row] = enforce(small_site.owner, "--yes", status=1)
        changed(small_site.owner, shared, visibility="private")
        [again] = enforce(small_site.owner, "--yes")

        assert (row["Result"], row["Verdict"]) == ("skipped", "unknown")
        assert (again["Result"], again["Verdict"]) == ("done", "unused")
        assert not shown(small_site.owner, shared)

    def test_what_is_asked_and_how_far_decides_what_may_be_deleted(
        self, site: Site
    ) -> None:
        old, *_ = rotated_twice(site)
        without_cinder = site.owner.through(region_name=compute.WITHOUT_VOLUMES)

        young = enforce(site.owner, "--yes", "--older-than", "1h", "--long")
        [own] = enforce(site.owner, "--yes", "--own-project", status=1)
        there = shown(site.owner, old)
        told_so = ("--without", "block-storage", "--all-projects", "--timeout", "30")
        [row] = enforce(without_cinder, "--auto-approve", *told_so)

        assert young[-1]["Reason"] == "it is not older than --older-than"
        assert (own["Result"], own["Verdict"]) == ("skipped", "unknown")
        assert there
        assert row["Result"] == "done"
        assert "block-storage was not asked (--without)" in row["Why"]

    def test_ordinary_user_who_asks_for_all_projects_learns_nothing_of_them(
        self, small_site: Site
    ) -> None:
        old, *_ = rotated_twice(small_site, visibility="private")

        [row] = enforce(small_site.owner, "--yes", "--all-projects", status=1)

        assert (row["Result"], row["Verdict"]) == ("skipped", "unknown")
        assert shown(small_site.owner, old)

    def test_F66_protected_version_stays_unless_that_was_said(self, site: Site) -> None:
        old, *_ = rotated_twice(site)
        changed(site.owner, old, protected=True)

        [row] = enforce(site.owner, "--yes", status=1)
        still_there = shown(site.owner, old)
        [again] = enforce(site.owner, "--yes", "--unprotect")

        assert (row["Result"], "--unprotect" in row["Note"]) == ("skipped", True)
        assert still_there["protected"]
        assert again["Result"] == "done"
        assert not shown(site.owner, old)

    def test_F75_F97_F98_snapshot_and_image_of_others_that_say_they_belong_stay(
        self, site: Site
    ) -> None:
        old, *_ = rotated_twice(site)
        inherited = shown(site.owner, old)
        ours = {n: v for n, v in inherited.items() if n.startswith("lifecycle_")}
        snapshot = site.by_hand(OLD, name="snapshot", **ours)
        theirs = Site(
            *(site.another, site.another, site.proxy, site.another),
            *(site.source, site.name),
        ).retired(1, OLD, visibility="private", lifecycle_keep="1")

        enforce(site.owner, "--yes", site.name)

        assert shown(site.owner, snapshot)
        assert shown(site.another, theirs)

    def test_version_that_a_server_was_started_from_lately_stays_as_long_as_is_said(
        self, site: Site, tenants: Tenants
    ) -> None:
        old, *_ = rotated_twice(site)
        lately = {"launched_at": in_days(-60), "deleted_at": in_days(-50)}
        tenants.server(site.another, old, **lately)
        policy = ("lifecycle", "set", "--family", site.name, "--unused-for", "70d")

        by_request = enforce(site.owner, "--yes", "--long", "--unused-for", "90d")
        assert site.owner.openstack("image", *policy).status == 0
        by_policy = enforce(site.owner, "--yes", "--long", "--unused-for", "1d")
        unset = ("lifecycle", "unset", "--family", site.name, "--unused-for")
        assert site.owner.openstack("image", *unset).status == 0
        rows = enforce(site.owner, "--yes", "--unused-for", "55d")

        for kept in (by_request, by_policy):
            assert (kept[-1]["Action"], kept[-1]["Verdict"]) == ("keep", "unused")
            assert kept[-1]["Reason"].startswith("a server was started from it at")
        assert told(rows) == [("20260101", "delete", "done")]

    def test_promise_of_an_ID_is_kept_unless_it_is_to_be_broken(
        self, site: Site
    ) -> None:
        old, *_ = rotated_twice(site, uuid_validity="last-3")

        kept = enforce(site.owner, "--yes", "--long")
        broken = enforce(site.owner, "--yes", "--break-promise")

        assert (kept[-1]["Action"], kept[-1]["Reason"]) == (
            *("keep", "uuid_validity is last-3"),
        )
        assert told(broken) == [("20260101", "delete", "done")]
        assert not shown(site.owner, old)

    def test_hold_keeps_a_version_whatever_is_due(self, site: Site) -> None:
        old, *_ = rotated_twice(site)
        changed(site.owner, old, lifecycle_hold="the court wants it")

        rows = enforce(site.owner, "--yes", "--long")

        assert {row["Action"] for row in rows} == {"keep"}
        assert rows[-1]["Reason"] == "it has a hold: the court wants it"

    def test_F67_version_that_glance_does_not_delete_is_as_it_was(
        self, small_site: Site
    ) -> None:
        site = small_site
        old, *_ = rotated_twice(site, visibility="private")
        changed(site.owner, old, protected=True)
        deactivate = f"/v2/images/{old}/actions/deactivate"
        assert site.owner.glance("POST", deactivate).status_code == 204
        changed(site.owner, old, lifecycle_state="obsolete")
        before = shown(site.owner, old)
        site.proxy.on("DELETE", IMAGE).answer(409, body=b"in use")

        [row] = enforce(site.through, "--yes", "--unprotect", status=1)

        assert row["Result"] == "failed"
        assert "in use" in row["Note"]
        assert is_unchanged(site, old, before)
        assert before["status"] == "deactivated"

    def test_version_that_was_rolled_back_is_none_of_those_that_are_kept(
        self, site: Site
    ) -> None:
        bytes_of = {"lifecycle_published_digest": f"{digest_of(CURRENT)} payload"}
        old = site.retired(1, OLD, lifecycle_keep="1")
        bad = site.retired(2, CURRENT, lifecycle_keep="1", **bytes_of)
        hashed = f"sha512:{hashlib.sha512(CURRENT).hexdigest()}"
        site.published(
            3, NEW, lifecycle_keep="1", lifecycle_blocked=json.dumps([hashed])
        )

        rows = enforce(site.owner, "--yes", "--long")

        assert {row["Action"] for row in rows} == {"keep"}
        assert shown(site.owner, old)
        assert shown(site.owner, bad)


class TestADelete:
    def test_F106_data_of_a_deactivated_version_leaves_the_store(
        self, small_site: Site, compute_cloud: Cloud
    ) -> None:
        site = small_site
        old, *_ = rotated_twice(site, visibility="private")
        deactivate = f"/v2/images/{old}/actions/deactivate"
        assert site.owner.glance("POST", deactivate).status_code == 204
        changed(site.owner, old, lifecycle_state="obsolete")
        data = [*compute_cloud.folder.files.glob(f"images/*/{old}")]

        [row] = enforce(site.owner, "--yes")

        assert row["Result"] == "done"
        assert len(data) == 1
        assert not data[0].exists()

    def test_F69_what_others_delete_meanwhile_is_deleted(self, site: Site) -> None:
        old, *_ = rotated_twice(site)
        path = f"/v2/images/{old}"
        on_delete = site.proxy.on("DELETE", IMAGE)
        on_delete.call(lambda: site.owner.glance("DELETE", path))

        [row] = enforce(site.through, "--yes")

        assert row["Result"] == "done"

    def test_F68_no_space_is_promised(self, site: Site) -> None:
        rotated_twice(site)
        says = "Deleted in Glance: 1 image of 512.0 KiB. Its store may free the space"

        enforce(site.owner, "--yes", says=says)

    def test_F74_families_of_another_project_are_not_touched_unless_it_is_named(
        self, site: Site, compute_cloud: Cloud
    ) -> None:
        old, *_ = rotated_twice(site)
        admin = compute_cloud.account(roles=["admin"])

        elsewhere = enforce(admin, "--yes")
        named = ("--project", site.owner.project_name, "--project-domain", "Default")
        [row] = enforce(admin, "--yes", *named)

        assert elsewhere == []
        assert (row["ID"], row["Result"]) == (old, "done")

    def test_F79_nothing_is_due_by_a_clock_that_is_far_ahead(self, site: Site) -> None:
        old, *_ = rotated_twice(site)

        moment = datetime.now(timezone.utc) + timedelta(hours=2)
        versions = b'{"versions": [{"id": "v2.16", "status": "CURRENT"}]}'
        date = {"Date": format_datetime(moment, usegmt=True)}
        site.proxy.on("GET", r"/versions$").answer(200, versions, date)

        outcome = site.through.openstack("image", "lifecycle", "enforce", "--yes")

        assert outcome.status == 1
        assert "Nothing was enforced" in outcome.stderr
        assert "Set the one that is wrong" in outcome.stderr
        assert shown(site.owner, old)

    def test_F80_version_whose_dates_tell_nothing_stays(self, site: Site) -> None:
        old, *_ = rotated_twice(site)
        broken = {"lifecycle_retired_at": "soon", "lifecycle_deprecated_at": "then"}
        changed(site.owner, old, **broken)

        rows = enforce(site.owner, "--yes", "--long")

        assert (rows[-1]["Action"], rows[-1]["Version"]) == ("keep", "20260101")
        assert shown(site.owner, old)


class TestWhoIsTold:
    def test_each_project_gets_a_document_of_what_it_uses_before_that_is_due(
        self, site: Site, tenants: Tenants
    ) -> None:
        date = in_days(20)
        old, *_ = rotated_twice(site)
        changed(site.owner, old, lifecycle_delete_at=date)
        server = tenants.server(site.another, old)
        told_of = site.owner.home / "told"
        command = f'cat > {told_of}; echo "for $PROJECT_ID" >> {told_of}.who'

        rows = enforce(
            site.through,
            *("--due-in", "30d", "--notify-command", command),
            status=1,
        )

        assert ("20260101", "delete", "skipped") in told(rows)
        document = json.loads(told_of.read_text())
        assert document["project"] == site.another.project_id
        [image] = document["images"]
        assert (image["id"], image["action"], image["delete_at"]) == (
            *(old, "delete", date),
        )
        assert [use["id"] for use in image["uses"]] == [server]
        assert Path(f"{told_of}.who").read_text() == (
            f"for {site.another.project_id}\n"
        )
        assert site.proxy.methods() <= {"GET", "HEAD"}

    def test_without_a_look_ahead_it_is_not_due(self, site: Site) -> None:
        old, *_ = rotated_twice(site)
        changed(site.owner, old, lifecycle_delete_at=in_days(20))

        assert enforce(site.owner, "--yes") == []
        assert shown(site.owner, old)


class TestTerminal:
    @pytest.mark.parametrize(("answer", "is_done"), [("y", True), ("", False)])
    def test_F87_plan_is_shown_and_asked_about_once(
        self, answer: str, is_done: bool, site: Site
    ) -> None:
        old, *_ = rotated_twice(site)
        with terminal() as screen:
            client = site.owner.start(
                *("image", "lifecycle", "enforce"),
                stdin=screen.side,
                stderr=screen.side,
            )
            screen.type(f"{answer}\n")
            with client:
                assert client.wait(90) == (0 if is_done else 1)

        shown_then = screen.shown.decode()
        assert f"project {site.owner.project_id}:" in shown_then
        assert f"delete {site.name} 20260101 ({old})" in shown_then
        assert "Carry this out (changes: 1, of them deletions: 1)? [y/N]" in shown_then
        assert bool(shown(site.owner, old)) is not is_done


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--keep", "0"), "at least 1"),
        (("--notify-command", "true"), "requires --due-in or --dry-run"),
        (("--dry-run", "--yes"), "omit --yes"),
        (("--max-delete", "-1"), "max-delete"),
        (("--yes", "--without", "compute"), "requires --dry-run"),
    ],
)
def test_F81_wrong_usage(words: tuple[str, ...], says: str, site: Site) -> None:
    outcome = site.owner.openstack("image", "lifecycle", "enforce", *words)

    assert outcome.status == 2
    assert says in outcome.stderr


def in_days(number: int) -> str:
    moment = datetime.now(timezone.utc) + timedelta(days=number)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class TestCheck:
    def test_what_is_due_and_used_is_no_finding_where_that_was_asked(
        self, site: Site, tenants: Tenants
    ) -> None:
        taken, free, _ = rotated_twice(site)
        changed(site.owner, taken, lifecycle_delete_at="2026-03-15T00:00:00Z")
        changed(site.owner, free, lifecycle_delete_at="2026-03-16T00:00:00Z")
        tenants.server(site.another, taken)
        check = ["image", "lifecycle", "check", site.name, "-f", "json"]

        without = site.owner.openstack(*check).json()
        told_of = site.owner.openstack(*check, "--usage").json()

        due = [one["Image"] for one in without if one["Check"] == "past-due"]
        left = [one["Image"] for one in told_of if one["Check"] == "past-due"]
        # One row for both: they have the same warning.
        assert due == [None]
        assert left == [free]
        assert all(
            "openstack image lifecycle enforce" in one["What To Do"]
            for one in without
            if one["Check"] == "past-due"
        )


class TestObsoleteByHand:
    def test_image_that_is_used_needs_a_confirmation(
        self, site: Site, tenants: Tenants
    ) -> None:
        free, taken, _ = rotated_twice(site)
        deprecate = ["image", "deprecate", "--state", "obsolete", "-f", "json"]
        tenants.server(site.another, taken)

        outcome = site.owner.openstack(*deprecate, taken, free)

        assert outcome.status == 1
        first, second = outcome.json()
        assert (first["ID"], first["Result"]) == (taken, "refused")
        assert "used: 1 server of 1 project" in first["Note"]
        assert (second["ID"], second["Result"]) == (free, "obsolete")
        assert shown(site.owner, free)["status"] == "deactivated"
        assert shown(site.owner, taken)["status"] == "active"
