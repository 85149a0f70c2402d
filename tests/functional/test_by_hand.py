# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Families in which somebody was at work by hand: nothing is lost, nothing is stuck."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from osc_imagetools.glance.machine import THIS_MACHINE
from osc_imagetools.lifecycle.model.run import Run
from tests.cloud.accounts import Account
from tests.cloud.proxy import Proxy
from tests.cloud.proxy.rules import Answer
from tests.cloud.source.client import Source
from tests.functional import families
from tests.functional.families import (
    IMAGE,
    LISTING,
    changed,
    dead_process,
    filled,
    found,
    import_url,
    made,
)
from tests.functional.generations import (
    FAMILY,
    NEW,
    NEWER,
    OLD,
    current,
    done,
    everything,
    retired,
    roll_back,
    rotate,
    shown,
    version,
)
from tests.functional.outcomes import digest_of

DEAD = str(Run("a-run", THIS_MACHINE.new_run().host, dead_process(), 1))
MOMENT = "2026-02-01T00:00:00Z"


def serve(source: Source, content: bytes) -> list[str]:
    url = source.put(f"{digest_of(content)[-8:]}.img", content)
    return ["--url", url, "--checksum", digest_of(content)]


def staged(account: Account, **fields: Any) -> str:
    """The ID of the second version, verified, as a run that died has left it."""
    own_id = str(uuid.uuid4())
    left = {
        **families.version(FAMILY, 2, own_id),
        "lifecycle_version": "v2",
        "lifecycle_state": "staged",
        "lifecycle_run": DEAD,
        "lifecycle_published_digest": f"{digest_of(NEW)} wire",
    }
    made(account, **{**left, **fields})
    filled(account, own_id, NEW)
    return own_id


class TestShown:
    """A record that a run owns, which somebody shows: users may use it from then on."""

    def test_F135_record_of_a_dead_run_that_was_shown_is_a_version_like_others(
        self, member: Account, source: Source
    ) -> None:
        version(member)
        left = staged(member)
        changed(member, left, name=FAMILY, os_hidden=False)

        told = done(rotate(member, *serve(source, NEWER)))
        done(rotate(member, *serve(source, NEWER)), "unchanged")

        assert told["old_id"] == left
        image = shown(member, left)
        assert (image["os_hidden"], image["lifecycle_state"]) == (True, "deprecated")
        assert "lifecycle_published_at" in image
        assert "lifecycle_run" not in image
        assert len(everything(member)) == 3
        done(roll_back(member), "rolled back")
        assert current(member)["id"] == left

    def test_F135_record_of_a_dead_run_that_was_shown_and_retired_stays(
        self, member: Account, source: Source
    ) -> None:
        third = version(member, 3)
        left = staged(
            member,
            name=FAMILY,
            lifecycle_state="deprecated",
            lifecycle_retired_at=MOMENT,
            lifecycle_replacement=third,
        )
        before = shown(member, left)

        done(rotate(member, *serve(source, OLD)), "unchanged")

        assert shown(member, left) == before

    def test_F135_record_that_is_shown_while_its_run_fails_stays(
        self,
        member: Account,
        through: Account,
        before_glance: Proxy,
        source: Source,
    ) -> None:
        old = version(member)

        def show() -> Answer:
            [own_id] = {*everything(member)} - {old}
            changed(member, own_id, name=FAMILY, os_hidden=False)
            return Answer(403, b"Forbidden")

        before_glance.on("PATCH", IMAGE, nth=1).answer_with(show)

        outcome = rotate(through, *serve(source, NEW))

        assert (outcome.status, outcome.stdout) == (1, "")
        [left] = {*everything(member)} - {old}
        assert [one["id"] for one in found(member, FAMILY)].count(left) == 1


