# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What a new version takes over from the one before it, of all that Glance knows."""

from __future__ import annotations

import re
import shlex
import uuid
from typing import Any

import pytest

from tests.cloud import archives
from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.images import can_convert, iso, qcow2, raw
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.functional.families import LISTING, changed, found
from tests.functional.generations import (
    FAMILY,
    NEW,
    OLD,
    ONLY_READS,
    by_hand,
    current,
    done,
    everything,
    planned,
    refused,
    rotate,
    shown,
    version,
)
from tests.functional.outcomes import WRONG_USAGE, digest_of, import_url

long = pytest.mark.long

CARRIED = {
    # Of Glance's metadata definitions, and what Nova, Cinder and Ironic read
    "architecture": "x86_64",
    "description": "for people",
    "hw_disk_bus": "scsi",
    "hw_firmware_type": "uefi",
    "hw_qemu_guest_agent": "yes",
    "hw_vif_multiqueue_enabled": "true",
    "hypervisor_type": "qemu",
    "img_config_drive": "mandatory",
    "kernel_id": "5f0c0000-0000-4000-8000-000000000001",
    "os_admin_user": "debian",
    "os_distro": "debian",
    "os_require_quiesce": "yes",
    "os_version": "13",
    "cinder_img_volume_type": "fast",
    "trait:CUSTOM_GPU": "required",
    "vm_mode": "hvm",
    # Of scs-0102
    "hotfix_hours": "48",
    "image_description": "https://example.org/",
    "image_original_user": "debian",
    "os_purpose": "generic",
    "replace_frequency": "monthly",
    "uuid_validity": "last-3",
    # Policy of the family
    "lifecycle_keep": "3",
    "lifecycle_history": '[{"version": "v0"}]',
    # Anybody's
    "a/b~c": "JSON pointers",
    "gruß": "ä",
    "long": "x" * 60_000,
    "empty": "",
}
LEFT = {
    "base_image_ref": "5f0c0000-0000-4000-8000-000000000002",
    "bdm_v2": "True",
    "block_device_mapping": "[]",
    "boot_roles": "member",
    "cinder_encryption_key_deletion_policy": "do_not_delete",
    "cinder_encryption_key_id": "5f0c0000-0000-4000-8000-000000000003",
    "image_location": "snapshot",
    "image_state": "available",
    "image_type": "snapshot",
    "img_signature": "abc",
    "img_signature_hash_method": "SHA-256",
    "instance_uuid": "5f0c0000-0000-4000-8000-000000000004",
    "lifecycle_before": "{}",
    "lifecycle_delete_at": "2090-01-01T00:00:00Z",
    "lifecycle_hold": "a customer",
    "lifecycle_source_digest": "sha256:00",
    "lifecycle_source_etag": '"abc"',
    "lifecycle_source_size": "3",
    "owner_project_name": "x",
    "owner_specified.openstack.md5": "00",
    "owner_specified.openstack.sha256": "00",
    "owner_user_name": "x",
    "patchlevel": "7",
    "root_device_name": "/dev/vda",
    "signature_verified": "True",
    "user_id": "x",
}
SIGNED = ("img_signature", "img_signature_hash_method")
BEING = {"min_disk": 4, "min_ram": 512, "protected": True}
TAGS = ["lifecycle", "lts", "mine"]


@pytest.fixture
def serve(source: Source) -> Any:
    """A function that serves bytes, and what tells `rotate` of them."""

    def options(content: bytes, name: str = "disk.img") -> list[str]:
        url = source.put(name, content)
        return ["--url", url, "--checksum", digest_of(content)]

    return options


@pytest.fixture
def name() -> str:
    """A name that no other test's public image bears."""
    return f"debian-{uuid.uuid4().hex}"


