# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What ``image rotate`` does and shows, option by option; `test_rotate_carry_over` has
what a new version takes over."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from osc_imagetools.glance.machine import THIS_MACHINE
from osc_imagetools.lifecycle.model.generation import ticket_id
from osc_imagetools.lifecycle.model.run import Run
from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.images import qcow2
from tests.cloud.proxy import Proxy
from tests.cloud.proxy.rules import Answer
from tests.cloud.source.client import Source
from tests.cloud.source.faults import Headers
from tests.functional.families import (
    END_SECONDS,
    LISTING,
    changed,
    dead_process,
    ended,
    found,
    listed,
    made,
)
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
    shown,
    version,
)
from tests.functional.outcomes import WRONG_USAGE, digest_of
from tests.functional.test_output import BROKEN_PIPE

BUILT = "2026-06-01"


@pytest.fixture
def serve(source: Source) -> Callable[..., list[str]]:
    """A function that serves bytes, and what tells `rotate` of them."""

    def options(content: bytes, name: str = "disk.img") -> list[str]:
        url = source.put(name, content)
        return ["--url", url, "--checksum", digest_of(content)]

    return options


Serve = Callable[..., list[str]]


def due_rows(account: Account) -> list[dict[str, Any]]:
    """The versions that `lifecycle list` finds something due for."""
    listing = ["image", "lifecycle", "list", "-f", "json", "--due-in", "100y"]
    rows: list[dict[str, Any]] = account.openstack(*listing).json()
    return [row for row in rows if row["State"] == "active"]


@pytest.fixture
def name() -> str:
    """A name that no other test's public image bears."""
    return f"debian-{uuid.uuid4().hex}"


def test_first_rotation_creates_the_family_and_the_next_replaces_its_version(
    cloud: Cloud, admin: Account, serve: Serve, name: str
) -> None:
    stranger = cloud.account()
    first = [*serve(OLD), "--public", "--image-version=1", "--build-date", BUILT]
    new = done(rotate(admin, *first, name=name))
    assert [one["id"] for one in found(stranger, name)] == [new["new_id"]]

    told = done(rotate(admin, *serve(NEW), "--image-version", "2", name=name))

    [image] = found(stranger, name)
    assert image == current(admin, name)
    assert stranger.glance("GET", image["file"]).content == NEW
    old = shown(admin, new["new_id"])
    assert (old["name"], old["os_hidden"], old["status"]) == (name, True, "active")
    assert old["lifecycle_state"] == "deprecated"
    assert old["lifecycle_reason"] == "replaced by version 2"
    assert old["lifecycle_replacement"] == image["id"]
    assert old["lifecycle_retired_at"] == old["lifecycle_deprecated_at"]
    # Whoever has its ID still gets it.
    assert stranger.glance("GET", old["file"]).content == OLD
    assert told == {
        "result": "rotated",
        "name": name,
        "new_id": image["id"],
        "new_version": "2",
        "generation": 2,
        "build_date": image["image_build_date"],
        "visibility": "public",
        "disk_format": "raw",
        "size": len(NEW),
        "verified": "sha256",
        "digest": f"{image['os_hash_algo']}:{image['os_hash_value']}",
        "published_digest": f"{digest_of(NEW)} wire",
        "source": image["image_source"],
        "old_id": old["id"],
        "old_version": "1",
        "old_state": "deprecated",
        "old_delete_at": None,
        "carried_over": ["visibility"],
        "members": {},
        "repaired": [],
        "note": None,
    }
    assert (new["old_id"], new["generation"], new["build_date"]) == (None, 1, BUILT)


def test_F94_same_bytes_under_another_URL_are_unchanged_and_nothing_is_written(
    member: Account, through: Account, before_glance: Proxy, serve: Serve
) -> None:
    own_id = version(member)
    before = everything(member)

    told = done(rotate(through, *serve(OLD, "other.img")), "unchanged")

    assert (told["new_id"], told["old_id"]) == (own_id, None)
    assert "version v1 is what the source offers" in told["note"]
    assert before_glance.methods() <= ONLY_READS
    assert everything(member) == before


