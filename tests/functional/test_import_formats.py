# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""What ``image import-url`` takes, by which digests, and what it says of it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from tests.cloud import archives
from tests.cloud.accounts import Account
from tests.cloud.archives import regular, tar, zipped
from tests.cloud.cloud import Cloud
from tests.cloud.images import (
    boot_sector,
    can_convert,
    disk_as,
    iso,
    qcow2,
    raw,
    stream_optimized_vmdk,
    vmdk,
)
from tests.cloud.source.client import Source
from tests.functional.outcomes import (
    NAME,
    digest_of,
    import_url,
    imported,
    refused,
)

MIB = 1 << 20
GIB = 1 << 30
DISK = qcow2(raw(600_000), virtual_size=3 * GIB)
RAW = boot_sector() + raw(600_000)
HOLED = RAW + bytes(9 * MIB) + raw(5_000) + bytes(MIB)


@dataclass(frozen=True)
class Packed:
    """A file as a vendor offers it, and what is said of it afterwards."""

    file_name: str
    content: bytes
    payload: bytes
    layers: tuple[str, ...] = ()
    checksum: str = ""
    """Empty for that of the file as served, by sha256."""
    scope: str = "wire"
    options: tuple[str, ...] = ()
    member: str | None = None
    notice: str = ""


def packed(test_id: str, *fields: object, **more: object) -> object:
    """A row of the table below."""
    # A row that does not fit the class fails as soon as the table is made.
    return pytest.param(Packed(*fields, **more), id=test_id)  # type: ignore[arg-type]


TAR = tar(archives.folder("images"), regular("images/disk.qcow2", DISK))
SEVERAL = tar(regular("boot.img", RAW), regular("disk.qcow2", DISK))

ACCEPTED = [
    packed(
        "F14-plain-raw-by-digest-in-capitals",
        "disk.img",
        RAW,
        RAW,
        checksum=f"SHA256:{hashlib.sha256(RAW).hexdigest().upper()}",
        options=("--disk-format=raw",),
    ),
    packed(
        "F17-gz-by-digest-of-the-file",
        "disk.qcow2.gz",
        archives.gz(DISK, members=3),
        DISK,
        ("gzip",),
        digest_of(archives.gz(DISK, members=3), "sha512"),
    ),
    packed(
        "F17-xz-by-digest-of-what-is-in-it",
        "disk.qcow2.xz",
        archives.xz(DISK, streams=2),
        DISK,
        ("xz",),
        digest_of(DISK, "sha384"),
        "payload",
    ),
    packed(
        "F17-tar-gz-by-digest-of-its-member",
        "disk.tar.gz",
        archives.gz(TAR),
        DISK,
        ("gzip", "tar"),
        digest_of(DISK).removeprefix("sha256:"),
        "payload",
        member="images/disk.qcow2",
    ),
    packed(
        "F29-bz2-of-several-streams",
        "disk.qcow2.bz2",
        archives.bz2(DISK, streams=3),
        DISK,
        ("bzip2",),
    ),
    packed(
        "F29-zst-of-several-frames",
        "disk.qcow2.zst",
        archives.pzst(DISK, frames=3),
        DISK,
        ("zstd",),
        digest_of(DISK),
        "payload",
    ),
    packed(
        "F126-zst-of-long-27",
        "disk.raw.zst",
        archives.zst(RAW, window_log=27),
        RAW,
        ("zstd",),
    ),
    packed(
        "tar-zst",
        "disk.tar.zst",
        archives.zst(TAR),
        DISK,
        ("zstd", "tar"),
        member="images/disk.qcow2",
    ),
    packed(
        "F122-tar-gz-without-holes-as-google-s-recipe-makes-it",
        "disk.tar.gz",
        archives.gz(archives.gnu_sparse("disk.raw", archives.without_holes(HOLED))),
        HOLED,
        ("gzip", "tar"),
        member="disk.raw",
    ),
    packed(
        "F122-tar-without-holes-as-bsdtar-makes-it",
        "disk.tar",
        archives.pax_sparse("./disk.raw", archives.without_holes(HOLED)),
        HOLED,
        ("tar",),
        digest_of(HOLED),
        "payload",
        member="./disk.raw",
    ),
    packed(
        "F34-zip64",
        "disk.zip",
        zipped(("disk.img", RAW), zip64=True),
        RAW,
        ("zip",),
        member="disk.img",
    ),
    packed(
        "F126-zip-packed-with-lzma",
        "disk.zip",
        archives.zip_by(14, "disk.img", RAW, archives.lzma_of_zip(RAW)),
        RAW,
        ("zip",),
        member="disk.img",
    ),
    packed(
        "zip-written-to-a-pipe",
        "disk.zip",
        zipped(("disk.img", RAW), streamed=True),
        RAW,
        ("zip",),
        digest_of(zipped(("disk.img", RAW), streamed=True), "blake2b"),
        member="disk.img",
    ),
    packed(
        "F32-member-of-several",
        "disks.tar",
        SEVERAL,
        DISK,
        ("tar",),
        options=("--member=disk.*", "--disk-format=qcow2"),
        member="disk.qcow2",
    ),
    packed(
        "F27-qcow2-that-is-gzip",
        "disk.qcow2",
        archives.gz(DISK),
        DISK,
        ("gzip",),
        notice="The name 'disk.qcow2' suggests an image that isn't packed,"
        " but the bytes are gzip; the bytes decide",
    ),
    packed(
        "F27-gz-that-is-not-packed",
        "disk.img.gz",
        RAW,
        RAW,
        notice="The name 'disk.img.gz' suggests gzip, but the bytes are an image"
        " that isn't packed; the bytes decide",
    ),
]


