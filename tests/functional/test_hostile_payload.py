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
from tests.cloud.archives import Sparse, regular, tar, zipped
from tests.cloud.cloud import Cloud
from tests.cloud.images import (
    boot_sector,
    iso,
    luks_header,
    qcow2,
    raw,
    stream_optimized_vmdk,
    vmdk,
    vmdk_descriptor,
)
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
        archives.with_wrong_bz2_crc(archives.bz2(SMALL)),
        ["can't be unpacked as bzip2"],
        id="F28-bz2-crc",
    ),
    pytest.param(
        archives.with_wrong_zst_checksum(archives.zst(SMALL)),
        ["can't be unpacked as zstd", "checksum"],
        id="F28-zst-checksum",
    ),
    pytest.param(
        archives.with_trailing_garbage(archives.zst(SMALL, frames=2)),
        ["can't be unpacked as zstd", "other data follows"],
        id="F29-garbage-behind-zst",
    ),
    pytest.param(
        archives.xz(archives.gz(tar(regular("disk.img", SMALL)))),
        ["packed more than once", "xz around gzip"],
        id="F31-tar-gz-in-xz",
    ),
    pytest.param(
        zipped(("disk.img.gz", archives.gz(SMALL))),
        ["packed more than once", "'disk.img.gz' in the archive is gzip"],
        id="F31-gz-in-zip",
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
        tar(archives.fifo("disk.img")), ["'disk.img' is a FIFO"], id="F33-fifo"
    ),
    pytest.param(
        archives.gnu_sparse("disk.img", Sparse(GIB, [(9, 1), (9, 3)], b"data")),
        ["can't be unpacked as tar", "its sparse map is out of order, or overlaps"],
        id="F33-F122-sparse-map-that-overlaps",
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
        archives.encrypted(zipped(("disk.img", SMALL))),
        ["'disk.img' in the zip is encrypted"],
        id="F34-encrypted",
    ),
    pytest.param(
        archives.with_other_name_in_directory(zipped(("disk.img", SMALL))),
        ["can't be unpacked as zip", "differ"],
        id="F34-other-name-in-directory",
    ),
    pytest.param(
        archives.with_other_size_in_directory(zipped(("disk.img", SMALL)), 5),
        ["can't be unpacked as zip"],
        id="F34-other-size-in-directory",
    ),
    pytest.param(
        archives.gnu_sparse("disk.img", Sparse(-5, [(0, 600)], DISK[:600])),
        [
            "can't be unpacked as tar",
            "a number of",
            "compare it with the file from another mirror",
        ],
        id="F133-negative-size",
    ),
    pytest.param(
        archives.ova(vmdk()),
        ["is an OVA", "'machine.ovf'", "--member", "--container-format ova"],
        id="F35-ova",
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
    pytest.param(
        vmdk(parent="/etc/passwd"),
        ["not safe as vmdk", "it has a parent"],
        id="F36-vmdk-parent",
    ),
    pytest.param(
        vmdk_descriptor("monolithicFlat", ('RW 2048 FLAT "/etc/passwd" 0',)),
        ["not safe as vmdk", "it is a descriptor that names other files"],
        id="F37-flat",
    ),
    pytest.param(
        vmdk(extent='RW 2048 SPARSE "/etc/passwd"'),
        ["not safe as vmdk", "without paths"],
        id="F37-extent-with-a-path",
    ),
    pytest.param(
        stream_optimized_vmdk(footer_version=2, footer_at=100 << 10),
        ["not safe as vmdk", "its footer contradicts its header"],
        id="F37-footer",
    ),
    pytest.param(
        DISK[:32_768] + iso()[32_768:],
        ["has more than one format", "its bytes are valid as iso and qcow2"],
        id="F38-qcow2-and-iso",
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
            "other data follows",
            id="F28-F126-bytes-behind-that-are-not-published",
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

    outcome = import_url(through, url, "--checksum", digest_of(LARGE))

    refused(cloud, member, outcome, "can't be unpacked", says)
    [put] = glance.matching("PUT", PUT)
    assert 0 < put.body_size <= len(LARGE) - TAIL_BYTES
    # 410: its record was deleted before Glance saw that the connection is gone
    assert put.status in (None, 410)


def endless_header() -> bytes:
    """A ``.tar.gz`` whose first header goes on for gigabytes."""
    return archives.gz(archives.giant_pax_header()) + archives.gzip_bomb()


OVER_LIMIT = "more than 314572800 bytes"
"""Of 300 MiB: more than fits into the memory that is allowed."""

BOMBS = [
    pytest.param(archives.xz_bomb, ["decompression bomb", "--max-size"], id="F30-xz"),
    pytest.param(archives.gzip_bomb, [OVER_LIMIT], id="F30-gzip-at-max-size"),
    pytest.param(archives.zip_bomb, [OVER_LIMIT], id="F30-zip"),
    pytest.param(endless_header, ["header is longer"], id="F30-tar-header"),
    pytest.param(archives.bz2_bomb, ["decompression bomb"], id="F30-bz2"),
    pytest.param(archives.zst_bomb, ["decompression bomb"], id="F30-zst"),
    pytest.param(
        lambda: archives.pax_sparse("disk", Sparse(1 << 50, [(0, 512)], boot_sector())),
        ["decompression bomb", "--max-size"],
        id="F30-F122-sparse-file-of-a-pebibyte",
    ),
    pytest.param(
        lambda: archives.with_large_window(archives.xz(LARGE)),
        ["its window is larger", "xz -9 or less"],
        id="F30-xz-window",
    ),
    pytest.param(
        lambda: archives.zst(LARGE, window_log=28),
        ["its window is larger", "zstd -19"],
        id="F30-zst-window",
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
    # Of nothing but zeros, they would be refused before they are unpacked
    options = ["--allow-unverified", "--disk-format=raw", *limit]

    outcome, peak = measured(member, *arguments(url, *options))

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


@pytest.mark.parametrize(
    ("content", "declared", "says"),
    [
        pytest.param(
            boot_sector() + SMALL,
            "gpt",
            ["was not created", "'gpt' is not one of"],
            id="F40-not-in-the-cloud-s-list",
        ),
        pytest.param(
            bytes(510) + b"\x55\xaa" + SMALL,
            "raw",
            ["Glance did not accept the data", "gpt_safety_checks_nonfatal"],
            id="F41-no-partition-at-all",
        ),
    ],
)
def test_what_only_glance_refuses_is_refused_in_its_words(
    cloud: Cloud,
    member: Account,
    source: Source,
    content: bytes,
    declared: str,
    says: list[str],
) -> None:
    url = source.put("disk.img", content)
    options = ["--checksum", digest_of(content), "--disk-format", declared]

    outcome = import_url(member, url, *options)

    refused(cloud, member, outcome, *says)


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
    assert "min_disk is set to 21 GiB" in outcome.stderr


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
