# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Rotations while others look the name up, change its images, or rotate as well.

Real commands, side by side in processes that have the client loaded already: so many
that are started at once would hardly meet.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from osc_imagetools.lifecycle.model.generation import ticket_id
from tests.cloud.accounts import Account
from tests.cloud.beside import Lookup, beside, lookups
from tests.cloud.images import raw
from tests.cloud.proxy import Proxy
from tests.cloud.proxy.rules import Answer
from tests.cloud.series import Ended, Series, series, several, together
from tests.functional.families import (
    IMAGE,
    JSON_PATCH,
    LISTING,
    filled,
    found,
    listed,
    made,
    version,
)
from tests.functional.outcomes import images

NAME = "debian-13"
SIZE = 4096
KEPT = 3

CURRENT = {
    "visibility": "public",
    "os_hidden": False,
    "lifecycle_state": "active",
    "lifecycle_published_at": "2026-01-01T00:00:00Z",
    "lifecycle_verified": "none",
}
RETIRED = {
    "os_hidden": True,
    "lifecycle_state": "deprecated",
    "lifecycle_deprecated_at": "2026-02-01T00:00:00Z",
    "lifecycle_retired_at": "2026-02-01T00:00:00Z",
    "lifecycle_before": '{"os_hidden": false, "lifecycle_state": "active"}',
}

long = pytest.mark.long


@dataclass(frozen=True)
class Family:
    """A public family, whom it belongs to, and who looks it up from elsewhere."""

    owner: Account
    another: Account
    name: str
    folder: Path

    def rotate(self, build: int, *options: str) -> list[str]:
        """The command that makes the bytes of *build* current."""
        return self.again(build, "--image-version", f"build-{build}", *options)

    def again(self, build: int, *options: str) -> list[str]:
        """The same as a cron job says it, without a label of its own."""
        path = self.folder / f"{build}.img"
        path.write_bytes(_content(build))
        told = ["--file", str(path), "--allow-unverified", "--public"]
        return ["image", "rotate", "-f", "json", *told, *options, self.name]

    def rollback(self, *options: str) -> list[str]:
        """The command that goes one version back."""
        return ["image", "rollback", "-f", "json", *options, self.name]

    def published(self, builds: int) -> list[str]:
        """IDs of the versions that earlier runs have made, the last one current."""
        ids = [
            ticket_id(self.owner.project_id, self.name, build + 1)
            for build in range(builds)
        ]
        for build, own_id in enumerate(ids):
            told = {**version(self.name, build + 1, own_id), **CURRENT}
            if own_id != ids[-1]:
                told |= {**RETIRED, "lifecycle_replacement": ids[build + 1]}
            told |= {"name": self.name, "lifecycle_version": f"build-{build}"}
            made(self.owner, **told)
            filled(self.owner, own_id, _content(build))
        return ids

    def found(self) -> list[dict[str, Any]]:
        """What somebody else finds by the name."""
        return found(self.another, self.name)

    def versions(self) -> list[dict[str, Any]]:
        """All records there are, by generation."""
        shown = images(self.owner, lifecycle_family=self.name)
        return sorted(shown, key=lambda one: int(one["lifecycle_generation"]))


def _content(build: int) -> bytes:
    return raw(SIZE, seed=build)


@pytest.fixture
def family(admin: Account, member: Account, tmp_path: Path) -> Family:
    """A family without a version; other tests' public images have other names."""
    return Family(admin, member, f"{NAME}-{admin.project_id}", tmp_path)


def assert_in_order(family: Family) -> None:
    """One version is visible, the highest; the published ones below are retired."""
    versions = family.versions()
    shown = [(one["lifecycle_generation"], one["name"]) for one in versions]
    assert [one["id"] for one in family.found()] == [versions[-1]["id"]], shown
    assert len({one["lifecycle_generation"] for one in versions}) == len(versions)
    assert versions[-1]["lifecycle_state"] == "active"
    for one in versions:
        assert "lifecycle_run" not in one, one
        assert one["status"] == "active", one
        assert one["name"] == family.name, one
    for one in versions[:-1]:
        assert one["os_hidden"], one
        assert one["lifecycle_state"] == "deprecated", one


