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
from osc_imagetools.source import pipeline
from osc_imagetools.source.checksums import Checksum
from osc_imagetools.source.opened import Source, SourceError
from osc_imagetools.source.packing import Packing
from osc_imagetools.source.pipeline import DigestMismatchError, Expected, Pipeline
from osc_imagetools.source.tail import TAIL_BYTES
from osc_imagetools.source.unpack import Limits

LIMITS = Limits(max_payload_bytes=1 << 40)
IMAGE = b"\x01" + hashlib.sha256(b"seed").digest() * 40_000
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
    if opened.must_spool:
        opened.spool()
    opened.begin()
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
        closing(Pipeline(source(b"tiny"), expected(sha256(b"x")))) as opened,
        pytest.raises(DigestMismatchError),
    ):
        opened.begin()


def test_a_source_that_stalls_keeps_the_upload_alive_with_bytes_of_the_tail(
    monkeypatch,
):
    monkeypatch.setattr(pipeline, "TRICKLE_SECONDS", 0.01)
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
        raise SourceError("https://vendor.example/x broke off")

    broken = Source("https://vendor.example/x", "x", len(IMAGE), _read=read)
    with closing(Pipeline(broken, expected())) as opened:
        opened.begin()
        with pytest.raises(SourceError, match="broke off"):
            list(opened.blocks())


def test_a_page_is_refused_by_its_first_block():
    with pytest.raises(OperatorError, match="doctype"):
        Pipeline(source(b"<!doctype html><title>Log in</title>"), expected())


def test_whoever_stops_in_the_middle_leaves_no_thread():
    opened = begun(IMAGE * 20)

    next(opened.blocks())
    opened.close()

    assert not [thread for thread in threading.enumerate() if thread.name == "source"]
