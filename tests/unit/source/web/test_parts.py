# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Large files over several connections. A slow source is what makes them of use."""

import hashlib
import logging
import os
import threading
from contextlib import closing

import pytest

from osc_imagetools.source.fetch import open_source
from osc_imagetools.source.opened import SourceError, StartOverError
from osc_imagetools.source.web import pace, parts
from tests.cloud.source.faults import (
    Changed,
    Drop,
    Headers,
    NoRanges,
    Only,
    Rate,
    Silence,
    Stall,
    Status,
    WrongRange,
)
from tests.unit.source.reading import access

MIB = 1 << 20
SIZE = parts.WORTH_IT_BYTES + MIB + 1
SLOW = Rate(100 * MIB)
LESS_SLOW = Rate(200 * MIB)
"""Slow enough for a second connection, which is all that some tests want."""


@pytest.fixture(scope="session")
def large(tmp_path_factory):
    """A file a little larger than needed, no two MiB of it alike; its digest."""
    path = tmp_path_factory.mktemp("large") / "image.raw"
    block = os.urandom(MIB)
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for number in range(SIZE // MIB + 1):
            piece = (number.to_bytes(8, "big") + block)[: min(MIB, SIZE - file.tell())]
            digest.update(piece)
            file.write(piece)
    return path, digest.hexdigest()


@pytest.fixture
def url(source, large):
    return source.put("image.raw", large[0])


def fetched(url, **said):
    """The digest and the number of the bytes of the source at *url*."""
    digest, size = hashlib.sha256(), 0
    with closing(open_source(url, access(**said))) as opened:
        for block in opened.blocks():
            digest.update(block)
            size += len(block)
    return digest.hexdigest(), size


def source_threads():
    return [each for each in threading.enumerate() if each.name == "source part"]


def test_a_slow_source_is_read_over_four_connections_at_once(source, url, large):
    source.misbehave("image.raw", SLOW)

    assert fetched(url) == (large[1], SIZE)

    [first, *others] = source.requests("image.raw")
    assert "range" not in first.headers
    assert len(others) > 4
    for request in others:
        assert request.headers["range"].startswith("bytes=")
        assert request.headers["if-range"]
    assert source_threads() == []


@pytest.mark.parametrize(
    ("faults", "said"),
    [
        pytest.param([], {"connections": 1}, id="not-wanted"),
        pytest.param([NoRanges()], {}, id="no-ranges"),
        pytest.param([Headers({"Accept-Ranges": None})], {}, id="ranges-unsaid"),
        pytest.param([Headers({"ETag": None})], {}, id="untagged"),
        pytest.param([Headers({"ETag": 'W/"a"'})], {}, id="weakly-tagged"),
    ],
)
def test_else_one_connection_is_used(source, url, large, faults, said):
    source.misbehave("image.raw", LESS_SLOW, *faults)

    assert fetched(url, **said) == (large[1], SIZE)

    assert len(source.requests("image.raw")) == 1


def test_a_small_file_is_read_over_one_connection(source):
    content = bytes(parts.WORTH_IT_BYTES)
    url = source.put("image.raw", content)
    source.misbehave("image.raw", LESS_SLOW)

    assert fetched(url)[1] == len(content)

    assert len(source.requests("image.raw")) == 1


BESIDE = {
    "503": [Only(Status(503, headers={"Retry-After": "60"}), beside=1)],
    "403": [Only(Status(403), beside=1)],
    "reset": [Only(Drop(0, reset=True, each=True), beside=1)],
    "whole-file": [Only(NoRanges(advertised=True), beside=1)],
    "wrong-range": [Only(WrongRange(), beside=1)],
}


@pytest.mark.parametrize("faults", BESIDE.values(), ids=BESIDE)
def test_a_server_that_refuses_a_second_connection_is_read_over_one(
    source, url, large, faults
):
    source.misbehave("image.raw", LESS_SLOW, *faults)

    assert fetched(url) == (large[1], SIZE)

    # A reset is tried once more, and a slow machine may ask for the rest once.
    assert len(source.requests("image.raw")) <= 4


LATER = {
    "forgets-ranges": [Only(NoRanges(advertised=True), first=5)],
    "sends-other-ranges": [Only(WrongRange(), first=5)],
    "refuses": [Only(Status(503, headers={"Retry-After": "0"}), first=5, last=8)],
    "drops-each-after-a-while": [Only(Drop(MIB, each=True), first=2)],
    "resets-some": [Only(Drop(MIB, each=True, reset=True), first=2, last=9)],
    "stalls-one": [Only(Stall(9 * MIB), first=2, last=5)],
}


@pytest.mark.parametrize("faults", LATER.values(), ids=LATER)
def test_a_server_that_has_enough_of_it_is_followed_without_an_error(
    source, url, large, faults
):
    source.misbehave("image.raw", SLOW, *faults)

    assert fetched(url, stall_seconds=1) == (large[1], SIZE)

    source.release("image.raw")
    assert source_threads() == []


def test_a_server_that_slows_down_is_read_over_one_connection_again(
    source, url, large, caplog, monkeypatch
):
    monkeypatch.setattr(pace, "TRIAL_SECONDS", 0.5)
    monkeypatch.setattr(parts, "PROOF_SECONDS", 0.1)
    source.misbehave("image.raw", SLOW, Only(Rate(MIB // 10), beside=1))

    with caplog.at_level(logging.INFO, "osc_imagetools"):
        assert fetched(url) == (large[1], SIZE)

    assert "slower over several connections" in caplog.text


@pytest.mark.parametrize("heedless", [True, False])
def test_F13_a_file_that_changes_meanwhile_is_begun_anew(source, url, heedless):
    source.misbehave("image.raw", SLOW, Only(Changed(heedless=heedless), first=5))

    with pytest.raises(StartOverError, match="changed while it was read"):
        fetched(url)

    assert source_threads() == []


def test_F6_in_the_end_it_says_how_far_it_came(source, url):
    source.misbehave("image.raw", SLOW, Drop(9 * MIB))

    with pytest.raises(SourceError, match=f"{9 * MIB} of {SIZE} bytes arrived"):
        fetched(url, retries=1)

    assert source_threads() == []


def test_a_source_is_not_asked_again_where_that_was_said(source, url):
    source.misbehave("image.raw", SLOW, Drop(9 * MIB))

    with pytest.raises(SourceError, match=f"{9 * MIB} of {SIZE} bytes arrived"):
        fetched(url, retries=0)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Silence(), id="before-the-answer"),
        pytest.param(Stall(9 * MIB), id="in-a-body"),
    ],
)
def test_closing_ends_all_connections_and_threads(source, url, fault):
    source.misbehave("image.raw", SLOW, Only(fault, first=2))
    opened = open_source(url, access(stall_seconds=600))
    blocks = opened.blocks()
    while len(source_threads()) < 2:
        next(blocks)
    source.wait_for("image.raw", nth=2)

    opened.close()

    assert source_threads() == []
    source.release("image.raw")
    with pytest.raises(SourceError, match="abandoned"):
        list(blocks)
    assert source.wait_for("image.raw", nth=2, ended=True)


def test_closing_what_was_never_read_ends_its_connection(source, url):
    source.misbehave("image.raw", SLOW)

    open_source(url, access()).close()

    assert source.wait_for("image.raw", ended=True).ended == "gone"
    assert source_threads() == []