def rotated(family: Family, client: Series, builds: Iterable[int]) -> list[Ended]:
    """How the rotation to each of *builds* ended.

    What nobody goes back to is deleted meanwhile: ever longer listings would take most
    of the time.
    """
    outcomes = []
    for build in builds:
        outcomes.append(client.run(*family.rotate(build)))
        for one in family.versions()[:-KEPT]:
            family.owner.glance("DELETE", f"/v2/images/{one['id']}")
    return outcomes


def numbers(lookups: Sequence[Lookup]) -> list[int]:
    """How many images each found."""
    return [len(lookup.found) for lookup in lookups]


@pytest.mark.parametrize("rotations", [4, pytest.param(50, marks=long)])
def test_F78_whoever_asks_for_the_name_finds_one_image_or_for_moments_two(
    rotations: int, family: Family
) -> None:
    with series(family.owner) as client:
        outcomes = rotated(family, client, [0])
        with beside(lookups(family.another, family.name)) as asked:
            outcomes += rotated(family, client, range(1, rotations + 1))
            seen = asked.done()

    ids = [outcome.json()["new_id"] for outcome in outcomes]
    assert [one for one in outcomes if one.status] == []
    assert {*numbers(seen)} <= {1, 2}
    # Each was the only one for a while, in the order in which they were made.
    alone = [lookup.found[0] for lookup in seen if len(lookup.found) == 1]
    assert list(dict.fromkeys(alone)) == ids
    assert_in_order(family)


ROUNDS = [1, pytest.param(20, marks=long)]
"""One always, and as many as it takes to believe it."""

CROWDS = [
    (2, 1),
    (8, 1),
    pytest.param(2, 20, marks=long),
    pytest.param(8, 20, marks=long),
]
"""So many runs at once, in so many rounds."""


@dataclass
class Round:
    """One family, and what several that rotate it at once make of it."""

    family: Family
    outcomes: list[Ended]
    seen: list[Lookup]

    @property
    def said(self) -> list[tuple[int, str, str]]:
        """Status, result and note of each, for who reads that it failed."""
        return [
            (one.status, one.json()["result"], one.json()["note"])
            if one.stdout
            else (one.status, "", one.stderr)
            for one in self.outcomes
        ]

    def results(self) -> list[dict[str, Any]]:
        return [one.json() for one in self.outcomes]


def begun(client: Series, command: Sequence[str]) -> dict[str, Any]:
    """What a run made, with nobody beside it."""
    outcome = client.run(*command)
    assert outcome.status == 0, outcome
    result: dict[str, Any] = outcome.json()
    return result


def at_once(
    family: Family, clients: Sequence[Series], commands: Sequence[Sequence[str]]
) -> Round:
    """All *commands*, begun at the same moment, and what was seen meanwhile."""
    with beside(lookups(family.another, family.name)) as asked:
        outcomes = together(clients, commands)
        return Round(family, outcomes, asked.done())


@pytest.mark.parametrize(("runs", "count"), CROWDS)
def test_F77_rotations_to_different_versions_at_once_converge(
    runs: int, count: int, family: Family
) -> None:
    with several(family.owner, runs) as clients:
        for nth in range(count):
            one = replace(family, name=f"{family.name}-{nth}")
            one.published(1)
            commands = [one.rotate(build + 1) for build in range(runs)]

            ended = at_once(one, clients, commands)

            assert_in_order(one)
            assert 0 not in numbers(ended.seen), ended.said
            there = {v["lifecycle_version"] for v in one.versions()}
            for build, outcome in enumerate(ended.outcomes, 1):
                kept = f"build-{build}" in there
                assert outcome.status == (0 if kept else 1), (ended.said, there)
            for outcome in ended.outcomes:
                is_told = "made version build-" in outcome.stderr
                assert outcome.status == 0 or is_told, ended.said