@pytest.mark.parametrize(
    ("visibility", "role"),
    [
        ("public", "admin"),
        ("private", "member"),
        pytest.param("shared", "member", marks=long),
    ],
)
def test_F90_new_version_takes_over_what_was_given_and_leaves_what_tells_of_one_image(
    visibility: str, role: str, cloud: Cloud, serve: Any, name: str
) -> None:
    account = cloud.account(roles=[role])
    own = {**CARRIED, **LEFT, **BEING, "visibility": visibility, "tags": TAGS}
    old = version(account, name=name, **own)
    if visibility == "private":
        changed(account, old, **{"lifecycle_tag": "only", "tags": [*TAGS, "only"]})

    unsigned = [word for one in SIGNED for word in ("--unset-property", one)]
    told = done(rotate(account, *serve(NEW), *unsigned, name=name))

    [image] = found(account, name)
    assert image["id"] == told["new_id"] != old
    expected = {**CARRIED, **BEING, "visibility": visibility, "disk_format": "raw"}
    assert {name: image.get(name) for name in expected} == expected
    tag = ["only"] if visibility == "private" else []
    assert sorted(image["tags"]) == sorted([*TAGS, *tag])
    assert LEFT.keys() & image.keys() == {"lifecycle_source_digest"}
    assert image["lifecycle_source_digest"] == digest_of(NEW)
    policy = {"lifecycle_tag"} if visibility == "private" else set()
    assert {*told["carried_over"]} == {
        *(CARRIED.keys() | policy),
        *("min_disk", "min_ram", "protected", "tags", "visibility"),
    }
    # The old one keeps what is its own.
    kept = shown(account, old)
    assert {name: kept[name] for name in LEFT if name != "lifecycle_before"} == {
        name: text for name, text in LEFT.items() if name != "lifecycle_before"
    }
    assert sorted(kept["tags"]) == TAGS


def test_what_is_said_comes_before_what_is_carried_over(
    member: Account, serve: Any
) -> None:
    old = {**CARRIED, **BEING, "tags": TAGS, "lifecycle_delete_after": "90d"}
    version(member, **old)
    unset = ["vm_mode", "replace_frequency", "lifecycle_delete_after", "not there"]
    options = [f"--unset-property={each}" for each in unset]
    options += ["--property", "os_distro=arch", "--property=new=x", "--tag=more"]
    options += ["--unprotected", "--min-ram=64", "--min-disk=9", "--private"]

    told = done(rotate(member, *serve(NEW), *options))

    image = shown(member, told["new_id"])
    assert not {*unset} & image.keys()
    said = {"os_distro", "min_disk", "min_ram", "protected", "visibility"}
    assert not {*unset, *said} & {*told["carried_over"]}
    assert (image["os_distro"], image["new"]) == ("arch", "x")
    assert sorted(image["tags"]) == [*TAGS, "more"]
    assert (image["min_ram"], image["min_disk"]) == (64, 9)
    assert (image["protected"], image["visibility"]) == (False, "private")
    assert image["hw_disk_bus"] == "scsi"


def test_what_a_URL_told_of_the_old_version_the_new_URL_tells_anew(
    member: Account, serve: Any, source: Source
) -> None:
    url = source.url("ubuntu-24.04-server-cloudimg-amd64.img")
    version(member, image_source=url, os_distro="ubuntu", os_version="24.04", mine="x")

    done(rotate(member, *serve(NEW, "ubuntu-26.04-server-cloudimg-amd64.img")))

    image = current(member)
    assert (image["os_distro"], image["os_version"]) == ("ubuntu", "26.04")
    assert image["mine"] == "x"


def test_F121_other_machine_or_no_signature_is_refused_unless_it_is_meant(
    member: Account, serve: Any
) -> None:
    signed = {"img_signature": "abc", "img_signature_key_type": "RSA-PSS"}
    old = version(member, architecture="x86_64", os_type="linux", mine="x", **signed)
    arm = [*serve(NEW, "golden-arm64.img"), "--build-date", "2026-09-01"]
    unsigned = [f"--unset-property={name}" for name in signed]

    lost = rotate(member, *arm, "--property", "architecture=aarch64")
    other = rotate(member, *arm, *unsigned)

    refused(lost, "img_signature, img_signature_key_type", *unsigned[0].split("="))
    refused(other, "architecture is aarch64", "of version v1 is x86_64")
    assert current(member)["id"] == old
    [meant] = re.findall(r"(--property architecture=\w+)", other.stderr)
    windows = by_hand(member, os_type="windows", **signed)
    refused(rotate(member, "--image", windows), "its os_type is windows", "is linux")
    options = [*arm, *unsigned, *shlex.split(meant)]
    [changed_, left, show] = [
        step
        for step in planned(rotate(member, *options, "--public", "--dry-run"))
        if step["Step"] in ("change", "leave behind", "show")
    ]
    assert changed_["What"] == "architecture from x86_64 to aarch64"
    assert left["What"] == ", ".join(signed)
    assert show["What"].endswith(", public")

    done(rotate(member, *options))

    new = current(member)
    assert (new["architecture"], new["mine"]) == ("aarch64", "x")
    assert not signed.keys() & new.keys()