@pytest.mark.parametrize("offered", ACCEPTED)
def test_offered_file_becomes_the_image_in_it(
    member: Account, source: Source, offered: Packed
) -> None:
    url = source.put(offered.file_name, offered.content)
    checksum = offered.checksum or digest_of(offered.content)

    outcome = import_url(member, url, "--checksum", checksum, *offered.options)

    image = imported(member, outcome, offered.payload)
    result = outcome.json()
    is_qcow2 = offered.payload is DISK
    assert image["disk_format"] == result["disk_format"] == qcow2_or_raw(is_qcow2)
    assert image["min_disk"] == (3 if is_qcow2 else 1)
    assert tuple(result["unpacked"]) == offered.layers
    assert result["member"] == offered.member
    assert result["published_digest"].endswith(f" {offered.scope}")
    assert result["published_digest"].lower().startswith(result["verified"])
    assert image["lifecycle_source_digest"] == digest_of(offered.content)
    assert offered.notice in outcome.stderr
    assert bool(offered.notice) == ("suggests" in outcome.stderr)


def of_other_hypervisors(disk_format: str, options: str = "") -> Callable[[], bytes]:
    return lambda: disk_as(disk_format, RAW, virtual_size=2 * MIB, options=options)


PASSED_THROUGH = [
    pytest.param("vmdk", vmdk, id="F37-F40-vmdk-sparse"),
    pytest.param("vmdk", stream_optimized_vmdk, id="F37-F40-vmdk-stream"),
    pytest.param("iso", iso, id="F40-iso"),
    pytest.param("aki", lambda: RAW[1024:], id="F40-aki"),
    pytest.param("ploop", lambda: RAW[1024:], id="F40-ploop"),
    *(
        pytest.param(name, of_other_hypervisors(name, options), id=f"F40-{name}")
        for name, options in [
            ("vhd", "subformat=dynamic,force_size=on"),
            ("vhdx", ""),
            ("vdi", ""),
        ]
        if can_convert()
    ),
]


def test_F38_an_iso_with_an_mbr_is_an_iso_except_to_the_glance_of_2025_1(
    cloud: Cloud, member: Account, source: Source
) -> None:
    content = boot_sector() + iso()[512:]
    url = source.put("disk", content)

    outcome = import_url(member, url, "--checksum", digest_of(content))

    if cloud.state.release == "2025.1":
        refused(cloud, member, outcome, "Glance did not accept the data", "(415)")
    else:
        image = imported(member, outcome, content)
        assert image["disk_format"] == outcome.json()["disk_format"] == "iso"


@pytest.mark.parametrize(("disk_format", "made"), PASSED_THROUGH)
def test_image_of_any_format_of_glance_keeps_it(
    member: Account, source: Source, disk_format: str, made: Callable[[], bytes]
) -> None:
    content = made()
    url = source.put("disk", content)
    is_said = disk_format in ("aki", "ploop")
    options = [f"--disk-format={disk_format}"] if is_said else []

    outcome = import_url(member, url, "--checksum", digest_of(content), *options)

    image = imported(member, outcome, content)
    assert image["disk_format"] == outcome.json()["disk_format"] == disk_format


@pytest.mark.parametrize(
    ("content", "file_name"),
    [
        pytest.param(archives.gz(RAW), "disk.raw.gz", id="gz"),
        pytest.param(zipped(("disk.raw", RAW)), "disk.zip", id="zip"),
    ],
)
def test_what_is_not_to_be_unpacked_is_stored_as_served(
    member: Account, source: Source, content: bytes, file_name: str
) -> None:
    url = source.put(file_name, content)

    outcome = import_url(member, url, "--checksum", digest_of(content), "--unpack=none")

    image = imported(member, outcome, content)
    assert image["disk_format"] == "raw"
    assert outcome.json()["unpacked"] == []


def qcow2_or_raw(is_qcow2: bool) -> str:
    """Glance's name of the format."""
    return "qcow2" if is_qcow2 else "raw"


