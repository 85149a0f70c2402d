# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image import-url`` when what is in the file is damaged, or made to do harm."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from osc_imagetools.source.tail import TAIL_BYTES
from tests.cloud import archives
from tests.cloud.accounts import Account
from tests.cloud.archives import regular, tar, zipped
from tests.cloud.cloud import Cloud
from tests.cloud.images import luks_header, qcow2, raw
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.functional.outcomes import (
    arguments,
    digest_of,
    import_url,
    imported,
    measured,
    refused,
)

SMALL = raw(50_000)
LARGE = raw(3 << 20)
"""Several times what is held back: its upload begins long before its end."""

DISK = qcow2(SMALL)
GIB = 1 << 30
LARGEST_MEMORY_BYTES = 250 << 20

PUT = r"/v2/images/[^/]+/file$"

HOSTILE = [
    pytest.param(archives.gz(b""), ["empty", "0 bytes"], id="F25-empty-in-gz"),
    pytest.param(
        archives.with_wrong_xz_check(archives.xz(SMALL)),
        ["can't be unpacked as xz"],
        id="F28-xz-check",
    ),
    pytest.param(
        archives.with_wrong_zip_crc(zipped(("disk.img", SMALL))),
        ["can't be unpacked as zip", "CRC"],
        id="F28-zip-crc",
    ),
    pytest.param(
        tar(regular("a.img", SMALL), regular("b.img", SMALL)),
        ["more than one file that can be the image", "a.img, b.img", "--member"],
        id="F32-tar-with-two",
    ),
    pytest.param(
        zipped(("a.img", SMALL), ("README.txt", b"-"), ("b.img", SMALL)),
        ["more than one file that can be the image", "a.img, b.img", "--member"],
        id="F32-zip-with-two",
    ),
    pytest.param(
        tar(regular("disk.img", SMALL), archives.symlink("x", "/etc/passwd")),
        ["'x' is a symbolic link"],
        id="F33-symlink",
    ),
    pytest.param(
        tar(archives.hardlink("disk.img", "/etc/passwd")),
        ["'disk.img' is a hard link"],
        id="F33-hardlink",
    ),
    pytest.param(
        tar(archives.device("disk.img")),
        ["'disk.img' is a block device"],
        id="F33-device",
    ),
    pytest.param(
        archives.sparse("disk.img", DISK, hole=GIB),
        ["'disk.img' is a sparse file"],
        id="F33-sparse",
    ),
    pytest.param(
        tar(archives.sparse_by_pax("disk.img", DISK, hole=GIB)),
        ["'disk.img' is a sparse file"],
        id="F33-sparse-by-pax",
    ),
    pytest.param(
        tar(regular("disk.img", SMALL), regular("./disk.img", SMALL)),
        ["ambiguous", "twice"],
        id="F33-same-name-twice",
    ),
    pytest.param(
        archives.gz(b"".join(archives.many_members(10_001))),
        ["more than 10000 members"],
        id="F33-ten-thousand-members",
    ),
    pytest.param(
        qcow2(SMALL, backing_file="/etc/passwd"),
        ["not safe as qcow2", "backing file"],
        id="F36-backing-file",
    ),
    pytest.param(
        qcow2(SMALL, data_file="/etc/passwd"),
        ["not safe as qcow2", "external data file"],
        id="F36-data-file",
    ),
    pytest.param(
        qcow2(SMALL, crypt_method=2),
        ["not safe as qcow2", "encrypted (LUKS)"],
        id="F36-encrypted",
    ),
    pytest.param(
        luks_header(SMALL),
        ["not safe as luks", "its content is encrypted"],
        id="F36-luks",
    ),
    pytest.param(
        qcow2(SMALL, incompatible_features=1 << 40),
        ["not safe as qcow2", "can't be checked"],
        id="F36-unknown-feature",
    ),
    pytest.param(
        qcow2(SMALL, header_length=1 << 20),
        ["not safe as qcow2", "its header claims to be 1048576 bytes long"],
        id="F36-header-length",
    ),
]