@pytest.mark.parametrize("way", ["file", "image", "url"])
def test_what_a_URL_told_of_the_old_version_stays_where_nothing_else_is_told(
    way: str, member: Account, serve: Any, source: Source
) -> None:
    url = source.url("ubuntu-24.04-server-cloudimg-amd64.img")
    told = {"os_distro": "ubuntu", "os_version": "24.04", "architecture": "x86_64"}
    version(member, image_source=url, **told)
    (member.home / "disk").write_bytes(NEW)
    options = {
        "file": ["--file", "disk", "--allow-unverified"],
        "image": ["--image", by_hand(member)],
        "url": serve(NEW, "golden.img"),
    }

    done(rotate(member, *options[way]))

    image = current(member)
    assert {name: image.get(name) for name in told} == told


def test_F89_too_much_is_refused_before_anything_is_created(
    member: Account, through: Account, before_glance: Proxy, serve: Any
) -> None:
    version(member, **{f"mine_{number}": "x" for number in range(100)})
    before = everything(member)

    refused(rotate(through, *serve(NEW)), "100 properties", "128")
    emoji = rotate(through, *serve(NEW), "--property", "a=😀")
    reserved = rotate(through, *serve(NEW), "--property", "os_glance_x=1")

    assert emoji.status == reserved.status == WRONG_USAGE
    assert before_glance.methods() <= ONLY_READS
    built = by_hand(member, lifecycle_hold="x")
    changed(member, built, **{f"own_{number}": "x" for number in range(100)})
    before[built] = shown(member, built)
    refused(rotate(member, "--image", built), "propert", "128")
    assert everything(member) == before


def test_F97_snapshot_that_inherited_all_of_it_is_none_of_the_versions(
    member: Account, serve: Any
) -> None:
    old = version(member, lifecycle_tag="lts", tags=["lifecycle", "lts"])
    ours = {n: v for n, v in shown(member, old).items() if n.startswith("lifecycle")}
    ours |= {"lifecycle_generation": "9", "tags": ["lifecycle", "lts"]}
    snapshots = [
        by_hand(member, name="snapshot", **ours),
        by_hand(member, name=FAMILY, os_hidden=True, **ours),
    ]
    before = [shown(member, each) for each in snapshots]

    told = done(rotate(member, *serve(NEW)))

    assert (told["old_id"], told["generation"]) == (old, 2)
    assert [shown(member, each) for each in snapshots] == before
    assert [one["id"] for one in found(member, FAMILY)] == [told["new_id"]]