@pytest.mark.parametrize(("runs", "count"), CROWDS)
def test_F94_rotations_to_the_same_version_at_once_converge(
    runs: int, count: int, family: Family
) -> None:
    with several(family.owner, runs) as clients:
        for nth in range(count):
            one = replace(family, name=f"{family.name}-{nth}")
            one.published(1)

            ended = at_once(one, clients, [one.again(1)] * runs)

            assert_in_order(one)
            assert 0 not in numbers(ended.seen), ended.said
            assert {one.status for one in ended.outcomes} == {0}, ended.said


@pytest.mark.parametrize("count", ROUNDS)
def test_F77_rollbacks_at_once_converge(count: int, family: Family) -> None:
    with several(family.owner, 2) as clients:
        for nth in range(count):
            one = replace(family, name=f"{family.name}-{nth}")
            before = one.published(3)

            ended = at_once(one, clients, [one.rollback()] * 2)

            assert [outcome.status for outcome in ended.outcomes] == [0, 0], ended.said
            assert_in_order(one)
            # One back, or each one further, as they met.
            assert one.versions()[-1]["id"] in before[:2]
            assert 0 not in numbers(ended.seen), ended.said


@pytest.mark.parametrize("count", ROUNDS)
def test_F77_rollback_beside_a_rotation_converges(count: int, family: Family) -> None:
    with several(family.owner, 2) as clients:
        for nth in range(count):
            one = replace(family, name=f"{family.name}-{nth}")
            before = one.published(3)

            ended = at_once(one, clients, [one.rotate(3), one.rollback()])

            assert_in_order(one)
            there = {v["lifecycle_version"]: v for v in one.versions()}
            rotated, rolled_back = ended.outcomes
            assert rotated.status == (0 if "build-3" in there else 1), ended.said
            assert rolled_back.status in (0, 1), ended.said
            assert {each["id"] for each in there.values()} >= {*before}
            assert 0 not in numbers(ended.seen), ended.said


def test_F77_one_image_offered_twice_at_once_is_offered(family: Family) -> None:
    family.published(1)
    own_id = made(family.owner, name="built-by-hand", visibility="private")
    filled(family.owner, own_id, _content(1))
    offer = ["image", "rotate", "-f", "json", "--image", own_id, family.name]

    with several(family.owner, 2) as clients:
        ended = at_once(family, clients, [offer] * 2)

    assert [outcome.status for outcome in ended.outcomes] == [0, 0], ended.said
    assert_in_order(family)
    assert family.versions()[-1]["id"] == own_id
    assert 0 not in numbers(ended.seen), ended.said


def test_F77_image_that_another_run_has_offered_meanwhile_stays_offered(
    family: Family, proxy: Callable[[str], Proxy]
) -> None:
    family.published(1)
    own_id = made(family.owner, name="built-by-hand", visibility="private")
    filled(family.owner, own_id, _content(1))
    offer = ["image", "rotate", "-f", "json", "--image", own_id, family.name]
    before_glance = proxy(family.owner.glance_url)
    seen: list[list[dict[str, Any]]] = []
    # Both have read the family; the one goes through as the other gets its number.
    before_glance.on("POST", LISTING, nth=1).call(
        lambda: family.owner.openstack(*offer)
    )
    before_glance.on("PATCH", IMAGE).call_after(lambda: seen.append(family.found()))

    late = family.owner.through(before_glance.url).openstack(*offer)

    assert late.status == 0, late.stderr
    assert [] not in seen
    assert_in_order(family)
    assert family.versions()[-1]["id"] == own_id


