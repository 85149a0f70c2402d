# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import gzip
import hashlib
import io
import itertools
import tarfile
import threading
import zipfile
from contextlib import closing

import pytest

from osc_imagetools.errors import OperatorError
from osc_imagetools.source import ahead
from osc_imagetools.source.checksums import Checksum
from osc_imagetools.source.disk.inspect import FormatError, UnsafeImageError
from osc_imagetools.source.opened import Source, SourceError
from osc_imagetools.source.packing import Packing
from osc_imagetools.source.pipeline import DigestMismatchError, Expected, Pipeline
from osc_imagetools.source.tail import TAIL_BYTES
from osc_imagetools.source.unpacking.unpack import Limits
from tests.cloud import archives, images

LIMITS = Limits(max_payload_bytes=1 << 40)
IMAGE = images.raw(1_280_001)
"""1.2 MiB of a raw image."""


def source(content, name="image.raw", block=100_000):
    file = io.BytesIO(content)
    return Source(
        f"https://vendor.example/{name}",
        name,
        len(content),
        _read=lambda: file.read(block),
    )


def sha256(content):
    return Checksum.parse(f"sha256:{hashlib.sha256(content).hexdigest()}")


def expected(checksum=None, **packing):
    return Expected(Packing(LIMITS, **packing), checksum)


def begun(content, checksum=None, **packing):
    opened = Pipeline(source(content), expected(checksum, **packing))
    try:
        if opened.must_spool:
            opened.spool()
        opened.begin()
    except BaseException:
        opened.close()
        raise
    return opened


def tar_gz(content):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("disk.raw")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def zipped(content):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("disk.raw", content)
    return packed.getvalue()


WRAPPED = {
    (): lambda content: content,
    ("gzip",): gzip.compress,
    ("gzip", "tar"): tar_gz,
    ("zip",): zipped,
}


@pytest.mark.parametrize("layers", WRAPPED, ids="-".join)
@pytest.mark.parametrize("scope", ["wire", "payload"])
def test_a_digest_of_what_was_served_or_of_what_is_in_it_matches(layers, scope):
    wire = WRAPPED[layers](IMAGE)
    published = sha256(wire if scope == "wire" else IMAGE)

    with closing(begun(wire, published)) as opened:
        payload = b"".join(opened.blocks())

    assert payload == IMAGE
    assert opened.layers == layers
    assert opened.arrived.matched == (scope if layers else "wire")
    assert opened.arrived.size == opened.arrived.virtual_size == len(IMAGE)
    assert opened.arrived.wire_size == len(wire)
    assert opened.arrived.wire_digests["sha256"] == hashlib.sha256(wire).hexdigest()
    assert opened.arrived.payload_digests["sha256"] == sha256(IMAGE).digest


@pytest.mark.parametrize("layers", WRAPPED, ids="-".join)
def test_until_the_last_check_the_tail_stays_back(layers):
    wire = WRAPPED[layers](IMAGE)
    sent = bytearray()

    with (
        closing(begun(wire, sha256(b"something else"))) as opened,
        pytest.raises(DigestMismatchError) as mismatch,
    ):
        sent.extend(byte for block in opened.blocks() for byte in block)

    assert len(sent) <= len(IMAGE) - TAIL_BYTES
    assert hashlib.sha256(b"something else").hexdigest() in str(mismatch.value)
    assert hashlib.sha256(wire).hexdigest() in str(mismatch.value)
    assert hashlib.sha256(IMAGE).hexdigest() in str(mismatch.value)


def test_an_image_that_is_all_tail_is_verified_before_anything_is_sent():
    with (
        closing(Pipeline(source(images.raw(600)), expected(sha256(b"x")))) as opened,
        pytest.raises(DigestMismatchError),
    ):
        opened.begin()


def test_a_source_that_stalls_keeps_the_upload_alive_with_bytes_of_the_tail(
    monkeypatch,
):
    monkeypatch.setattr(ahead, "TRICKLE_SECONDS", 0.01)
    go_on = threading.Event()
    served = iter([IMAGE[:500_000], IMAGE[500_000:], b""])

    def read():
        block = next(served)
        if len(block) > 500_000:
            go_on.wait()
        return block

    stalling = Source("https://vendor.example/x", "x", len(IMAGE), _read=read)
    with closing(Pipeline(stalling, expected())) as opened:
        opened.begin()
        blocks = opened.blocks()
        while_it_stalls = list(itertools.islice(blocks, 3))
        go_on.set()
        afterwards = list(blocks)

    assert [len(block) for block in while_it_stalls] == [1, 1, 1]
    assert b"".join(while_it_stalls + afterwards) == IMAGE