class TestMembers:
    """Of a shared family."""

    @pytest.fixture
    def others(self, cloud: Cloud, member: Account) -> dict[str, Account]:
        """Members of the current version, by what they have said."""
        others = {said: cloud.account() for said in ("accepted", "pending", "rejected")}
        members = f"/v2/images/{version(member)}/members"
        for said, other in others.items():
            told = {"member": other.project_id}
            assert member.glance("POST", members, json=told).ok
            if said != "pending":
                path = f"{members}/{other.project_id}"
                assert other.glance("PUT", path, json={"status": said}).ok
        return others

    def test_F105_who_may_not_accept_for_others_is_refused_before_a_byte_is_fetched(
        self,
        member: Account,
        others: dict[str, Account],
        serve: Any,
        source: Source,
    ) -> None:
        options = serve(NEW)
        before = everything(member)
        accepted = others["accepted"]

        refusal = rotate(member, *options)

        refused(refusal, accepted.project_id, "--allow-pending-members", "admin")
        assert others["pending"].project_id not in refusal.stderr
        assert "GET" not in [one.method for one in source.requests("disk.img")]
        assert everything(member) == before
        built = by_hand(member)
        refused(rotate(member, "--image", built), accepted.project_id)
        assert everything(member) == {**before, built: shown(member, built)}
        assert [one["id"] for one in found(accepted, FAMILY)] == [*before]

        told = done(rotate(member, *options, "--allow-pending-members"))

        assert told["members"] == {
            other.project_id: "pending" for other in others.values()
        }
        assert found(accepted, FAMILY) == []
        assert accepted.glance("GET", f"/v2/images/{told['old_id']}").ok

    def test_F105_admin_accepts_for_those_who_had_accepted(
        self, member: Account, admin: Account, others: dict[str, Account], serve: Any
    ) -> None:
        ours = ["--project", member.project_id]
        plan = planned(rotate(admin, *serve(NEW), *ours, "--dry-run"))

        told = done(rotate(admin, *serve(NEW), *ours, "--copy-members"))

        said = {other.project_id: each for each, other in others.items()}
        assert told["members"] == said
        assert "members" in told["carried_over"]
        shares = [step["What"] for step in plan if step["Step"] == "share"]
        assert sorted(shares) == sorted(f"with project {each}" for each in said)
        [image] = found(others["accepted"], FAMILY)
        assert (image["id"], image["owner"]) == (told["new_id"], member.project_id)
        assert found(others["pending"], FAMILY) == []

        alone = done(rotate(member, *serve(OLD + NEW), "--no-copy-members"))

        assert (alone["members"], alone["old_id"]) == ({}, told["new_id"])
        assert current(member)["id"] == alone["new_id"]

    def test_of_who_has_not_accepted_nothing_is_lost(
        self, cloud: Cloud, member: Account, serve: Any
    ) -> None:
        other = cloud.account().project_id
        members = f"/v2/images/{version(member)}/members"
        assert member.glance("POST", members, json={"member": other}).ok

        told = done(rotate(member, *serve(NEW)))

        assert told["members"] == {other: "pending"}


@pytest.mark.skipif(not can_convert(), reason="no qemu-img, qemu-nbd")
class TestDiskFormat:
    """A family stays what it is."""

    @pytest.mark.parametrize("its", ["raw", pytest.param("qcow2", marks=long)])
    def test_F110_new_version_is_converted_to_what_the_family_is(
        self, its: str, member: Account, serve: Any
    ) -> None:
        old, new = (OLD, qcow2(NEW)) if its == "raw" else (qcow2(OLD), NEW)
        version(member, content=old, disk_format=its)
        options = serve(archives.gz(new), "disk.gz")
        plan = planned(rotate(member, *options, "--dry-run"))

        told = done(rotate(member, *options))

        image = current(member)
        assert (told["disk_format"], image["disk_format"]) == (its, its)
        stored = member.glance("GET", image["file"]).content
        assert stored[:4] == (b"QFI\xfb" if its == "qcow2" else NEW[:4])
        assert f"to {its}" in [step["What"] for step in plan]
        assert image["lifecycle_source_digest"] == digest_of(archives.gz(new))
        assert done(rotate(member, *options), "unchanged")["new_id"] == image["id"]

    def test_F110_without_QEMU_s_tools_it_is_refused_and_the_same_format_is_not(
        self,
        member: Account,
        through: Account,
        before_glance: Proxy,
        serve: Any,
    ) -> None:
        version(member)
        before = everything(member)
        no_tools = {"PATH": str(member.home)}
        of_qcow2 = ["image", "rotate", "-f", "json", FAMILY]
        of_qcow2 += serve(qcow2(NEW), "disk.qcow2")

        for dry_run in ([], ["--dry-run"]):
            outcome = through.openstack(*of_qcow2, *dry_run, env=no_tools)
            refused(outcome, "qemu")
        assert before_glance.methods() <= ONLY_READS
        assert everything(member) == before

        said = ["--disk-format", "qcow2"]
        told = done(through.openstack(*of_qcow2, *said, env=no_tools))
        assert (told["disk_format"], told["size"]) == ("qcow2", len(qcow2(NEW)))
        same = ["image", "rotate", "-f", "json", FAMILY]
        same += serve(qcow2(NEW + OLD), "another.qcow2")
        told = done(through.openstack(*same, env=no_tools))
        assert told["disk_format"] == "qcow2"

    @pytest.mark.parametrize(
        ("way", "content", "words"),
        [
            ("stream", iso(), "--disk-format"),
            ("web-download", qcow2(NEW), "--method stream"),
        ],
        ids=["stream", "web-download"],
    )
    def test_F110_what_can_not_become_it_is_refused(
        self, way: str, content: bytes, words: str, member: Account, serve: Any
    ) -> None:
        version(member)
        before = everything(member)

        options = [*serve(content), "--method", way]

        refused(rotate(member, *options), words)
        if way == "stream":
            refused(rotate(member, *options, "--dry-run"), words)

        assert everything(member) == before


