# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""An image in another format, by QEMU's own tools (F43, F44)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import IO

import pytest

from osc_imagetools.source.disk.convert import (
    ConversionError,
    convert,
    kept,
    must_convert,
    require_tools,
)
from osc_imagetools.source.disk.qemu import QemuError
from osc_imagetools.source.limits import Limits, TooLargeError
from osc_imagetools.source.spool import SpoolError, spool
from tests.cloud.images import (
    broken_vmdk,
    can_convert,
    disk_as,
    qcow2,
    raw,
    vhd_by,
    vmdk,
)
from tests.unit.source.builders import PLENTY, children, in_blocks

MIB = 1 << 20
GIB = 1 << 30
SIZE = 8 * MIB
DISK = (raw(3 * MIB) + bytes(MIB) + b"end").ljust(SIZE, b"\0")

QCOW2 = qcow2(DISK)

needs_qemu = pytest.mark.skipif(not can_convert(), reason="no qemu-img, qemu-nbd")

FORMATS = {
    "qcow2": ("qcow2", ""),
    "qcow2, zstd": ("qcow2", "compression_type=zstd"),
    "vmdk, sparse": ("vmdk", "subformat=monolithicSparse"),
    "vmdk, stream": ("vmdk", "subformat=streamOptimized"),
    "vhd": ("vhd", "subformat=dynamic,force_size=on"),
    "vhdx": ("vhdx", ""),
    "vdi": ("vdi", ""),
}


@pytest.fixture(autouse=True)
def leaves_no_process() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


@pytest.fixture
def folder() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as made:
        yield made
        assert os.listdir(made) == []


def spooled(image: bytes, folder: str) -> IO[bytes]:
    return spool(in_blocks(image), folder)


def raw_form(image: bytes, disk_format: str = "qcow2") -> bytes:
    """*image* as raw, by nobody's code but QEMU's."""
    with tempfile.TemporaryDirectory() as made:
        packed, unpacked = Path(made, "packed"), Path(made, "raw")
        packed.write_bytes(image)
        command = ["qemu-img", "convert", "-f", disk_format, "-O", "raw"]
        subprocess.run([*command, str(packed), str(unpacked)], check=True)
        return unpacked.read_bytes()


@needs_qemu
@pytest.mark.parametrize(("disk_format", "options"), FORMATS.values(), ids=FORMATS)
def test_to_raw_an_image_of_any_format_is_its_disk(
    folder: str, disk_format: str, options: str
) -> None:
    image = disk_as(disk_format, DISK, options=options)

    with (
        spooled(image, folder) as file,
        closing(convert(file, disk_format, "raw", PLENTY, folder)) as conversion,
    ):
        blocks = list(conversion.blocks)

    assert b"".join(blocks) == DISK
    assert conversion.size == SIZE
    assert conversion.disk_format == "raw"
    assert max(map(len, blocks)) <= 256 << 10
    assert conversion.warnings == []


@needs_qemu
@pytest.mark.parametrize("subformat", ["fixed", "dynamic"])
@pytest.mark.parametrize("maker", [b"vbox", b"wa\0\0", b"vpc ", b"win "])
def test_F117_a_vhd_keeps_its_end_whoever_made_it(
    folder: str, maker: bytes, subformat: str
) -> None:
    image = vhd_by(maker, DISK[:-3] + b"end", subformat)

    with (
        spooled(image, folder) as file,
        closing(convert(file, "vhd", "raw", PLENTY, folder)) as conversion,
    ):
        converted = b"".join(conversion.blocks)

    assert (len(converted), converted[-3:]) == (SIZE, b"end")


@needs_qemu
@pytest.mark.parametrize("disk_format", ["raw", "vmdk", "vhdx"])
def test_to_qcow2_an_image_keeps_its_disk_and_its_holes(
    folder: str, disk_format: str
) -> None:
    image = DISK if disk_format == "raw" else disk_as(disk_format, DISK)

    with (
        spooled(image, folder) as file,
        closing(convert(file, disk_format, "qcow2", PLENTY, folder)) as conversion,
    ):
        converted = b"".join(conversion.blocks)

    assert raw_form(converted) == DISK
    assert len(converted) == conversion.size < 5 * MIB


