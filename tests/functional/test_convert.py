# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image import-url --convert``: what is stored, what is refused, what is left."""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from osc_imagetools.source.tail import TAIL_BYTES
from tests.cloud import archives
from tests.cloud.accounts import Account
from tests.cloud.archives import regular, tar, zipped
from tests.cloud.cloud import Cloud
from tests.cloud.images import (
    boot_sector,
    broken_vmdk,
    can_convert,
    disk_as,
    iso,
    qcow2,
    raw,
    vmdk,
)
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.cloud.source.faults import WrongLength
from tests.functional.families import FILE, ended, importing
from tests.functional.outcomes import (
    NAME,
    arguments,
    digest_of,
    images,
    import_url,
    imported,
    refused,
)

pytestmark = pytest.mark.skipif(not can_convert(), reason="no qemu-img, qemu-nbd")

MIB = 1 << 20
GIB = 1 << 30
DISK = (boot_sector() + raw(2 * MIB)).ljust(6 * MIB, b"\0")
QCOW2 = qcow2(DISK)
END_SECONDS = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where copies lie for a while."""
    made = tmp_path / "spool"
    made.mkdir()
    return made


def to(target: str, folder: Path) -> list[str]:
    return [f"--convert={target}", f"--tmpdir={folder}"]


def vmdk_in_tar() -> bytes:
    stream = disk_as("vmdk", DISK, options="subformat=streamOptimized")
    return archives.bz2(tar(regular("disk.vmdk", stream)))


@pytest.mark.parametrize(
    ("made", "its_format"),
    [
        pytest.param(lambda: QCOW2, "qcow2", id="qcow2"),
        pytest.param(lambda: archives.zst(QCOW2), "qcow2", id="qcow2-in-zst"),
        pytest.param(vmdk_in_tar, "vmdk", id="F40-vmdk-in-tar-bz2"),
        pytest.param(
            lambda: zipped(("disk", disk_as("vhdx", DISK))),
            "vhdx",
            id="F40-vhdx-in-zip",
        ),
    ],
)
def test_an_image_becomes_raw_and_its_record_tells_of_what_was_served(
    member: Account,
    source: Source,
    folder: Path,
    made: Callable[[], bytes],
    its_format: str,
) -> None:
    content = made()
    url = source.put("disk", content)
    options = ["--checksum", digest_of(content), "--disk-format", its_format]

    outcome = import_url(member, url, *options, *to("raw", folder))

    image = imported(member, outcome, DISK)
    result = outcome.json()
    assert image["disk_format"] == result["disk_format"] == "raw"
    assert image["min_disk"] == 1
    assert result["virtual_size"] == len(DISK)
    assert result["source_size"] == len(content)
    assert image["lifecycle_source_digest"] == digest_of(content)
    assert image["lifecycle_published_digest"] == f"{digest_of(content)} wire"
    assert list(folder.iterdir()) == []


def test_an_image_becomes_qcow2_and_glance_s_hash_is_that_of_what_was_sent(
    member: Account, source: Source, folder: Path, tmp_path: Path
) -> None:
    content = archives.gz(DISK)
    url = source.put("disk.raw.gz", content)
    # Of the algorithm of Glance's own hash, so that they are compared
    options = ["--checksum", digest_of(DISK, "sha512")]

    outcome = import_url(member, url, *options, *to("qcow2", folder))

    assert outcome.status == 0, outcome
    [image] = images(member)
    stored = member.glance("GET", f"/v2/images/{image['id']}/file").content
    converted, disk = tmp_path / "converted", tmp_path / "disk"
    converted.write_bytes(stored)
    disk.write_bytes(DISK)
    subprocess.run(
        ["qemu-img", "compare", "-f", "qcow2", "-F", "raw", str(converted), str(disk)],
        check=True,
    )
    assert image["disk_format"] == "qcow2"
    assert image["os_hash_algo"] == "sha512"
    assert image["os_hash_value"] != digest_of(DISK, "sha512").partition(":")[2]
    assert outcome.json()["published_digest"].endswith(" payload")
    assert list(folder.iterdir()) == []


STORES = {
    "file": ("admin", None, "qcow2", ""),
    "unknown": ("member", None, "qcow2", "Only admins can see"),
    "rbd": ("admin", "rbd", "raw", ""),
}


@pytest.mark.parametrize(("who", "told", "stored", "says"), STORES.values(), ids=STORES)
def test_auto_converts_to_raw_for_a_store_in_ceph_and_for_no_other(
    cloud: Cloud,
    source: Source,
    folder: Path,
    proxy: Callable[[str], Proxy],
    who: str,
    told: str | None,
    stored: str,
    says: str,
) -> None:
    account = cloud.account(roles=[who])
    before = proxy(cloud.glance_url)
    if told:
        # No Ceph here: all but this answer is the real Glance's.
        stores = [{"id": "fast", "type": told, "default": "true"}, {"id": "slow"}]
        body = json.dumps({"stores": stores}).encode()
        answers = {"Content-Type": "application/json"}
        before.on("GET", "/v2/info/stores/detail").answer(200, body, answers)
    url = source.put("disk.qcow2", QCOW2)
    options = ["--checksum", digest_of(QCOW2), *to("auto", folder)]

    outcome = import_url(account.through(before.url), url, *options)

    image = imported(account, outcome, DISK if stored == "raw" else QCOW2)
    assert image["disk_format"] == stored
    assert says in outcome.stderr
    assert bool(outcome.stderr) == bool(says)


@pytest.mark.parametrize(
    ("content", "target", "says"),
    [
        pytest.param(DISK, "raw", "", id="raw"),
        pytest.param(iso(), "raw", "is stored as iso", id="F40-iso"),
    ],
)
def test_what_is_as_wanted_already_is_not_even_copied(
    member: Account,
    source: Source,
    tmp_path: Path,
    content: bytes,
    target: str,
    says: str,
) -> None:
    url = source.put("disk", content)
    options = ["--checksum", digest_of(content), *to(target, tmp_path / "missing")]

    outcome = import_url(member, url, *options)

    imported(member, outcome, content)
    assert says in outcome.stderr


@pytest.mark.parametrize(
    ("target", "tool"), [("raw", "qemu-nbd"), ("qcow2", "qemu-img")]
)
def test_without_the_tools_nothing_is_fetched_and_their_package_is_named(
    cloud: Cloud,
    member: Account,
    source: Source,
    tmp_path: Path,
    target: str,
    tool: str,
) -> None:
    url = source.put("disk", QCOW2)
    command = arguments(url, "--allow-unverified", f"--convert={target}")

    outcome = member.openstack(*command, env={"PATH": str(tmp_path)})

    refused(cloud, member, outcome, f"{tool} can't be found", "'qemu-utils' (Debian")
    assert source.requests("disk") == []


def damaged_qcow2() -> bytes:
    """A sound header, and a part of its disk where none can be."""
    image = bytearray(QCOW2)
    entry = (2 << 16) + 90 * 8
    image[entry : entry + 8] = (1 << 63 | 0x51200).to_bytes(8, "big")
    return bytes(image)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(
            qcow2(DISK, backing_file="/etc/passwd"),
            ["not safe as qcow2", "backing file"],
            id="F36-backing-file",
        ),
        pytest.param(
            vmdk(parent="/etc/passwd"),
            ["not safe as vmdk", "it has a parent"],
            id="F36-vmdk-parent",
        ),
        pytest.param(
            qcow2(qcow2(DISK)),
            ["can't be converted to raw", "content of its disk is itself qcow2"],
            id="F38-qcow2-in-qcow2",
        ),
        pytest.param(
            damaged_qcow2(),
            ["can't be converted from qcow2", "'qemu-img check' finds"],
            id="F116-broken-tables",
        ),
        pytest.param(
            qcow2(b"", virtual_size=500 * GIB),
            [f"would be {500 * GIB} bytes as raw", "--max-size"],
            id="F43-larger-than-allowed",
        ),
    ],
)
def test_what_must_not_be_converted_makes_no_record_that_lasts(
    cloud: Cloud,
    member: Account,
    source: Source,
    proxy: Callable[[str], Proxy],
    folder: Path,
    content: bytes,
    says: list[str],
) -> None:
    url = source.put("disk", content)
    glance = proxy(cloud.glance_url)
    options = ["--checksum", digest_of(content), "--max-size=100G"]

    outcome = import_url(member.through(glance.url), url, *options, *to("raw", folder))

    refused(cloud, member, outcome, *says)
    assert glance.methods() <= {"GET", "POST", "DELETE"}
    assert list(folder.iterdir()) == []


def test_bytes_that_are_not_the_published_ones_are_never_given_to_qemu(
    cloud: Cloud, member: Account, source: Source, folder: Path, tmp_path: Path
) -> None:
    url = source.put("disk", QCOW2)
    for name in ("qemu-img", "qemu-nbd"):
        told = tmp_path / name
        told.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
        told.chmod(0o700)
    command = arguments(url, "--checksum", digest_of(DISK), *to("raw", folder))

    outcome = member.openstack(*command, env={"PATH": str(tmp_path)})

    refused(cloud, member, outcome, "differs from what was published")
    assert not (tmp_path / "started").exists()


def test_an_image_that_qemu_cannot_read_to_its_end_is_never_completed(
    cloud: Cloud,
    member: Account,
    source: Source,
    proxy: Callable[[str], Proxy],
    folder: Path,
) -> None:
    # Far enough from its start for the upload to have begun
    disk = DISK.ljust(10 * MIB, b"\0") + raw(2 * MIB)
    content = broken_vmdk(disk)
    url = source.put("disk", content)
    glance = proxy(cloud.glance_url)
    options = ["--checksum", digest_of(content), *to("raw", folder)]

    outcome = import_url(member.through(glance.url), url, *options)

    refused(cloud, member, outcome, "could not be converted", "qemu-nbd: ")
    [put] = glance.matching("PUT", FILE)
    # 410: its record was deleted before Glance saw that the connection is gone
    assert put.status in (None, 410)
    assert 0 < put.body_size <= len(disk) - TAIL_BYTES
    assert list(folder.iterdir()) == []


def test_F43_the_zeros_of_a_large_disk_are_said_to_be_sent(
    cloud: Cloud,
    member: Account,
    source: Source,
    proxy: Callable[[str], Proxy],
    folder: Path,
) -> None:
    content = qcow2(DISK, virtual_size=500 * GIB)
    url = source.put("disk", content)
    glance = proxy(cloud.glance_url)
    glance.on("PUT", FILE).drop()
    options = ["--checksum", digest_of(content), *to("raw", folder)]

    outcome = import_url(member.through(glance.url), url, *options)

    says = f"As raw the image has {500 * GIB} bytes instead of {len(content)}"
    refused(
        cloud, member, outcome, says, "its zeros are transferred like all other bytes"
    )


def no_room(source: Source, name: str) -> list[str]:
    source.misbehave(name, WrongLength(exactly=1 << 59))
    return []


def no_folder(source: Source, name: str) -> list[str]:
    return ["--tmpdir=/nonexistent"]


@pytest.mark.parametrize(
    "content", [QCOW2, zipped(("d", DISK))], ids=["convert", "zip"]
)
@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        pytest.param(no_room, [f"{1 << 59} bytes are needed"], id="F44-no-room"),
        pytest.param(no_folder, ["No such file", "--tmpdir"], id="F44-no-folder"),
    ],
)
def test_a_copy_that_cannot_be_made_is_refused_before_the_first_byte_is_copied(
    cloud: Cloud,
    member: Account,
    source: Source,
    folder: Path,
    content: bytes,
    trouble: Callable[[Source, str], list[str]],
    says: list[str],
) -> None:
    url = source.put("disk", content)
    options = [*to("raw", folder), "--allow-unverified", *trouble(source, "disk")]

    outcome = import_url(member, url, *options)

    refused(cloud, member, outcome, *says)
    assert list(folder.iterdir()) == []


def test_F44_a_disk_that_is_full_on_the_way_leaves_nothing(
    cloud: Cloud, member: Account, source: Source, folder: Path
) -> None:
    url = source.put("disk", QCOW2)
    command = arguments(url, "--allow-unverified", *to("raw", folder))

    def with_a_quota() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (MIB, MIB))

    with member.start(*command, preexec_fn=with_a_quota) as client:
        outcome = ended(client)

    refused(cloud, member, outcome, "failed: File too large", "--tmpdir")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "status", "left"),
    [
        pytest.param(signal.SIGTERM, 143, set(), id="F77-SIGTERM"),
        # Glance needs a moment to notice; the next run deletes the record
        pytest.param(signal.SIGKILL, -9, {"saving", "queued"}, id="F77-SIGKILL"),
    ],
)
def test_ended_while_it_converts_leaves_no_copy_and_no_process(
    member: Account,
    through: Account,
    before_glance: Proxy,
    source: Source,
    folder: Path,
    number: signal.Signals,
    status: int,
    left: set[str],
) -> None:
    content = qcow2(DISK, virtual_size=500 * GIB)
    url = source.put("disk", content)
    options = ["--checksum", digest_of(content), *to("raw", folder)]

    with importing(through, url, NAME, *options) as client:
        put = before_glance.wait_for("PUT", FILE, body_size=MIB)
        [qemu] = [os.pidfd_open(child) for child in children(client.pid)]
        client.send_signal(number)
        gone, _, _ = select.select([qemu], [], [], END_SECONDS)
        outcome = ended(client)
    os.close(qemu)

    assert gone
    assert outcome.status == status
    assert list(folder.iterdir()) == []
    assert put.answered.wait(END_SECONDS)
    assert {image["status"] for image in images(member)} <= left


def children(pid: int) -> list[int]:
    """The processes that *pid* has started."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for listed in lists for child in listed.read_text().split()]