class TestNumbers:
    """Generations that no run gives out."""

    def test_F146_number_of_18_digits_is_named_and_leaves_room_for_the_next(
        self, member: Account, source: Source
    ) -> None:
        old = version(member, lifecycle_generation="9" * 18)
        check = member.openstack("image", "lifecycle", "check", "-f", "json")
        assert "generation" in {one["Check"] for one in check.json()}

        told = done(rotate(member, *serve(source, NEW)))

        assert (told["old_id"], told["generation"]) == (old, 2)
        assert [one["step"] for one in told["repaired"]] == ["renumber"]
        assert current(member)["id"] == told["new_id"]
        done(roll_back(member), "rolled back")
        assert current(member)["id"] == old

    @pytest.mark.parametrize("second", ["1", "5"])
    def test_F146_number_that_is_borne_twice_or_out_of_order_is_named_and_passed(
        self, second: str, member: Account, source: Source
    ) -> None:
        first = version(member, lifecycle_generation="1")
        other = retired(member, 2, 1, lifecycle_generation=second, content=NEW)
        check = member.openstack("image", "lifecycle", "check", "-f", "json")
        assert "generation" in {one["Check"] for one in check.json()}

        told = done(rotate(member, *serve(source, NEWER)))

        assert told["old_id"] == first
        assert told["generation"] > int(second)
        assert [one["id"] for one in found(member, FAMILY)] == [told["new_id"]]
        assert shown(member, other)["os_hidden"] is True


def test_F146_broken_record_of_a_half_retired_version_takes_it_from_nobody(
    admin: Account, source: Source
) -> None:
    name = f"debian-{uuid.uuid4().hex[:8]}"
    broken = {"visibility": "private", "lifecycle_retired_at": None}
    old = version(
        admin,
        name=name,
        visibility="public",
        lifecycle_state="deprecated",
        lifecycle_retired_at=MOMENT,
        lifecycle_before=json.dumps({**broken, "lifecycle_generation": None}),
    )

    told = done(rotate(admin, *serve(source, OLD), name=name), "unchanged")

    assert [one["step"] for one in told["repaired"]] == ["take back"]
    image = current(admin, name)
    assert (image["id"], image["visibility"]) == (old, "public")
    assert image["lifecycle_generation"] == "1"


def test_F146_full_quota_keeps_nobody_from_going_back(
    member: Account, through: Account, before_glance: Proxy
) -> None:
    first, _ = retired(member, 1, 2), version(member, 2, content=NEW)
    reason = b"Request exceeds: image_count_total is over limit of 2"
    before_glance.on("POST", LISTING).answer(413, reason)

    outcome = roll_back(through)

    told = done(outcome, "rolled back")
    assert told["generation"] == 3
    assert "image_count_total" in outcome.stderr
    assert current(member)["id"] == first


def test_F146_as_many_properties_as_glance_takes_keep_nobody_from_going_back(
    member: Account,
) -> None:
    def many(number: int) -> dict[str, str]:
        return {f"own_{each}": "x" for each in range(number)}

    first = retired(member, 1, 2, **many(100))
    second = version(member, 2, content=NEW, **many(116))

    outcome = roll_back(member)

    told = done(outcome, "rolled back")
    assert (told["old_id"], current(member)["id"]) == (second, first)
    left = shown(member, second)
    assert (left["os_hidden"], left["lifecycle_state"]) == (True, "deprecated")
    assert "lifecycle_retired_at" in left
    assert left["own_115"] == "x"
    assert "gets fewer properties" in outcome.stderr
    again = done(roll_back(member, "--to", second), "rolled back")
    assert again["old_id"] == first


@pytest.mark.parametrize("name", ["ubuntu:24.04", "gt:5"])
def test_F146_name_that_the_stock_client_finds_nothing_by_is_warned_of(
    name: str, member: Account, source: Source
) -> None:
    url = source.put("disk.img", NEW)
    told = ["--checksum", digest_of(NEW)]

    outcome = import_url(member, url, name, *told)

    assert outcome.status == 0, outcome.stderr
    assert f"The stock client finds no image by the name '{name}'" in outcome.stderr
    stock = member.openstack("image", "show", name)
    assert stock.status != 0
    again = rotate(member, *serve(source, NEWER), name=name)
    assert done(again)["old_id"] == outcome.json()["id"]
    assert "stock client" not in again.stderr