def test_without_any_source_the_current_version_s_own_is_looked_at_again(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", OLD)
    unverified = ["--allow-unverified"]
    fetched = ["--uri", url, "--method=web-download", *unverified]
    first = done(rotate(member, *fetched))
    assert done(rotate(member, *unverified), "unchanged")["new_id"] == first["new_id"]
    source.put("disk.img", NEW)

    told = done(rotate(member, *unverified))

    assert (told["old_id"], told["source"]) == (first["new_id"], url)
    assert member.glance("GET", current(member)["file"]).content == NEW


def test_F94_same_bytes_that_only_show_when_they_are_here_leave_nothing(
    member: Account, source: Source
) -> None:
    own_id = version(member, content=OLD)
    url = source.put("disk.img", OLD)

    told = done(rotate(member, "--url", url, "--allow-unverified"), "unchanged")

    assert told["new_id"] == own_id
    assert {*everything(member)} == {own_id}


def test_file_is_compared_and_verified_like_a_URL(
    member: Account, tmp_path: Path
) -> None:
    path = member.home / "built.img"
    path.write_bytes(NEW)
    old = version(member)
    before = everything(member)

    refused(rotate(member, "--file", str(path)), "--checksum", "--allow-unverified")
    wrong = rotate(member, "--file", path.name, "--checksum", digest_of(OLD + NEW))
    refused(wrong, digest_of(NEW).partition(":")[2])
    assert everything(member) == before
    told = done(rotate(member, "--file", path.name, "--allow-unverified"))
    again = done(rotate(member, "--file", path.name, "--allow-unverified"), "unchanged")
    refused(rotate(member), "image_source", "private", "--url, --file or --image")

    assert (told["old_id"], told["source"]) == (old, "private")
    assert again["new_id"] == current(member)["id"] == told["new_id"]


def test_F93_older_build_is_refused_unless_that_is_meant(
    member: Account, serve: Serve, source: Source
) -> None:
    old = version(member, image_build_date="2026-03-02")
    options = serve(NEW)
    march = Headers({"Last-Modified": "Sun, 01 Mar 2026 04:05:06 GMT"})
    source.misbehave("disk.img", march)
    before = everything(member)

    refused(rotate(member, *options), "2026-03-01", "2026-03-02", "--allow-downgrade")
    assert everything(member) == before
    told = done(rotate(member, *options, "--allow-downgrade"))

    assert (told["old_id"], told["build_date"]) == (old, "2026-03-01")
    assert current(member)["lifecycle_version"] == "20260301"


def test_ended_family_is_refused_and_nothing_is_fetched(
    member: Account, serve: Serve, source: Source
) -> None:
    version(member, lifecycle_end_at="2026-01-01T00:00:00Z")
    before = everything(member)

    refused(rotate(member, *serve(NEW)), "ended", "2026-01-01", "--end-at")

    assert everything(member) == before
    assert source.requests("disk.img") == []


class TestName:
    """A name that others bear."""

    def test_F86_unmanaged_image_is_refused_and_named_unless_it_is_to_be_adopted(
        self, member: Account, serve: Serve
    ) -> None:
        old = by_hand(member, OLD, name=FAMILY, os_distro="debian")
        before = everything(member)

        refused(rotate(member, *serve(NEW)), old, "--adopt")
        assert everything(member) == before
        told = done(rotate(member, *serve(NEW), "--adopt"))

        assert (told["old_id"], told["generation"]) == (old, 2)
        assert told["carried_over"] == ["os_distro", "visibility"]
        image = shown(member, old)
        assert (image["lifecycle_generation"], image["os_hidden"]) == ("1", True)
        assert current(member)["id"] == told["new_id"]

    def test_F82_one_of_two_is_never_guessed(
        self, member: Account, serve: Serve
    ) -> None:
        twins = [by_hand(member, OLD, name=FAMILY) for _ in range(2)]
        before = everything(member)

        refused(rotate(member, *serve(NEW), "--adopt"), "2 visible images", *twins)

        assert everything(member) == before

    def test_F82_image_beside_a_family_is_adopted_below_its_current_version(
        self, member: Account, serve: Serve
    ) -> None:
        versions = {version(member), by_hand(member, NEWER, name=FAMILY)}

        done(rotate(member, *serve(NEW), "--adopt"))

        image = current(member)
        assert {*everything(member)} == {*versions, image["id"]}
        assert member.glance("GET", image["file"]).content == NEW

    def test_F74_F108_another_project_s_family_is_refused_and_its_owner_named(
        self, admin: Account, member: Account, serve: Serve, name: str
    ) -> None:
        public = {"name": name, "visibility": "public"}
        old = version(admin, owner=member, **public)
        before = everything(member)

        refused(
            rotate(admin, *serve(NEW), name=name),
            *(f"'{name}'", old, member.project_id, "--project", "--allow-duplicate"),
        )
        assert (everything(admin), everything(member)) == ({}, before)
        theirs = ["--project", member.project_id]
        told = done(rotate(admin, *serve(NEW), *theirs, name=name))
        own = done(rotate(admin, *serve(NEW), "--allow-duplicate", name=name))

        assert told["old_id"] == old
        assert current(member, name)["owner"] == member.project_id
        assert (own["old_id"], own["visibility"]) == (None, "shared")

    def test_F75_another_project_s_private_family_is_not_touched(
        self, admin: Account, member: Account, serve: Serve
    ) -> None:
        version(member, visibility="private", lifecycle_tag="lts")
        before = everything(member)

        done(rotate(admin, *serve(NEW)))

        assert everything(member) == before


NAMES = ["Debian 13: amd64, LTS", "-it's", "größe [a-z].*", "eq:x", "a" * 200]


@pytest.mark.parametrize("wanted", NAMES)
def test_F83_a_family_may_have_any_name(
    wanted: str, member: Account, serve: Serve
) -> None:
    done(rotate(member, *serve(OLD), name=wanted))

    told = done(rotate(member, *serve(NEW), name=wanted))
    back = done(roll_back(member, name=wanted), "rolled back")

    assert (back["new_id"], back["old_id"]) == (told["old_id"], told["new_id"])
    assert current(member, wanted)["id"] == back["new_id"]
    assert {one["name"] for one in everything(member).values()} == {wanted}


def test_F98_higher_generation_of_another_project_counts_for_nothing(
    cloud: Cloud, member: Account, serve: Serve
) -> None:
    old, other = version(member), cloud.account()
    version(other, 9, content=NEWER, visibility="community")
    before = everything(other)

    told = done(rotate(member, *serve(NEW)))

    assert (told["generation"], told["old_id"]) == (2, old)
    assert everything(other) == before


def test_F102_dead_record_that_is_answered_400_counts_as_gone(
    member: Account, through: Account, before_glance: Proxy, serve: Serve
) -> None:
    old = version(member)
    record = ticket_id(member.project_id, FAMILY, 2)
    dead = str(Run("a-run", THIS_MACHINE.new_run().host, dead_process(), 1))
    fields = {"lifecycle_id": record, "lifecycle_family": FAMILY, "os_hidden": True}
    fields |= {"lifecycle_generation": "2", "lifecycle_run": dead}
    made(member, id=record, name=f"{FAMILY}.importing-{record[:8]}", **fields)

    def deleted_meanwhile() -> Answer:
        assert member.glance("DELETE", f"/v2/images/{record}").status_code == 204
        return Answer(400, b"Image is deleted")

    before_glance.on("DELETE", record).answer_with(deleted_meanwhile)

    told = done(rotate(through, *serve(NEW)))

    assert (told["old_id"], told["generation"]) == (old, 3)
    assert {*everything(member)} == {old, told["new_id"]}


def test_F104_numbers_that_were_used_up_cost_few_requests(
    member: Account, through: Account, before_glance: Proxy, serve: Serve
) -> None:
    version(member)

    def used_up() -> Answer | None:
        # What Glance answers for the ID of an image that was deleted.
        sent = json.loads(before_glance.matching("POST", LISTING)[-1].body)
        is_free = int(sent["lifecycle_generation"]) > 300
        return None if is_free else Answer(409, b"Image ID already exists")

    before_glance.on("POST", LISTING).before.append(used_up)

    told = done(rotate(through, *serve(NEW)))
    back = done(roll_back(through), "rolled back")

    assert 300 < told["generation"] < back["generation"]
    assert len(before_glance.matching("POST", LISTING)) < 20


RETIREMENTS: dict[str, tuple[list[str], dict[str, Any]]] = {
    "F84-renamed": (
        ["--old-name={name} ({version})", "--old-community", "--reason=end of may"],
        {
            # Another image is called so already.
            "name": f"{FAMILY} (v1).2",
            "visibility": "community",
            "os_hidden": True,
            "lifecycle_reason": "end of may",
        },
    ),
    "listed": (
        ["--old-name", "old {id}", "--no-hide-old", "--old-private"],
        {"os_hidden": False, "visibility": "private", "status": "active"},
    ),
    "dated": (
        ["--old-name={name}-{date}", "--no-hide-old"],
        {"os_hidden": False, "visibility": "shared", "lifecycle_state": "deprecated"},
    ),
    "obsolete": (
        ["--old-state", "obsolete", "--yes", "--os-purpose-old", "oldgeneric"],
        {
            "name": FAMILY,
            "status": "deactivated",
            "lifecycle_state": "obsolete",
            "os_purpose": "oldgeneric",
        },
    ),
    "scheduled": (
        ["--delete-in=90d", "--hide-old", "--old-state=deprecated"],
        {"name": FAMILY, "os_hidden": True, "lifecycle_state": "deprecated"},
    ),
}


@pytest.mark.parametrize(("options", "becomes"), RETIREMENTS.values(), ids=RETIREMENTS)
def test_old_version_becomes_what_was_said_and_the_new_one_does_not(
    options: list[str],
    becomes: dict[str, Any],
    cloud: Cloud,
    member: Account,
    serve: Serve,
) -> None:
    old = version(member, os_purpose="generic")
    made(member, name=f"{FAMILY} (v1)")
    made(cloud.account(), name=f"{FAMILY} (v1).2", visibility="community")

    told = done(rotate(member, *serve(NEW), *options))

    image = shown(member, old)
    assert {name: image[name] for name in becomes} == becomes
    assert told["old_state"] == image["lifecycle_state"]
    assert told["old_delete_at"] == image.get("lifecycle_delete_at")
    assert (told["old_delete_at"] is not None) == ("--delete-in=90d" in options)
    if "old {id}" in options:
        assert image["name"] == f"old {old}"
    if "--old-name={name}-{date}" in options:
        assert image["name"] == f"{FAMILY}-{image['lifecycle_retired_at'][:10]}"
    new = current(member)
    assert (new["os_purpose"], new["visibility"]) == ("generic", "shared")
    if "name" in becomes and becomes["name"] != FAMILY:
        again = rotate(member, *serve(NEW), *options)
        assert done(again, "unchanged")["old_id"] is None
        assert shown(member, old) == image


WRONG = {
    "two-of-the-name": (["--no-hide-old"], "--old-name"),
    "obsolete-unasked": (["--old-state=obsolete"], "--yes"),
    "names-all-the-same": (["--old-name={name} old"], "{version}"),
    "unknown-in-a-name": (["--old-name={when}"], "only {name}"),
    "mirror-of-nothing": (["--mirror=http://localhost/x"], "requires --url"),
    "user-of-nothing": (["--source-user=me:secret"], "requires --url or --source"),
    "digest-of-an-image": (["--image=a", "--checksum=auto"], "is stored already"),
    "format-of-an-image": (["--image=a", "--convert=raw"], "is stored already"),
    "for-ever": (["--delete-in=9999y"], "year 9999"),
    "tag-of-every-version": (["--by-tag=lifecycle"], "every version already has"),
    "two-sources": (["--image=a", "--file=b"], "not allowed with"),
    "no-such-column": (["-c", "id"], "'result', 'name', 'new_id'"),
    "unknown": (["--keyrng=a"], "image rotate --help' lists"),
}


@pytest.mark.parametrize(("options", "words"), WRONG.values(), ids=WRONG)
def test_wrong_usage(options: list[str], words: str, member: Account) -> None:
    outcome = rotate(member, *options)

    assert (outcome.status, outcome.stdout) == (WRONG_USAGE, "")
    usage, error = outcome.stderr.splitlines()
    assert usage.endswith(" image rotate [options] <name>")
    assert words in error


def test_policy_moves_on_with_the_current_version(
    member: Account, serve: Serve
) -> None:
    old = version(member, lifecycle_keep="2", replace_frequency="monthly")
    first = ["--delete-after=90d", "--keep=3", "--end-at=2090-01-01"]
    scs = ["--provided-until=none", "--uuid-validity=last-3"]

    told = done(rotate(member, *serve(NEW), *first, *scs))
    said = current(member)
    done(rotate(member, *serve(NEWER), "--replace-frequency=weekly"))

    policy = {
        "lifecycle_keep": "3",
        "lifecycle_delete_after": said["lifecycle_delete_after"],
        "lifecycle_end_at": "2090-01-01T00:00:00Z",
        "provided_until": "none",
        "uuid_validity": "last-3",
    }
    image = current(member)
    assert {name: said[name] for name in policy} == policy
    assert said["replace_frequency"] == "monthly"
    assert {name: image[name] for name in policy} == policy
    assert image["replace_frequency"] == "weekly"
    # What is said now holds for the version that is replaced now.
    assert told["old_delete_at"] == shown(member, old)["lifecycle_delete_at"]
    assert "lifecycle_delete_at" in shown(member, said["id"])
    assert shown(member, old)["lifecycle_keep"] == "2"


class TestVerifyCommand:
    """The site's own test of a version, before anybody is offered it."""

    def test_new_version_that_fails_it_stays_staged_until_it_is_resumed(
        self, member: Account, serve: Serve
    ) -> None:
        old = version(member)
        before = shown(member, old)
        command = "env > told; echo noise; exit 3"

        failed = rotate(member, *serve(NEW), "--verify-command", command)

        told = done(failed, "staged", status=1)
        new = shown(member, told["new_id"])
        assert (current(member), shown(member, old)) == (before, before)
        assert (new["os_hidden"], new["lifecycle_state"]) == (True, "staged")
        assert "lifecycle_published_at" not in new
        assert new["name"] == f"{FAMILY}.importing-{new['id'][:8]}"
        resume = f"openstack image rotate --image {new['id']} -- {FAMILY}"
        for words in ("exit status 3", resume, f"image delete {new['id']}", "noise"):
            assert words in failed.stderr
        environment = (member.home / "told").read_text().splitlines()
        assert {
            f"IMAGE_ID={new['id']}",
            f"IMAGE_FAMILY={FAMILY}",
            f"IMAGE_VERSION={new['lifecycle_version']}",
            f"CURRENT_IMAGE_ID={old}",
        } <= {*environment}

        resumed = rotate(member, "--image", new["id"], "--verify-command", "true")

        told = done(resumed)
        assert (told["new_id"], told["old_id"]) == (new["id"], old)
        assert (told["generation"], told["new_version"]) == (
            int(new["lifecycle_generation"]),
            new["lifecycle_version"],
        )
        assert current(member)["id"] == new["id"]
        assert told["published_digest"] == f"{digest_of(NEW)} wire"

    @pytest.mark.parametrize("kind", ["url", "file"])
    def test_version_that_waits_is_not_made_once_more_only_to_wait(
        self, kind: str, member: Account, source: Source, serve: Serve
    ) -> None:
        old = version(member)
        (member.home / "disk").write_bytes(NEW)
        options = {"url": serve(NEW), "file": ["--file", "disk", "--allow-unverified"]}
        failing = [*options[kind], "--verify-command", "echo >>told; false"]
        first = done(rotate(member, *failing), "staged", status=1)
        before = everything(member)
        asked = len(source.requests("disk.img"))

        again = done(rotate(member, *failing), "staged", status=1)
        hidden = done(rotate(member, *options[kind], "--hidden"), "staged")
        plan = planned(rotate(member, *failing, "--dry-run"))

        assert again["new_id"] == hidden["new_id"] == first["new_id"]
        assert again["note"] == hidden["note"]
        assert f"--image {first['new_id']}" in again["note"]
        assert (member.home / "told").read_text() == "\n"
        assert everything(member) == before
        assert "GET" not in [one.method for one in source.requests("disk.img")[asked:]]
        assert [(step["Step"], step["Image"]) for step in plan] == [
            ("keep", first["new_id"])
        ]
        # Whoever wants it offered says so, or makes another.
        told = done(rotate(member, *options[kind]))
        assert told["old_id"] == old
        assert {*everything(member)} == {old, first["new_id"], told["new_id"]}

    def test_what_it_has_started_ends_with_the_run(
        self, member: Account, serve: Serve
    ) -> None:
        version(member)
        before = everything(member)
        fifo = member.home / "fifo"
        os.mkfifo(fifo)
        # Whoever reads it is told when the last one has closed it.
        command = "sleep 600 >fifo & echo started >fifo; wait"
        told = [*serve(NEW), "--verify-command", command, "--", FAMILY]
        with member.start("image", "rotate", *told) as client:
            with fifo.open() as reader:
                assert reader.readline() == "started\n"
                client.send_signal(signal.SIGTERM)
                assert reader.read() == ""
            outcome = ended(client)

        assert outcome.status == 128 + signal.SIGTERM
        assert everything(member) == before

    def test_policy_of_a_first_version_that_waits_is_its_own(
        self, member: Account, serve: Serve
    ) -> None:
        told = done(rotate(member, *serve(NEW), "--hidden", "--keep=3"), "staged")
        policy = ["image", "lifecycle", "set", "--family", FAMILY, "--delete-after=9d"]
        assert member.openstack(*policy).status == 0

        done(rotate(member, "--image", told["new_id"]))

        image = current(member)
        assert (image["lifecycle_keep"], image["lifecycle_delete_after"]) == ("3", "9d")

    def test_policy_of_a_family_is_not_that_of_a_version_that_waits(
        self, member: Account, serve: Serve
    ) -> None:
        """Where no version is current, either."""
        old = version(member)
        done(rotate(member, *serve(NEW), "--hidden"), "staged")
        changed(member, old, os_hidden=True, lifecycle_state="deprecated")
        policy = ["image", "lifecycle", "set", "--family", FAMILY]
        ended_family = member.openstack(*policy, "--end-at", "2026-01-01")
        assert ended_family.status == 0

        assert shown(member, old)["lifecycle_end_at"].startswith("2026-01-01")
        refused(rotate(member, *serve(NEWER)), "has ended")

    def test_hidden_version_waits_for_whoever_resumes_it(
        self, member: Account, serve: Serve
    ) -> None:
        old = version(member)

        told = done(rotate(member, *serve(NEW), "--hidden"), "staged")

        assert current(member)["id"] == old
        new = shown(member, told["new_id"])
        assert (new["os_hidden"], new["lifecycle_state"]) == (True, "staged")
        assert f"--image {new['id']}" in told["note"]


class TestImage:
    """An image that is there already."""

    def test_it_becomes_the_next_version_without_what_it_inherited(
        self, member: Account
    ) -> None:
        old = version(member, os_distro="debian", hw_disk_bus="scsi", min_disk=3)
        inherited = {
            **{n: v for n, v in shown(member, old).items() if n[:10] == "lifecycle_"},
            "image_type": "snapshot",
            "base_image_ref": old,
            "instance_uuid": str(uuid.uuid4()),
            "boot_roles": "member",
            "lifecycle_hold": "theirs",
        }
        own = by_hand(member, name="built", hw_disk_bus="virtio", **inherited)

        told = done(rotate(member, "--image", "built", "--property", "os_version=13"))

        image = current(member)
        assert (told["new_id"], told["old_id"], image["id"]) == (own, old, own)
        assert image["lifecycle_generation"] == "2"
        left = {"image_type", "base_image_ref", "instance_uuid", "boot_roles"}
        assert not {*left, "lifecycle_hold", "lifecycle_before"} & image.keys()
        assert "lifecycle_published_digest" not in image
        # Its own stands above what is carried over, below what is said.
        assert (image["hw_disk_bus"], image["os_distro"]) == ("virtio", "debian")
        assert (image["os_version"], image["min_disk"]) == ("13", 3)
        assert image["tags"] == ["lifecycle"]
        again = done(rotate(member, "--image", own), "unchanged")
        assert "it is the current version" in again["note"]

    def test_first_version_is_for_whom_it_was_and_stays_protected(
        self, admin: Account, name: str
    ) -> None:
        own = by_hand(admin, visibility="public", protected=True)

        done(rotate(admin, "--image", own, name=name))

        image = current(admin, name)
        assert (image["visibility"], image["protected"]) == ("public", True)

    def test_its_way_out_ends_when_it_becomes_current(self, member: Account) -> None:
        version(member)
        own = by_hand(member, name="golden")
        deprecate = ["image", "deprecate", "golden", "--yes", "--delete-in=1d"]
        assert member.openstack(*deprecate).status == 0
        assert "lifecycle_delete_at" in shown(member, own)

        done(rotate(member, "--image", own))

        image = current(member)
        ways = ("deprecated_at", "obsolete_at", "delete_at", "replacement", "before")
        assert image["id"] == own
        assert not {f"lifecycle_{each}" for each in ways} & image.keys()
        assert due_rows(member) == []

    def test_what_a_server_was_made_of_is_not_when_its_snapshot_was_built(
        self, member: Account
    ) -> None:
        version(member)
        server = {"base_image_ref": str(uuid.uuid4()), "image_source": "private"}
        own = by_hand(member, **server, image_build_date="2019-01-01")

        told = done(rotate(member, "--image", own))

        assert told["build_date"] == current(member)["created_at"][:10]
        assert "image_source" not in current(member)

    def test_bytes_of_an_earlier_version_are_a_downgrade_and_no_race(
        self, member: Account
    ) -> None:
        retired(member, 1, 2, content=OLD)
        version(member, 2, content=NEW)
        own = by_hand(member, OLD, image_build_date="2026-01-01")

        refused(rotate(member, "--image", own), "--allow-downgrade")
        plan = rotate(member, "--image", own, "--allow-downgrade", "--dry-run")
        told = done(rotate(member, "--image", own, "--allow-downgrade"))

        assert planned(plan)[0]["Step"] == "stage"
        assert (told["new_id"], current(member)["id"]) == (own, own)

    def test_standard_is_demanded_of_it_too(self, member: Account) -> None:
        version(member)
        own = by_hand(member)
        before = everything(member)

        for dry_run in ([], ["--dry-run"]):
            options = ["--image", own, "--standard", "scs-0102", *dry_run]
            refused(rotate(member, *options), "scs-0102", "os_distro is missing")

        assert everything(member) == before

    def test_same_bytes_are_unchanged(self, member: Account) -> None:
        old = version(member)
        built = by_hand(member, OLD)
        before = everything(member)

        told = done(rotate(member, "--image", built), "unchanged")

        assert told["new_id"] == old
        assert everything(member) == before

    def test_what_can_not_be_one_is_refused_and_left_as_it_is(
        self, cloud: Cloud, member: Account
    ) -> None:
        version(member)
        other = cloud.account()
        theirs = by_hand(other, visibility="community")
        cases = {
            theirs: other.project_id,
            made(member, name="queued"): "queued",
            by_hand(member, b""): "boots from a volume",
            by_hand(member, qcow2(NEW), disk_format="qcow2"): "--disk-format qcow2",
            retired(member, 2, 3, content=NEWER): "image rollback --to",
            version(member, name="other", content=NEWER): "is a version of 'other'",
            "missing": "'missing'",
        }
        before = everything(member)

        for wanted, why in cases.items():
            refused(rotate(member, "--image", wanted), why)

        assert everything(member) == before
        assert shown(other, theirs)["name"].startswith("built-")

    def test_F110_another_disk_format_is_taken_when_it_is_named(
        self, member: Account
    ) -> None:
        version(member)
        own = by_hand(member, qcow2(NEW), disk_format="qcow2")

        told = done(rotate(member, "--image", own, "--disk-format", "qcow2"))

        assert (told["new_id"], told["disk_format"]) == (own, "qcow2")
        assert current(member)["id"] == own


def test_tag_of_a_family_is_on_its_current_version_alone(
    member: Account, serve: Serve
) -> None:
    """Octavia picks its image so."""
    tag, tags = uuid.uuid4().hex, ["lifecycle", "mine"]
    old = version(member, tags=tags)

    told = done(rotate(member, *serve(NEW), "--by-tag", tag))
    [image] = listed(member, tag=tag)
    done(rotate(member, *serve(NEWER)))

    assert (image["id"], {*image["tags"]}) == (told["new_id"], {tag, *tags})
    assert image["lifecycle_tag"] == tag
    assert [one["id"] for one in listed(member, tag=tag)] == [current(member)["id"]]
    assert listed(member, tag=tag, os_hidden="true") == []
    assert {*shown(member, old)["tags"]} == {*tags}
    changed(member, told["new_id"], tags=[tag])
    check = member.openstack("image", "lifecycle", "check", "-f", "json")
    [finding] = [row for row in check.json() if row["Check"] == "tag"]
    assert (check.status, finding["Image"]) == (1, told["new_id"])
    unset = ["image", "lifecycle", "unset", "--family", FAMILY, "--by-tag"]
    assert member.openstack(*unset).status == 0
    assert "lifecycle_tag" not in current(member)


FILE = pytest.param("file", marks=pytest.mark.long)
WAYS = ["url", FILE, "image", "unmanaged", "unchanged"]


@pytest.mark.parametrize("way", WAYS)
def test_dry_run_tells_the_plan_and_only_reads(
    way: str, member: Account, through: Account, before_glance: Proxy, serve: Serve
) -> None:
    old = version(member, os_distro="debian") if way != "unmanaged" else ""
    new_id = ""
    (member.home / "disk").write_bytes(NEW)
    if way == "unmanaged":
        old = by_hand(member, name=FAMILY)
    if way == "image":
        new_id = by_hand(member)
    options = {
        "file": ["--file", "disk", "--allow-unverified"],
        "image": ["--image", new_id, "--image-version", "x"],
        "unmanaged": [*serve(NEWER, "newer.img"), "--adopt"],
        "unchanged": serve(OLD, "old.img"),
    }.get(way, serve(NEW))
    ending = ["--old-name={version}", "--old-private", "--old-state=obsolete"]
    before = everything(member)

    outcome = rotate(
        through, *options, *ending, "--auto-approve", "--verify-command=a", "--dry-run"
    )

    told = planned(outcome)
    assert before_glance.methods() <= ONLY_READS
    assert everything(member) == before
    plan = {step["Step"]: step for step in told}
    if way == "unchanged":
        assert plan.keys() == {"keep"}
        return
    making = ["stage"] if way == "image" else ["fetch", "verify", "create", "store"]
    if way == "file":
        making[1] = "trust"
    swap = ["run", "announce", "show", "hide", "rename", "make", "deactivate"]
    adopting = ["adopt"] if way == "unmanaged" else []
    carrying = ["carry over"] if way != "unmanaged" else []
    assert [step["Step"] for step in told] == [*(adopting + making + carrying + swap)]
    # F87: where it would be
    where = plan[making[0] if way == "image" else "create"]["Reason"]
    for word in ("through", "RegionOne", member.project_id):
        assert word in where
    assert plan["hide"]["Image"] == old
    # Nobody knows the ID of what is still to be made.
    assert (plan["show"]["Image"] or "") == new_id


def test_F88_nobody_is_asked_and_standard_output_is_the_result_alone(
    member: Account, serve: Serve
) -> None:
    version(member)
    command = ["image", "rotate", "-f", "json", FAMILY, *serve(NEW)]

    # Its standard input stays open and silent: who reads it waits for ever.
    with member.start(*command, stdin=subprocess.PIPE) as client:
        try:
            client.wait(END_SECONDS)
        finally:
            client.kill()
        outcome = ended(client)

    told = done(outcome)
    assert told["new_id"] == current(member)["id"]
    assert outcome.stderr == ""


def test_F88_reader_of_standard_output_that_is_gone_undoes_nothing(
    member: Account, serve: Serve
) -> None:
    old = version(member)
    read_end, write_end = os.pipe()
    os.close(read_end)

    command = ["image", "rotate", FAMILY, *serve(NEW)]
    with member.start(*command, stdout=write_end) as client:
        os.close(write_end)
        outcome = ended(client)

    assert outcome.status in BROKEN_PIPE
    assert current(member)["id"] != old


def test_F85_deactivated_image_is_not_current_and_is_not_in_the_way(
    member: Account, serve: Serve
) -> None:
    old = version(member)
    member.glance("POST", f"/v2/images/{old}/actions/deactivate")

    done(rotate(member, *serve(NEW)))

    assert member.glance("GET", current(member)["file"]).content == NEW
    assert shown(member, old)["os_hidden"] is True


def test_bytes_that_a_person_took_out_stay_out_behind_a_version_before_them(
    member: Account, serve: Serve
) -> None:
    first = retired(member, 1, 2, content=OLD)
    version(member, 2, content=NEW)
    deprecate = ["image", "deprecate", FAMILY, "--yes", "--reason", "CVE-2026-1"]
    assert member.openstack(*deprecate).status == 0
    assert member.openstack("image", "reinstate", first).status == 0

    told = done(rotate(member, *serve(NEW)), "unchanged")

    assert "was deprecated" in told["note"]
    assert [one["id"] for one in found(member, FAMILY)] == [first]
    assert done(rotate(member, *serve(NEW), "--force"))["old_id"] == first


def test_what_was_offered_is_never_deleted_whatever_run_is_written_on_it(
    member: Account, serve: Serve
) -> None:
    dead = str(Run("a-run", THIS_MACHINE.new_run().host, dead_process(), 1))
    first = retired(member, 1, 2, content=OLD, lifecycle_run=dead)
    second = version(member, 2, content=NEW, lifecycle_run=dead)

    told = done(rotate(member, *serve(NEWER)))

    assert told["old_id"] == second
    assert {first, second} <= everything(member).keys()


def test_F18_wrong_digest_of_a_file_that_is_there_already_is_no_success(
    member: Account,
) -> None:
    version(member)
    (member.home / "disk").write_bytes(OLD)
    options = ["--file", "disk", "--checksum"]
    before = everything(member)

    refused(rotate(member, *options, digest_of(NEW)), digest_of(NEW)[7:])
    done(rotate(member, *options, digest_of(OLD)), "unchanged")

    assert everything(member) == before


def test_F18_file_that_is_there_already_and_not_what_is_published_is_no_success(
    member: Account, serve: Serve
) -> None:
    version(member)
    (member.home / "disk").write_bytes(OLD)
    (member.home / "SHA256SUMS").write_text(f"{digest_of(NEW)[7:]}  disk\n")
    before = everything(member)

    refused(rotate(member, "--file", "disk"), digest_of(NEW)[7:])

    assert everything(member) == before


def test_deprecation_of_a_version_that_stays_listed_says_nothing_new(
    member: Account, serve: Serve
) -> None:
    old = version(member)
    done(rotate(member, *serve(NEW), "--old-name={name} {version}", "--no-hide-old"))
    before = shown(member, old)

    outcome = member.openstack("image", "deprecate", "-f", "json", old, "--unhidden")

    assert [row["Result"] for row in outcome.json()] == ["unchanged"]
    assert shown(member, old) == before


@pytest.mark.parametrize("hiding", ["--hide-old", "--no-hide-old"])
def test_reinstatement_of_a_version_that_was_renamed_is_refused(
    hiding: str, member: Account, serve: Serve
) -> None:
    old = version(member)
    told = done(rotate(member, *serve(NEW), "--old-name", "{name} {version}", hiding))

    outcome = member.openstack("image", "reinstate", "-f", "json", old)

    [row] = outcome.json()
    assert (outcome.status, row["Result"]) == (1, "refused")
    assert told["new_id"] in row["Note"]
    assert "image rollback" in row["Note"]
    assert current(member)["id"] == told["new_id"]


def test_bytes_that_a_person_deprecated_come_back_only_when_that_is_meant(
    member: Account, serve: Serve
) -> None:
    old = version(member)
    assert member.openstack("image", "deprecate", "--yes", old).status == 0
    before = everything(member)

    told = done(rotate(member, *serve(OLD)), "unchanged")

    assert f"reinstate {old}" in told["note"]
    assert everything(member) == before
    done(rotate(member, *serve(OLD), "--force"))
    assert current(member)["id"] != old