STORES = [("slow",), pytest.param(("fast", "slow"), marks=long)]


@pytest.mark.parametrize("stores", STORES, ids=["one", "two"])
def test_F110_new_version_lies_where_the_old_one_lies(
    stores: tuple[str, ...], member: Account, source: Source, serve: Any
) -> None:
    url = source.put("old.img", OLD)
    options = [f"--store={store}" for store in stores]
    imported = import_url(member, url, "--checksum", digest_of(OLD), *options)
    assert imported.status == 0, imported.stderr
    name = imported.json()["name"]

    done(rotate(member, *serve(NEW), name=name))
    image = current(member, name)
    done(rotate(member, *serve(OLD + NEW), "--store", "fast", name=name))

    assert sorted(image["stores"].split(",")) == sorted(stores)
    assert current(member, name)["stores"] == "fast"


def test_F49_missing_right_is_told_before_the_bytes_are_fetched(
    admin: Account,
    member: Account,
    through: Account,
    before_glance: Proxy,
    serve: Any,
    source: Source,
    name: str,
) -> None:
    """The owner of an image that an admin has published."""
    old = version(admin, owner=member, name=name, visibility="public")
    before = everything(member)

    refused(rotate(through, *serve(NEW), name=name), "publicize_image", "403")

    assert everything(member) == before
    assert [one["id"] for one in found(member, name)] == [old]
    assert len(before_glance.matching("POST", LISTING)) == 2
    assert before_glance.methods() <= {"GET", "POST", "DELETE"}


@pytest.mark.parametrize(
    ("was", "way", "then"),
    [
        pytest.param(3, "url", 1, id="its-own-bytes"),
        pytest.param(7, "url", 7, id="a-persons"),
        pytest.param(3, "image", 1, id="its-own-bytes-image", marks=long),
    ],
)
def test_F119_min_disk_goes_on_only_where_a_person_has_set_more_than_the_bytes_need(
    was: int, way: str, then: int, member: Account, serve: Any
) -> None:
    large, small = (
        qcow2(raw(64 << 10, seed=gib), virtual_size=gib << 30) for gib in (3, 1)
    )
    version(member, content=large, disk_format="qcow2", min_disk=was)
    built = by_hand(member, small, disk_format="qcow2", min_disk=1)
    source = serve(small) if way == "url" else ["--image", built]

    told = done(rotate(member, *source))

    assert shown(member, told["new_id"])["min_disk"] == then
    assert ("min_disk" in told["carried_over"]) == (was > 3)


def test_first_version_takes_over_the_policy_that_stood_on_a_hidden_image(
    member: Account, serve: Any
) -> None:
    """It was adopted, and nothing tells whether it ever was current."""
    hidden = by_hand(member, OLD, os_hidden=True)
    adopting = ["image", "lifecycle", "set", "--family", FAMILY]
    for argv in ([hidden], ["--keep", "3"]):
        outcome = member.openstack(*adopting, *argv)
        assert outcome.status == 0, outcome.stderr

    told = done(rotate(member, *serve(NEW)))

    assert shown(member, told["new_id"])["lifecycle_keep"] == "3"