@needs_qemu
def test_a_temporary_folder_of_any_length_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("x" * 200)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))

    with (
        spooled(QCOW2, str(long)) as file,
        closing(convert(file, "qcow2", "raw", PLENTY)) as conversion,
    ):
        assert b"".join(conversion.blocks) == DISK

    assert list(long.iterdir()) == []


def test_without_any_temporary_folder_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))

    with (
        spooled(QCOW2, str(tmp_path)) as file,
        pytest.raises(QemuError, match="a socket can't be created"),
    ):
        convert(file, "qcow2", "raw", PLENTY)


@needs_qemu
def test_files_that_an_image_names_are_not_read_whatever_the_inspection_says(
    folder: str, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(disk_as("vmdk", b"secret" * 200_000))
    of_qcow2 = qcow2(b"", virtual_size=MIB, backing_file=f"json:{{}}{secret}")

    for image, disk_format in [
        (vmdk(parent=str(secret)), "vmdk"),
        (of_qcow2, "qcow2"),
    ]:
        with (
            spooled(image, folder) as file,
            closing(convert(file, disk_format, "raw", PLENTY, folder)) as conversion,
        ):
            assert b"".join(conversion.blocks) == bytes(MIB)


@needs_qemu
def test_what_qemu_cannot_open_is_an_error_in_its_words(folder: str) -> None:
    image = qcow2(DISK, incompatible_features=1 << 40)

    with (
        spooled(image, folder) as file,
        pytest.raises(QemuError, match=r"qemu-img: .*Unsupported qcow2 feature"),
    ):
        convert(file, "qcow2", "raw", PLENTY, folder)


@needs_qemu
@pytest.mark.parametrize("target", ["raw", "qcow2"])
def test_what_qemu_cannot_read_to_its_end_is_an_error(folder: str, target: str) -> None:
    image = broken_vmdk(DISK)

    def converted() -> None:
        with (
            spooled(image, folder) as file,
            closing(convert(file, "vmdk", target, PLENTY, folder)) as conversion,
        ):
            list(conversion.blocks)

    with pytest.raises(QemuError, match="The image could not be converted: qemu-"):
        converted()


@needs_qemu
def test_F116_what_qemu_finds_broken_is_not_converted(folder: str) -> None:
    image = bytearray(QCOW2)
    # Where a part of the disk lies: not at the start of a cluster, as it has to
    entry = (2 << 16) + 40 * 8
    image[entry : entry + 8] = (1 << 63 | 0x51200).to_bytes(8, "big")

    with (
        spooled(bytes(image), folder) as file,
        pytest.raises(ConversionError, match=r"'qemu-img check' finds 3 faults in it"),
    ):
        convert(file, "qcow2", "raw", PLENTY, folder)


@needs_qemu
def test_clusters_that_nobody_uses_are_no_fault(folder: str) -> None:
    image = bytearray(QCOW2)
    # The level 2 entry of content that is counted all the same
    entry = (2 << 16) + 40 * 8
    image[entry : entry + 8] = bytes(8)

    with (
        spooled(bytes(image), folder) as file,
        closing(convert(file, "qcow2", "raw", PLENTY, folder)) as conversion,
    ):
        assert len(b"".join(conversion.blocks)) == SIZE


@needs_qemu
def test_qemu_that_dies_on_the_way_is_an_error(folder: str) -> None:
    image = disk_as("qcow2", DISK, virtual_size=64 * MIB)
    before = children()

    with (
        spooled(image, folder) as file,
        closing(convert(file, "qcow2", "raw", PLENTY, folder)) as conversion,
    ):
        next(conversion.blocks)
        for child in children() - before:
            os.kill(child, signal.SIGKILL)

        with pytest.raises(QemuError, match="qemu-nbd: it ended"):
            list(conversion.blocks)


@needs_qemu
def test_who_stops_in_the_middle_leaves_no_process_and_no_descriptor(
    folder: str,
) -> None:
    image = disk_as("qcow2", DISK, virtual_size=64 * MIB)
    open_before = set(os.listdir("/proc/self/fd"))

    with spooled(image, folder) as file:
        conversion = convert(file, "qcow2", "raw", PLENTY, folder)
        next(conversion.blocks)
        conversion.close()
    assert set(os.listdir("/proc/self/fd")) == open_before


# Offers a disk of 512 bytes on descriptor 3, then ends badly.
ENDS_BADLY = """#!{python}
import socket, struct, sys
connection, _ = socket.socket(fileno=3).accept()
def agree(request, option, kind, said=b""):
    connection.recv(request, socket.MSG_WAITALL)
    head = struct.pack(">QIII", 0x3E889045565A9, option, kind, len(said))
    connection.sendall(head + said)
connection.sendall(b"NBDMAGICIHAVEOPT" + struct.pack(">H", 3))
agree(20, 8, 1)
agree(22, 7, 3, struct.pack(">HQH", 0, 512, 3))
agree(0, 7, 1)
connection.recv(28, socket.MSG_WAITALL)
empty = struct.pack(">IHHQI", 0x668E33EF, 1, 2, 0, 12) + struct.pack(">QI", 0, 512)
connection.sendall(empty)
connection.recv(28, socket.MSG_WAITALL)
sys.exit("and now this")
"""


def test_a_disk_that_came_whole_is_not_taken_from_who_ends_badly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "qemu-nbd"
    program.write_text(ENDS_BADLY.format(python=sys.executable))
    program.chmod(0o700)
    checks = tmp_path / "qemu-img"
    checks.write_text("#!/bin/sh\necho {}\n")
    checks.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path))
    came = []

    def read() -> None:
        with (
            spooled(b"anything", str(tmp_path)) as file,
            closing(convert(file, "qcow2", "raw", PLENTY)) as conversion,
        ):
            came.extend(conversion.blocks)

    with pytest.raises(QemuError, match="qemu-nbd: and now this"):
        read()

    assert came == [bytes(512)]


