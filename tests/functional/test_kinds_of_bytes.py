# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What may be called an image: each kind of bytes that isn't one, once."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cloud.accounts import Account
from tests.cloud.cloud import Cloud
from tests.cloud.images import (
    boot_sector,
    can_convert,
    disk_as,
    qcow2,
    raw,
    vmdk_descriptor,
)
from tests.cloud.source.client import Source
from tests.functional.families import found
from tests.functional.outcomes import (
    NAME,
    digest_of,
    images,
    import_url,
    imported,
    refused,
)

MIB = 1 << 20
GIB = 1 << 30
NOISE = raw(600_000)[512:]
DISK = (boot_sector() + raw(MIB)).ljust(32 * MIB, b"\0")
QCOW2 = qcow2(raw(2 * MIB), virtual_size=GIB)

needs_qemu = pytest.mark.skipif(not can_convert(), reason="no qemu-img")


def descriptor() -> bytes:
    """As ``qemu-img create`` writes it: what follows the text is zeros."""
    extents = ('RW 2048 FLAT "/etc/passwd" 0',)
    return (b"\n" + vmdk_descriptor("monolithicFlat", extents)).ljust(MIB, b"\0")


AS_IT_IS, AS_RAW = "--shared", "--disk-format=raw"

REFUSED = [
    pytest.param(
        descriptor(),
        AS_IT_IS,
        ["not safe as vmdk", "names other files"],
        id="F111-descriptor",
    ),
    pytest.param(
        b"404 page not found\n",
        AS_RAW,
        ["is not a disk", "'404 page not found'"],
        id="F115-text",
    ),
    pytest.param(
        b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
        AS_IT_IS,
        ["is not a disk", "Git LFS"],
        id="F115-pointer",
    ),
    pytest.param(
        QCOW2[: len(QCOW2) // 2],
        AS_IT_IS,
        ["is damaged", "and it has"],
        id="F116-cut-short",
    ),
    pytest.param(
        QCOW2[:79] + b"\2" + QCOW2[80:],
        AS_IT_IS,
        ["is damaged", "marked it as corrupt"],
        id="F116-corrupt",
    ),
    pytest.param(
        QCOW2[:7] + b"\1" + QCOW2[8:],
        AS_RAW,
        ["The image is qcow", "'qemu-img convert -f qcow -O qcow2'"],
        id="F111-qcow1",
    ),
]


@pytest.mark.parametrize(("content", "option", "says"), REFUSED)
def test_what_is_no_disk_is_refused_whatever_it_is_said_to_be(
    cloud: Cloud,
    member: Account,
    source: Source,
    content: bytes,
    option: str,
    says: list[str],
) -> None:
    url = source.put("disk.img", content)

    outcome = import_url(member, url, "--checksum", digest_of(content), option)

    refused(cloud, member, outcome, *says)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(NOISE, "does not look like a disk", id="F115-noise"),
        pytest.param(bytes(MIB), "it is blank at its start", id="F115-blank"),
        pytest.param(b"\x7fELF\2\1\1" + NOISE, "a program (ELF)", id="F115-program"),
        pytest.param(b"\x89LZO\0\r\n\x1a\n" + NOISE, "are lzop", id="F115-packed"),
    ],
)
def test_F115_what_does_not_look_like_a_disk_is_one_by_a_person_s_word_only(
    cloud: Cloud, member: Account, source: Source, content: bytes, says: str
) -> None:
    url = source.put("disk.img", content)
    command = [url, "--checksum", digest_of(content)]

    unsaid = import_url(member, *command)
    refused(cloud, member, unsaid, says, "use --disk-format raw")
    said = import_url(member, *command, "--disk-format", "raw")

    image = imported(member, said, content)
    assert image["disk_format"] == "raw"


def test_F115_a_family_that_is_raw_is_nobody_s_word(
    member: Account, source: Source
) -> None:
    first, noise = source.put("1.img", raw(MIB)), source.put("2.img", NOISE)
    imported(member, import_url(member, first, "--allow-unverified"), raw(MIB))
    rotate = ["image", "rotate", "-f", "json", NAME, "--allow-unverified"]

    outcome = member.openstack(*rotate, "--url", noise)
    packed = member.openstack(*rotate, "--url", noise, "--unpack", "none")

    for one in (outcome, packed):
        assert one.status == 1, one
        assert "does not look like a disk" in one.stderr
    [image] = images(member)
    assert [one["id"] for one in found(member, NAME)] == [image["id"]]
    said = member.openstack(*rotate, "--url", noise, "--disk-format", "raw")
    assert said.status == 0, said


@needs_qemu
def test_F117_a_vhd_of_fixed_size_is_known_by_its_footer_and_can_be_converted(
    cloud: Cloud, member: Account, source: Source, tmp_path: Path
) -> None:
    content = disk_as("vhd", DISK, options="subformat=fixed,force_size=on")
    url = source.put("disk.vhd", content)
    command = [url, "--allow-unverified"]

    as_it_is = import_url(member, *command)
    refused(cloud, member, as_it_is, "a VHD of fixed size", "Use --convert qcow2")
    outcome = import_url(member, *command, "--convert", "qcow2")

    assert outcome.status == 0, outcome
    [image] = images(member)
    result = outcome.json()
    assert (image["disk_format"], result["converted_from"]) == ("qcow2", "vhd")
    assert result["virtual_size"] == len(DISK) == len(content) - 512
    stored, disk = tmp_path / "stored", tmp_path / "disk"
    stored.write_bytes(member.glance("GET", f"/v2/images/{image['id']}/file").content)
    disk.write_bytes(DISK)
    formats = ["-f", "qcow2", "-F", "raw"]
    subprocess.run(["qemu-img", "compare", *formats, stored, disk], check=True)


def test_F40_a_kernel_that_glance_takes_for_a_disk_is_stored_in_a_container(
    cloud: Cloud, member: Account, source: Source
) -> None:
    content = bytes(510) + b"\x55\xaa\xeb\x66HdrS".ljust(MIB, b"\1")
    url = source.put("vmlinuz", content)
    command = [url, "--checksum", digest_of(content), "--disk-format", "aki"]

    bare = import_url(member, *command)
    # Glance of 2025.1 doesn't say which format it has found.
    reason = "(415)" if cloud.state.release == "2025.1" else "does not match"
    refused(cloud, member, bare, reason, "--container-format aki")
    contained = import_url(member, *command, "--container-format", "aki")

    assert imported(member, contained, content)["disk_format"] == "aki"


@needs_qemu
def test_F117_a_parallels_disk_is_no_raw_one(
    cloud: Cloud, member: Account, source: Source
) -> None:
    content = disk_as("parallels", raw(MIB))
    url = source.put("disk.hdd", content)
    command = [url, "--checksum", digest_of(content)]

    outcome = import_url(member, *command)
    refused(cloud, member, outcome, "The image is parallels", "convert -f parallels")
    said = import_url(member, *command, "--disk-format", "ploop")

    assert imported(member, said, content)["disk_format"] == "ploop"
