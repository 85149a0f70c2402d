# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``lifecycle enforce`` killed anywhere, beside itself, a rollback, and a person."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import NoReturn

import pytest

from tests.cloud.client import Outcome
from tests.cloud.doomed import doomed
from tests.cloud.proxy.rules import DropError
from tests.functional.ages import aged
from tests.functional.enforcement import (
    command,
    enforce,
    is_unchanged,
    rotated_twice,
    shown,
    told,
)
from tests.functional.families import IMAGE, changed, ended, removed
from tests.functional.rotations import Site
from tests.functional.writing import on_write, writes

END_SECONDS = 90

STEPS = ("history", "mark", "reactivate", "delete")
"""What a run writes that deletes one deactivated image."""


@pytest.fixture
def site(new_compute_site: Callable[[str], Site]) -> Site:
    """A project of an ordinary user, whose images are private."""
    return new_compute_site("member")


def prepared(site: Site) -> str:
    """The ID of what is to be deleted: protected, and deactivated."""
    old, *_ = rotated_twice(site, visibility="private")
    changed(site.owner, old, protected=True, lifecycle_state="obsolete")
    deactivate = f"/v2/images/{old}/actions/deactivate"
    assert site.owner.glance("POST", deactivate).status_code == 204
    return old


ENFORCE = command("--yes", "--unprotect")


def test_undisturbed_run_writes_in_this_order(site: Site) -> None:
    old = prepared(site)

    outcome = site.through.openstack(*ENFORCE)

    assert outcome.status == 0, outcome
    assert [
        (sent.method, sent.path.rpartition("/")[2]) for sent in writes(site.proxy)
    ] == [
        ("PATCH", writes(site.proxy)[0].path.rpartition("/")[2]),
        ("PATCH", old),
        ("POST", "reactivate"),
        ("DELETE", old),
    ]


@pytest.mark.parametrize("number", range(1, len(STEPS) + 1), ids=STEPS)
def test_F77_killed_anywhere_leaves_what_the_next_run_ends(
    number: int, site: Site
) -> None:
    old = prepared(site)

    killed(site, number)
    again = enforce(site.owner, "--yes", "--unprotect")
    once_more = enforce(site.owner, "--yes", "--unprotect")

    assert told(again) == [("20260101", "delete", "done")]
    assert once_more == []
    assert not shown(site.owner, old)


def test_F77_what_a_killed_run_has_left_is_restored_where_it_is_to_stay(
    site: Site,
) -> None:
    old = prepared(site)
    before = shown(site.owner, old)

    killed(site, STEPS.index("delete") + 1)
    then = shown(site.owner, old)
    # Its DELETE may be on its way.
    at_once = enforce(site.owner, "--yes", "--keep", "2", "--long")
    aged(site.proxy, site.owner, timedelta(hours=2))
    rows = enforce(site.through, "--yes", "--keep", "2")

    assert (then["protected"], then["status"]) == (False, "active")
    assert ("20260101", "keep", "kept") in told(at_once)
    assert told(rows) == [("20260101", "restore", "done")]
    assert is_unchanged(site, old, before)


def test_what_glance_may_delete_late_does_not_become_current(site: Site) -> None:
    old = prepared(site)
    site.proxy.on("DELETE", IMAGE).drop()

    [row] = enforce(site.through, "--yes", "--unprotect", status=1)
    outcome = rolled_back(site, old)
    [again] = enforce(site.owner, "--yes", "--unprotect")

    assert row["Result"] == "failed"
    assert "Glance may still delete it" in row["Note"]
    assert outcome.status == 1
    assert "'lifecycle enforce' is deleting it" in outcome.stderr
    assert again["Result"] == "done"
    assert not shown(site.owner, old)


@pytest.mark.parametrize(("what", "is_kept"), [("mark", True), ("reactivate", False)])
def test_F77_signal_leaves_no_image_half_deleted(
    what: str, is_kept: bool, site: Site
) -> None:
    old = prepared(site)
    before = shown(site.owner, old)

    with doomed(site.through, *ENFORCE) as client:
        number = STEPS.index(what) + 1
        on_write(site.proxy, number, lambda: os.kill(client.pid or 0, signal.SIGTERM))
        client.join(END_SECONDS)

    assert client.exitcode == 128 + signal.SIGTERM
    assert is_unchanged(site, old, before if is_kept else {})