def test_what_breaks_the_source_is_what_the_upload_raises():
    def read(pieces=iter([IMAGE[:600_000]])):  # noqa: B008
        for piece in pieces:
            return piece
        raise SourceError("https://vendor.example/x was interrupted")

    broken = Source("https://vendor.example/x", "x", len(IMAGE), _read=read)
    with closing(Pipeline(broken, expected())) as opened:
        opened.begin()
        with pytest.raises(SourceError, match="was interrupted"):
            list(opened.blocks())


def test_a_page_is_refused_by_its_first_block():
    with pytest.raises(OperatorError, match="doctype"):
        Pipeline(source(b"<!doctype html><title>Log in</title>"), expected())


def test_whoever_stops_in_the_middle_leaves_no_thread():
    opened = begun(IMAGE * 20)

    next(opened.blocks())
    opened.close()

    assert not [thread for thread in threading.enumerate() if thread.name == "source"]


QCOW2 = images.qcow2(IMAGE, virtual_size=3 << 20)
RAW = IMAGE.ljust(3 << 20, b"\0")
PACKED_QCOW2 = {
    (): QCOW2,
    ("gzip",): gzip.compress(QCOW2),
    ("gzip", "tar"): tar_gz(QCOW2),
    ("zip",): zipped(QCOW2),
}
needs_qemu = pytest.mark.skipif(not images.can_convert(), reason="no QEMU tools")


@needs_qemu
@pytest.mark.parametrize("layers", PACKED_QCOW2, ids="-".join)
def test_a_converted_image_is_that_of_the_source_in_another_format(layers, tmp_path):
    wire = PACKED_QCOW2[layers]
    packing = {"convert": "raw", "tmpdir": str(tmp_path)}

    with closing(Pipeline(source(wire), expected(sha256(QCOW2), **packing))) as opened:
        must_spool = opened.must_spool
        opened.spool()
        spooled_once = not opened.must_spool
        opened.begin()
        described = (opened.disk_format, opened.virtual_size, opened.converted_from)
        sent = b"".join(opened.blocks())

    assert must_spool
    assert spooled_once
    assert described == ("raw", len(RAW), "qcow2")
    assert sent == RAW
    arrived = opened.arrived
    assert arrived.matched == ("payload" if layers else "wire")
    assert (arrived.size, arrived.virtual_size) == (len(RAW), len(RAW))
    assert arrived.wire_size == len(wire)
    assert arrived.wire_digests["sha256"] == hashlib.sha256(wire).hexdigest()
    assert arrived.payload_digests["sha256"] == hashlib.sha256(RAW).hexdigest()
    assert list(tmp_path.iterdir()) == []


@needs_qemu
def test_a_converted_qcow2_is_described_by_its_own_bytes(tmp_path):
    packing = {"convert": "qcow2", "tmpdir": str(tmp_path)}

    with closing(begun(RAW, sha256(RAW), **packing)) as opened:
        described = (opened.disk_format, opened.virtual_size, opened.converted_from)
        sent = b"".join(opened.blocks())

    assert described == ("qcow2", len(RAW), "raw")
    assert sent.startswith(b"QFI\xfb")
    assert opened.arrived.size == len(sent) != len(RAW)
    assert opened.arrived.payload_digests["sha256"] == sha256(sent).digest


@needs_qemu
@pytest.mark.parametrize("target", ["raw", "qcow2"])
def test_F117_a_disk_of_which_qemu_finds_less_is_not_converted(target, tmp_path):
    image = images.disk_as("vhd", images.raw(1 << 20))
    head = image[:40] + (1 << 30).to_bytes(8, "big") + image[48:512]
    image = images.vhd_summed(head) + image[512:]

    with pytest.raises(OperatorError, match="its disk has 1073741824 bytes, but QEMU"):
        begun(image, convert=target, tmpdir=str(tmp_path))

    assert list(tmp_path.iterdir()) == []


@needs_qemu
def test_the_bytes_of_a_conversion_can_be_watched(tmp_path):
    watched = []

    def watch(blocks, total):
        for block in blocks:
            watched.append((len(block), total))
            yield block

    wanted = expected(convert="raw", tmpdir=str(tmp_path))
    with closing(Pipeline(source(QCOW2), wanted, watch_converted=watch)) as opened:
        opened.spool()
        opened.begin()
        list(opened.blocks())

    assert sum(size for size, _ in watched) == len(RAW)
    assert {total for _, total in watched} == {len(RAW)}


