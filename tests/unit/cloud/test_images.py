# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from oslo_utils.imageutils import format_inspector

from tests.cloud.images import (
    boot_sector,
    bootable_iso,
    boots,
    can_boot,
    disk_as,
    filesystem_image,
    iso,
    luks_header,
    qcow2,
    raw,
    stream_optimized_vmdk,
    vmdk,
    vmdk_descriptor,
)

MIB = 1024 * 1024

needs_qemu = pytest.mark.skipif(not can_boot(), reason="no qemu-system-x86_64")
needs_qemu_img = pytest.mark.skipif(
    shutil.which("qemu-img") is None, reason="no qemu-img"
)


def qemu_img(*arguments: object) -> str:
    """The standard output of one qemu-img command, which must succeed."""
    command = ["qemu-img", *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def inspect(image: bytes) -> tuple[str, list[str]]:
    """The format that Glance sees, and the safety checks that fail."""
    wrapper = format_inspector.InspectWrapper(io.BytesIO(image))
    while wrapper.read(65536):
        pass
    wrapper.close()
    assert wrapper.format is not None
    try:
        wrapper.format.safety_check()
    except format_inspector.SafetyCheckFailed as failure:
        return str(wrapper.format), sorted(failure.failures)
    return str(wrapper.format), []


def test_raw_is_the_same_for_the_same_seed() -> None:
    assert raw(1000, seed=1) == raw(1000, seed=1)
    assert raw(1000, seed=1) != raw(1000, seed=2)
    assert len(raw(1001)) == 1001
    assert len(raw(3)) == 3


def test_raw_is_a_safe_disk_with_a_partition_table() -> None:
    assert inspect(raw(2000)) == ("gpt", [])


def test_a_boot_sector_is_a_safe_disk_of_one_sector() -> None:
    image = boot_sector()

    assert len(image) == 512
    assert inspect(image) == ("gpt", [])


def test_a_boot_sector_holds_no_novel() -> None:
    assert len(boot_sector("x" * 395)) == 512
    with pytest.raises(ValueError, match="too long"):
        boot_sector("x" * 396)


@needs_qemu
@pytest.mark.parametrize("disk_format", ["raw", "qcow2"])
def test_a_boot_sector_runs(tmp_path: Path, disk_format: str) -> None:
    image = tmp_path / "disk"
    disk = boot_sector("Hello from a disk.")
    image.write_bytes(disk if disk_format == "raw" else qcow2(disk))

    said = boots(image, disk_format, expect="Hello from a disk.")

    assert "Hello from a disk." in said


@needs_qemu
def test_a_disk_that_does_not_boot_is_an_error_with_what_it_says(
    tmp_path: Path,
) -> None:
    image = tmp_path / "disk"
    image.write_bytes(bytes(MIB))

    with pytest.raises(AssertionError, match="No bootable device"):
        boots(image, "raw", expect="Hello")


@needs_qemu
def test_a_machine_that_never_says_it_is_ended(tmp_path: Path) -> None:
    image = tmp_path / "disk"
    image.write_bytes(boot_sector("Hello"))

    with pytest.raises(AssertionError, match="did not say 'Goodbye'"):
        boots(image, "raw", expect="Goodbye", timeout=0.2)


@needs_qemu
def test_an_iso_of_this_machine_runs() -> None:
    iso = bootable_iso()
    if iso is None:
        pytest.skip("neither ipxe nor grub-rescue-pc is installed")

    assert iso.says in boots(iso.path, "iso", expect=iso.says)


CONTENTS = [
    b"",
    boot_sector(),
    raw(3 * MIB + 5),
    bytes(2 * MIB) + raw(70_000) + bytes(MIB),
]


@needs_qemu_img
@pytest.mark.parametrize(
    ("cluster_bits", "version"), [(9, 3), (16, 2), (16, 3), (21, 3)]
)
@pytest.mark.parametrize("content", CONTENTS, ids=len)
def test_qcow2_holds_its_content(
    tmp_path: Path, content: bytes, cluster_bits: int, version: int
) -> None:
    disk, image = tmp_path / "disk.raw", tmp_path / "disk.qcow2"
    disk.write_bytes(content.ljust(4 * MIB, b"\0"))

    image.write_bytes(
        qcow2(
            content,
            virtual_size=4 * MIB,
            cluster_bits=cluster_bits,
            version=version,
        )
    )

    qemu_img("check", "-f", "qcow2", image)
    qemu_img("compare", "-f", "raw", "-F", "qcow2", disk, image)
    assert inspect(image.read_bytes()) == ("qcow2", [])


@needs_qemu_img
def test_qcow2_says_its_virtual_size(tmp_path: Path) -> None:
    image = tmp_path / "disk.qcow2"
    image.write_bytes(qcow2(b"start", virtual_size=500 * 1024 * MIB))

    described = json.loads(qemu_img("info", "--output=json", image))

    assert described["virtual-size"] == 500 * 1024 * MIB
    assert image.stat().st_size < MIB


@pytest.mark.parametrize(
    ("image", "failures"),
    [
        (qcow2(b"x", backing_file="/etc/passwd"), ["backing_file"]),
        (qcow2(b"x", version=2, backing_file="json:{}"), ["backing_file"]),
        (qcow2(b"x", data_file="/etc/passwd"), ["data_file"]),
        (qcow2(b"x", incompatible_features=1 << 5), ["unknown_features"]),
        (qcow2(b"x", incompatible_features=1 << 63), ["unknown_features"]),
    ],
)
def test_qcow2_can_be_what_glance_refuses(image: bytes, failures: list[str]) -> None:
    assert inspect(image) == ("qcow2", failures)


@needs_qemu_img
def test_qcow2_names_its_other_files_as_qemu_reads_them(tmp_path: Path) -> None:
    image = tmp_path / "disk.qcow2"
    image.write_bytes(
        qcow2(b"x", backing_file="base.img", data_file="data.img", crypt_method=1)
    )
    (tmp_path / "data.img").touch()

    described = json.loads(qemu_img("info", "--output=json", image))

    assert described["backing-filename"] == "base.img"
    assert described["format-specific"]["data"]["data-file"] == "data.img"
    assert described["encrypted"]


def test_qcow2_states_the_header_length_it_is_told() -> None:
    assert qcow2(b"x", header_length=4096)[100:104] == b"\0\0\x10\0"


def test_luks_is_seen_as_luks() -> None:
    assert inspect(luks_header()) == ("luks", [])


def test_an_iso_is_seen_as_one() -> None:
    assert inspect(iso()) == ("iso", [])


@pytest.mark.parametrize(
    ("image", "failures"),
    [
        (vmdk(), []),
        (vmdk("streamOptimized"), []),
        (stream_optimized_vmdk(), []),
        (stream_optimized_vmdk(footer_version=2), ["footer"]),
        (vmdk("monolithicFlat", 'RW 1 FLAT "/etc/passwd" 0'), ["descriptor"]),
        (vmdk(extent='RW 1 SPARSE "/etc/passwd"'), ["descriptor"]),
        (vmdk_descriptor("twoGbMaxExtentFlat"), ["descriptor"]),
        # What oslo's checks let pass, and QEMU obeys
        (vmdk(parent="/etc/passwd"), []),
        (vmdk(sectors=0), []),
    ],
)
def test_vmdk_can_be_what_glance_refuses_and_what_it_overlooks(
    image: bytes, failures: list[str]
) -> None:
    assert inspect(image) == ("vmdk", failures)


@needs_qemu_img
def test_vmdk_names_its_parent_as_qemu_reads_it(tmp_path: Path) -> None:
    parent, child = tmp_path / "parent.vmdk", tmp_path / "child.vmdk"
    parent.write_bytes(disk_as("vmdk", b"secret", virtual_size=MIB))
    child.write_bytes(vmdk(parent=str(parent)))

    described = json.loads(qemu_img("info", "--output=json", "-f", "vmdk", child))

    assert described["backing-filename"] == str(parent)
    assert described["virtual-size"] == MIB


@needs_qemu_img
@pytest.mark.parametrize(
    ("disk_format", "options"),
    [
        ("qcow2", ""),
        ("vmdk", "subformat=streamOptimized"),
        ("vmdk", "subformat=monolithicSparse"),
        ("vhd", "subformat=dynamic,force_size=on"),
        ("vhdx", ""),
        ("vdi", ""),
    ],
)
def test_a_disk_in_the_format_of_another_hypervisor_is_seen_as_such(
    disk_format: str, options: str
) -> None:
    image = disk_as(disk_format, raw(5000), virtual_size=2 * MIB, options=options)

    assert inspect(image) == (disk_format, [])


@pytest.mark.skipif(
    shutil.which("mkfs.ext4", path="/usr/sbin:/sbin:/usr/bin") is None,
    reason="no mkfs.ext4",
)
@needs_qemu_img
def test_a_filesystem_image_is_a_sound_qcow2_of_about_that_size(
    tmp_path: Path,
) -> None:
    image = tmp_path / "disk.qcow2"

    filesystem_image(image, 64 * MIB)

    qemu_img("check", image)
    assert 48 * MIB < image.stat().st_size <= 65 * MIB
    assert list(tmp_path.iterdir()) == [image]


def test_a_missing_tool_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)

    with pytest.raises(FileNotFoundError, match=r"mkfs\.ext4 is not installed"):
        filesystem_image(tmp_path / "disk.qcow2", MIB)