@pytest.mark.parametrize(("content", "says"), HOSTILE)
def test_hostile_payload_is_refused_though_its_checksum_is_right(
    cloud: Cloud,
    member: Account,
    source: Source,
    proxy: Callable,
    content: bytes,
    says: list[str],
) -> None:
    url = source.put("disk", content)
    glance: Proxy = proxy(cloud.glance_url)
    through = member.through(glance.url)

    outcome = import_url(through, url, "--checksum", digest_of(content))

    refused(cloud, member, outcome, *says)
    # Before a zip is copied, a record that goes at once asks for the right to it.
    asked_for = {"POST", "DELETE"} if content.startswith(b"PK") else set()
    assert glance.methods() == {"GET"} | asked_for


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(
            archives.truncated(archives.gz(LARGE)), "ends too early", id="F28-gz-cut"
        ),
        pytest.param(
            archives.with_wrong_gz_crc(archives.gz(LARGE)),
            "incorrect data check",
            id="F28-gz-crc",
        ),
        pytest.param(
            archives.with_trailing_garbage(archives.gz(LARGE)),
            "something else follows",
            id="F28-garbage-behind",
        ),
        pytest.param(
            archives.gz(archives.truncated(tar(regular("a", LARGE)), by=9 << 10)),
            "ends too early",
            id="F28-tar-cut",
        ),
    ],
)
def test_payload_that_shows_its_damage_at_its_end_is_never_completed(
    cloud: Cloud,
    member: Account,
    source: Source,
    proxy: Callable,
    content: bytes,
    says: str,
) -> None:
    url = source.put("disk", content)
    glance: Proxy = proxy(cloud.glance_url)
    through = member.through(glance.url)

    outcome = import_url(through, url, "--checksum", digest_of(content))

    refused(cloud, member, outcome, "can't be unpacked", says)
    [put] = glance.matching("PUT", PUT)
    assert 0 < put.body_size <= len(LARGE) - TAIL_BYTES
    assert put.status is None


def endless_header() -> bytes:
    """A ``.tar.gz`` whose first header goes on for gigabytes."""
    return archives.gz(archives.giant_pax_header()) + archives.gzip_bomb()


OVER_LIMIT = "More than 314572800 bytes"
"""Of 300 MiB: more than fits into the memory that is allowed."""

BOMBS = [
    pytest.param(archives.xz_bomb, ["decompression bomb", "--max-size"], id="F30-xz"),
    pytest.param(archives.gzip_bomb, [OVER_LIMIT], id="F30-gzip-at-max-size"),
    pytest.param(archives.zip_bomb, [OVER_LIMIT], id="F30-zip"),
    pytest.param(endless_header, ["header is longer"], id="F30-tar-header"),
    pytest.param(
        lambda: archives.with_large_window(archives.xz(LARGE)),
        ["its dictionary needs more"],
        id="F30-xz-window",
    ),
]


@pytest.mark.parametrize(("bomb", "says"), BOMBS)
def test_bomb_ends_in_seconds_and_in_little_memory(
    cloud: Cloud,
    member: Account,
    source: Source,
    bomb: Callable[[], bytes],
    says: list[str],
) -> None:
    url = source.put("disk", bomb())
    limit = ["--max-size=300M"] if OVER_LIMIT in says else []

    outcome, peak = measured(member, *arguments(url, "--allow-unverified", *limit))

    refused(cloud, member, outcome, *says)
    assert 0 < peak < LARGEST_MEMORY_BYTES


@pytest.mark.parametrize(
    ("declared", "content", "says"),
    [
        pytest.param(
            "raw", DISK, ["is not raw", "its bytes are qcow2"], id="F39-raw-but-qcow2"
        ),
        pytest.param(
            "qcow2",
            SMALL,
            ["is not qcow2", "its bytes are raw"],
            id="F39-qcow2-but-raw",
        ),
    ],
)
def test_declared_format_that_the_bytes_contradict_is_refused(
    cloud: Cloud,
    member: Account,
    source: Source,
    declared: str,
    content: bytes,
    says: list[str],
) -> None:
    url = source.put("disk.img", content)

    outcome = import_url(
        member, url, "--checksum", digest_of(content), "--disk-format", declared
    )

    refused(cloud, member, outcome, *says, f"--disk-format {says[1].split()[-1]}")


def test_F42_disk_that_no_cloud_could_hold_is_refused(
    cloud: Cloud, member: Account, source: Source
) -> None:
    content = bytearray(DISK)
    content[24:32] = (1 << 62).to_bytes(8, "big")
    url = source.put("disk.img", bytes(content))

    outcome = import_url(member, url, "--allow-unverified")

    refused(cloud, member, outcome, "claims to be a disk of 4611686018427387904 bytes")


def test_F42_min_disk_is_what_the_disk_needs_whatever_was_asked_for(
    member: Account, source: Source
) -> None:
    content = qcow2(SMALL, virtual_size=20 * GIB + 512)
    url = source.put("disk.img", content)

    outcome = import_url(member, url, "--checksum", digest_of(content), "--min-disk=5")

    image = imported(member, outcome, content)
    assert image["min_disk"] == outcome.json()["min_disk"] == 21
    assert outcome.json()["virtual_size"] == 20 * GIB + 512
    assert "A minimum disk of 21 GiB is set" in outcome.stderr


def test_F33_member_that_climbs_out_of_the_archive_becomes_no_file(
    member: Account, source: Source, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.img"
    archive = tar(archives.folder("../.."), regular(str(outside), DISK))
    url = source.put("disk.tar", archive)

    outcome = import_url(member, url, "--checksum", digest_of(archive))

    imported(member, outcome, DISK)
    assert outcome.json()["member"] == str(outside)
    assert not outside.exists()