def test_nothing_is_converted_before_the_digest_is_right(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    wanted = expected(sha256(b"x"), convert="raw", tmpdir=str(tmp_path))

    with (
        closing(Pipeline(source(QCOW2), wanted)) as opened,
        pytest.raises(DigestMismatchError),
    ):
        opened.spool()

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrap", [lambda image: image, zipped], ids=["plain", "zip"])
def test_nothing_unsafe_is_converted(wrap, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    unsafe = images.qcow2(IMAGE, backing_file="/etc/passwd")

    with pytest.raises(UnsafeImageError, match="backing file"):
        begun(wrap(unsafe), convert="raw", tmpdir=str(tmp_path))


@needs_qemu
@pytest.mark.parametrize(
    ("inner", "why"),
    [
        (images.qcow2(b"x"), "content of its disk is itself qcow2"),
        (images.iso(), "content of its disk is itself iso"),
        (images.qcow2(b"x", backing_file="/etc/passwd"), "it has a backing file"),
    ],
)
def test_an_image_on_the_disk_of_an_image_is_not_made_to_one(inner, why, tmp_path):
    outer = images.qcow2(inner)

    with pytest.raises(OperatorError, match=why):
        begun(outer, convert="raw", tmpdir=str(tmp_path))


@pytest.mark.parametrize(
    ("content", "convert"),
    [(RAW, "raw"), (QCOW2, "qcow2"), (images.iso(), "raw"), (images.iso(), "qcow2")],
)
def test_what_is_as_wanted_is_not_spooled_and_stays_as_it_is(
    content, convert, tmp_path, monkeypatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    packing = {"convert": convert, "tmpdir": str(tmp_path / "missing")}

    with closing(Pipeline(source(content), expected(**packing))) as opened:
        assert not opened.must_spool
        opened.begin()
        assert b"".join(opened.blocks()) == content

    stays = ["The image is stored as iso: as"] * (content == images.iso())
    assert [warning.rpartition(" as ")[0] + " as" for warning in opened.warnings] == (
        stays
    )
    assert opened.converted_from is None


def test_an_empty_image_is_not_converted(tmp_path):
    with pytest.raises(OperatorError, match="The image is empty"):
        begun(b"", convert="raw", tmpdir=str(tmp_path))


@pytest.mark.parametrize("layers", WRAPPED, ids="-".join)
def test_what_is_not_to_be_unpacked_is_stored_as_served(layers):
    wire = WRAPPED[layers](IMAGE)

    with closing(begun(wire, sha256(wire), unpack=False)) as opened:
        sent = b"".join(opened.blocks())

    assert sent == wire
    assert (opened.layers, opened.disk_format) == ((), "raw")
    assert opened.arrived.matched == "wire"
    assert opened.arrived.virtual_size == len(wire)


OVA = archives.ova(images.vmdk())


@pytest.mark.parametrize("declared", [None, "vmdk", "vhd"])
def test_F35_an_ova_is_stored_whole_if_that_is_its_container(declared):
    packing = {"container_format": "ova", "disk_format": declared}

    with closing(begun(OVA, sha256(OVA), **packing)) as opened:
        sent = b"".join(opened.blocks())

    assert sent == OVA
    assert opened.disk_format == (declared or "vmdk")
    assert opened.arrived.virtual_size == len(OVA)


@pytest.mark.parametrize(
    ("content", "is_what"),
    [(QCOW2, "this is none"), (gzip.compress(OVA), "this is gzip")],
)
def test_F35_what_is_no_tar_is_no_ova(content, is_what):
    with pytest.raises(FormatError, match=is_what):
        begun(content, container_format="ova")


def test_F25_an_empty_container_is_refused():
    with pytest.raises(FormatError, match="The image is empty"):
        begun(b"", container_format="docker")


@pytest.mark.parametrize(
    ("packing", "why"),
    [
        ({"unpack": False}, "it is stored packed as gzip"),
        ({"container_format": "ova"}, "it is stored packed as ova"),
        ({"container_format": "compressed"}, "it is stored packed as compressed"),
    ],
)
def test_what_stays_packed_cannot_be_converted(packing, why):
    with pytest.raises(OperatorError, match=f"can't be converted to raw: {why}"):
        Pipeline(source(gzip.compress(QCOW2)), expected(convert="raw", **packing))