def test_file_of_this_machine_is_imported_like_any_other(
    member: Account, tmp_path: Path
) -> None:
    path = tmp_path / "my disk.img"
    path.write_bytes(RAW)
    sums = tmp_path / "SUMS"
    sums.write_text(f"{digest_of(RAW)[7:]}  my disk.img\n")

    outcome = import_url(member, path.as_uri(), "--checksum-url", sums.as_uri())

    image = imported(member, outcome, RAW)
    assert image["image_source"] == "private"
    assert image["lifecycle_verified"] == "sha256"


def test_F14_weak_or_missing_digest_has_to_be_allowed_and_proves_nothing(
    member: Account, source: Source
) -> None:
    url = source.put("disk.img", RAW)
    weak = digest_of(RAW, "md5")

    outcome = import_url(member, url, "--checksum", weak, "--allow-unverified")

    image = imported(member, outcome, RAW)
    assert outcome.json()["verified"] == image["lifecycle_verified"] == "none"
    assert image["lifecycle_published_digest"] == f"{weak} wire"


def test_result_and_image_say_what_was_asked_for_and_where_it_came_from(
    member: Account, source: Source
) -> None:
    url = source.put("disk.qcow2", DISK)
    asked = ["--checksum", digest_of(DISK), "--private", "--min-disk=7"]
    asked += ["--property=os_distro=debian", "--property=hw_disk_bus=scsi"]
    asked += ["--tag=vendor", "--build-date=2026-03-01"]

    outcome = import_url(member, url, *asked)

    image = imported(member, outcome, DISK)
    assert outcome.json() == {
        "result": "imported",
        "id": image["id"],
        "name": NAME,
        "status": "active",
        "visibility": "private",
        "owner": member.project_id,
        "family": NAME,
        "version": "20260301",
        "generation": 1,
        "build_date": "2026-03-01",
        "disk_format": "qcow2",
        "size": len(DISK),
        "virtual_size": 3 * GIB,
        "min_disk": 7,
        "verified": "sha256",
        "published_digest": f"{digest_of(DISK)} wire",
        "source": url,
        "source_digest": digest_of(DISK),
        "source_size": len(DISK),
        "unpacked": [],
        "member": None,
        "converted_from": None,
        "tags": ["lifecycle", "vendor"],
    }
    expected = {
        "visibility": "private",
        "owner": member.project_id,
        "container_format": "bare",
        "protected": False,
        "min_disk": 7,
        "os_distro": "debian",
        "hw_disk_bus": "scsi",
        "image_source": url,
        "image_build_date": str(date(2026, 3, 1)),
        "lifecycle_id": image["id"],
        "lifecycle_family": NAME,
        "lifecycle_version": "20260301",
        "lifecycle_generation": "1",
        "lifecycle_state": "active",
        "lifecycle_source_digest": digest_of(DISK),
        "lifecycle_published_digest": f"{digest_of(DISK)} wire",
        "lifecycle_verified": "sha256",
    }
    assert {name: image.get(name) for name in expected} == expected
    assert set(image["tags"]) == {"lifecycle", "vendor"}
    assert "lifecycle_published_at" in image


def test_F35_ova_is_stored_as_one_when_that_was_asked_for(
    member: Account, source: Source
) -> None:
    content = archives.ova(stream_optimized_vmdk())
    url = source.put("machine.ova", content)
    verified = ("--checksum", digest_of(content))

    outcome = import_url(member, url, *verified, "--container-format", "ova")

    image = imported(member, outcome, content)
    assert (image["container_format"], image["disk_format"]) == ("ova", "vmdk")
    assert outcome.json()["unpacked"] == []


def test_F126_larger_window_is_unpacked_when_its_memory_is_allowed(
    cloud: Cloud, member: Account, source: Source
) -> None:
    content = archives.zst(RAW, window_log=28)
    url = source.put("disk.raw.zst", content)
    verified = ("--checksum", digest_of(content))

    without = import_url(member, url, *verified)
    refused(cloud, member, without, "larger than the 128 MiB", "--max-window")
    allowed = import_url(member, url, *verified, "--max-window=256M")

    imported(member, allowed, RAW)
    assert "Unpacking this zstd takes 256 MiB of memory" in allowed.stderr


def test_F126_bytes_behind_a_gzip_are_passed_over_if_they_are_published(
    cloud: Cloud, member: Account, source: Source
) -> None:
    content = archives.gz(RAW) + b"# appended by append-metadata\n"
    url = source.put("disk.img.gz", content)

    unknown = import_url(member, url, "--checksum", digest_of(RAW))
    refused(cloud, member, unknown, "can't be unpacked as gzip", "other data follows")
    published = import_url(member, url, "--checksum", digest_of(content))

    imported(member, published, RAW)
    assert "30 bytes after the end of the gzip were ignored" in published.stderr