def test_two_at_once_delete_it_once_and_leave_no_mark(site: Site) -> None:
    old = prepared(site)
    go_on = threading.Event()
    site.proxy.on("DELETE", IMAGE).delay(go_on)

    with site.through.start(*ENFORCE) as first:
        site.proxy.wait_for("DELETE", IMAGE)
        second = enforce(site.owner, "--yes", "--unprotect")
        go_on.set()
        outcome = ended(first)

    assert second == []
    assert outcome.status == 0, outcome
    assert not shown(site.owner, old)


def test_F62_server_that_is_started_in_the_last_instant_loses_its_image(
    new_compute_site: Callable[[str], Site],
) -> None:
    """What Glance and Nova allow: no command can keep them from it."""
    site = new_compute_site("admin")
    old, *_ = rotated_twice(site)
    flavor = f"flavor-{site.name}"
    small = ("--ram", "64", "--disk", "1", "--vcpus", "1")
    made = site.owner.openstack("flavor", "create", *small, flavor)
    assert made.status == 0, made
    outcomes: list[Outcome] = []
    on_delete = site.proxy.on("DELETE", IMAGE)
    on_delete.call(lambda: outcomes.append(started(site, old, flavor)))

    rows = enforce(site.through, "--yes")

    [outcome] = outcomes
    assert outcome.status == 0, outcome
    assert told(rows) == [("20260101", "delete", "done")]
    assert not shown(site.owner, old)
    usage = site.owner.openstack("image", "usage", "list", old)
    assert usage.status == 1
    assert "No image" in usage.stderr


def started(site: Site, image_id: str, flavor: str) -> Outcome:
    """How a server of another project began that is booted from an image by its ID."""
    return site.another.openstack(
        *("--os-compute-api-version", "2.90", "server", "create", "-f", "json"),
        *("--image", image_id, "--flavor", flavor, "--nic", "none", "late"),
    )


class TestBesideARollback:
    def test_version_that_is_being_deleted_does_not_become_current(
        self, site: Site
    ) -> None:
        old = prepared(site)
        go_on = threading.Event()
        site.proxy.on("DELETE", IMAGE).delay(go_on)

        with site.through.start(*ENFORCE) as client:
            site.proxy.wait_for("DELETE", IMAGE)
            outcome = rolled_back(site, old)
            go_on.set()
            ended(client)

        assert outcome.status == 1
        assert "'lifecycle enforce' is deleting it" in outcome.stderr
        assert [one["lifecycle_version"] for one in own_found(site)] == ["20260301"]

    def test_version_that_is_about_to_become_current_is_not_deleted(
        self, site: Site
    ) -> None:
        old = prepared(site)
        outcomes: list[Outcome] = []
        # The run has marked it, and not looked at it since.
        on_write(site.proxy, 2, lambda: outcomes.append(rolled_back(site, old)) or None)

        rows = enforce(site.through, "--yes", "--unprotect", status=1)

        [outcome] = outcomes
        assert outcome.status == 0, outcome
        assert [row["Result"] for row in rows if row["Action"] == "delete"] == [
            "skipped"
        ]
        assert [one["id"] for one in own_found(site)] == [old]
        assert "lifecycle_deleting" not in shown(site.owner, old)

    def test_who_takes_the_mark_away_keeps_the_image(self, site: Site) -> None:
        old = prepared(site)
        before = shown(site.owner, old)
        # Of the current version, of this one, that with the mark, and once more.
        last_look = site.proxy.on("GET", IMAGE, nth=4)
        last_look.call(lambda: removed(site.owner, old, "lifecycle_deleting"))

        [row] = enforce(site.through, "--yes", "--unprotect", status=1)

        assert row["Result"] == "skipped"
        assert is_unchanged(site, old, before)


def rolled_back(site: Site, image_id: str) -> Outcome:
    return site.owner.openstack(
        *("image", "rollback", site.name, "--to", image_id, "-f", "json"),
        *("--private", "--allow-pending-members"),
    )


def own_found(site: Site) -> list[dict[str, str]]:
    """What a lookup of the name finds for its owner."""
    found: list[dict[str, str]] = site.owner.listed(name=f"eq:{site.name}")
    return found


def killed(site: Site, number: int) -> None:
    """Kill a run when its writing request of that number comes."""
    with doomed(site.through, *ENFORCE) as client:

        def kill() -> NoReturn:
            os.kill(client.pid or 0, signal.SIGKILL)
            raise DropError

        on_write(site.proxy, number, kill)
        client.join(END_SECONDS)
    assert client.exitcode == -signal.SIGKILL