@pytest.mark.parametrize("options", [(), ("--hidden",), ("--verify-command=false",)])
def test_F77_staged_version_that_another_run_has_offered_meanwhile_stays_offered(
    options: tuple[str, ...], family: Family, proxy: Callable[[str], Proxy]
) -> None:
    family.published(1)
    staged = family.owner.openstack(*family.rotate(1, "--hidden")).json()["new_id"]
    offer = ["image", "rotate", "-f", "json", "--image", staged, family.name]
    before_glance = proxy(family.owner.glance_url)
    seen: list[list[dict[str, Any]]] = []
    # The late one has read it as staged; what it would set makes a change of it.
    once = before_glance.on("GET", staged, nth=1)
    once.call_after(lambda: family.owner.openstack(*offer))
    before_glance.on("GET", IMAGE).call_after(lambda: seen.append(family.found()))
    before_glance.on("PATCH", IMAGE).call_after(lambda: seen.append(family.found()))

    late = family.owner.through(before_glance.url).openstack(
        *offer, "--property", "hw_disk_bus=scsi", *options
    )

    assert late.status == 0, late.stderr
    assert [] not in (*seen, family.found())
    assert_in_order(family)
    assert family.versions()[-1]["id"] == staged


def test_F46_change_that_failed_is_not_sent_again_by_what_was_read_before(
    family: Family, proxy: Callable[[str], Proxy]
) -> None:
    family.published(1)
    own_id = made(family.owner, name="built-by-hand", visibility="private")
    filled(family.owner, own_id, _content(1))
    offer = ["image", "rotate", "-f", "json", "--image", own_id, family.name]
    before_glance = proxy(family.owner.glance_url)
    seen: list[list[dict[str, Any]]] = []

    def offered_by_another() -> Answer:
        assert family.owner.openstack(*offer).status == 0
        return Answer(503, b"Busy")

    # What would hide it, before it is offered.
    before_glance.on("PATCH", own_id, nth=1).answer_with(offered_by_another)
    before_glance.on("PATCH", IMAGE).call_after(lambda: seen.append(family.found()))

    late = family.owner.through(before_glance.url).openstack(*offer)

    assert late.status == 0, late.stderr
    assert [] not in (*seen, family.found())
    assert_in_order(family)
    assert family.versions()[-1]["id"] == own_id


def _meddle(account: Account, name: str) -> int:
    """Change a property and the tags of the newest versions, as by hand.

    Those that are just being replaced, and the one that is about to be offered.
    """
    filters = {"lifecycle_family": name, "sort": "created_at:desc", "limit": "2"}
    newest = [
        image
        for hidden in ("false", "true")
        for image in listed(account, os_hidden=hidden, **filters)
        if image["status"] == "active"
    ]
    for image in newest:
        nth = str(random.random())
        operations = [
            {"op": "add", "path": "/meddled", "value": nth},
            {"op": "add", "path": "/tags", "value": [*image["tags"], nth][-3:]},
        ]
        path = f"/v2/images/{image['id']}"
        account.glance("PATCH", path, json=operations, headers=JSON_PATCH)
    return len(newest)


@pytest.mark.parametrize("rotations", [3, pytest.param(12, marks=long)])
def test_F100_a_person_who_changes_both_versions_meanwhile_takes_no_name_away(
    rotations: int, family: Family
) -> None:
    with series(family.owner) as client:
        begun(client, family.rotate(0))
        with (
            beside(lookups(family.another, family.name)) as asked,
            beside(partial(_meddle, family.owner, family.name)) as meddled,
        ):
            outcomes = rotated(family, client, range(1, rotations + 1))
            seen, changes = asked.done(), meddled.done()
        begun(client, family.rotate(rotations))

    assert [one for one in outcomes if one.status] == []
    assert sum(changes) > rotations
    assert_in_order(family)
    # A change of ours that was undone is repaired before the command ends.
    for outcome in outcomes:
        later = [lookup for lookup in seen if lookup.at > outcome.ended_at]
        assert not later or later[0].found, outcome