@needs_qemu
def test_F43_a_large_and_empty_disk_is_said_to_be_sent_with_all_its_zeros(
    folder: str,
) -> None:
    image = qcow2(b"start", virtual_size=500 * GIB)

    with (
        spooled(image, folder) as file,
        closing(convert(file, "qcow2", "raw", PLENTY, folder)) as conversion,
    ):
        assert next(conversion.blocks).startswith(b"start")

    (warning,) = conversion.warnings
    assert f"As raw the image has {500 * GIB} bytes instead of {len(image)}" in warning


@needs_qemu
@pytest.mark.parametrize("target", ["raw", "qcow2"])
def test_F26_an_image_that_would_become_too_large_is_refused(
    folder: str, target: str
) -> None:
    limits = Limits(max_payload_bytes=MIB)
    source = "vmdk" if target == "qcow2" else "qcow2"

    with (
        spooled(disk_as(source, DISK), folder) as file,
        pytest.raises(TooLargeError, match=rf"would be \d+ bytes as {target}"),
    ):
        convert(file, source, target, limits, folder)


@needs_qemu
def test_F44_a_qcow2_that_there_is_no_room_for_is_refused(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing")

    with (
        spooled(DISK, str(tmp_path)) as file,
        pytest.raises(SpoolError, match=missing),
    ):
        convert(file, "raw", "qcow2", PLENTY, missing)


@pytest.mark.parametrize(
    ("disk_format", "target", "must"),
    [
        ("qcow2", "raw", True),
        ("raw", "qcow2", True),
        ("vhd", "raw", True),
        ("raw", "raw", False),
        ("qcow2", None, False),
        ("iso", "raw", False),
        ("iso", "qcow2", False),
        ("aki", None, False),
        (None, "raw", False),
    ],
)
def test_what_is_as_it_should_be_is_left_alone(disk_format, target, must) -> None:
    assert must_convert(disk_format, target) is must


def test_an_iso_stays_one_and_that_is_said() -> None:
    assert kept("iso", "raw") == (
        "The image is stored as iso: as raw it would not boot"
    )
    assert kept("raw", "raw") is kept("iso", None) is None


@pytest.mark.parametrize("disk_format", ["ploop", "aki", "ami"])
def test_what_qemu_does_not_know_cannot_be_converted(disk_format: str) -> None:
    with pytest.raises(ConversionError, match=f"it is {disk_format}, which QEMU"):
        must_convert(disk_format, "raw")


@pytest.mark.parametrize(
    ("target", "missing"),
    [("raw", "qemu-nbd"), ("auto", "qemu-nbd"), ("qcow2", "qemu-img")],
)
def test_tools_that_are_missing_are_named_with_their_packages(
    target: str, missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    require_tools(None)

    with pytest.raises(QemuError, match=f"{missing} can't be found") as refused:
        require_tools(target)

    assert "'qemu-utils' (Debian, Ubuntu) or 'qemu-img' (RPM)" in refused.value.do
