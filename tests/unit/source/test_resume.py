# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import collections
import logging
import threading
from contextlib import closing

import pytest

from osc_imagetools.source.fetch import open_source
from osc_imagetools.source.opened import SourceError, StartOverError
from tests.cloud.source.faults import (
    Changed,
    Drop,
    Headers,
    NoLength,
    NoRanges,
    Only,
    Redirect,
    Stall,
    Status,
    WrongLength,
    WrongRange,
)
from tests.unit.source.reading import CONTENT, access, everything

DROPPED_AT = 300_000
ONCE = Only(Drop(DROPPED_AT), last=1)
BUSY = Status(503, headers={"Retry-After": "0"})
UNTAGGED = Headers({"ETag": None, "Last-Modified": None})

SURVIVED = {
    "F4-once": [ONCE],
    "F4-reset": [Only(Drop(DROPPED_AT, reset=True), last=1)],
    "F4-each-time-a-little-later": [Drop(100_000, each=True)],
    "F4-by-date": [Headers({"ETag": None}), ONCE],
    "F4-by-date-for-want-of-a-strong-tag": [Headers({"ETag": 'W/"a"'}), ONCE],
    "F4-unadvertised": [Headers({"Accept-Ranges": None}), ONCE],
    "F4-chunks": [NoLength(), ONCE],
    "F4-before-the-first-byte": [Only(Drop(0), last=2)],
    "F4-before-the-first-byte-untagged": [UNTAGGED, Only(Drop(0), last=1)],
    "F3-busy-when-asked-to-go-on": [Only(BUSY, first=2, last=3), ONCE],
    "F21-stall": [Only(Stall(DROPPED_AT), last=1)],
}


@pytest.mark.parametrize("faults", SURVIVED.values(), ids=SURVIVED)
def test_what_breaks_off_is_gone_on_with(source, faults):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", *faults)

    assert everything(url, stall_seconds=1) == CONTENT

    source.release("image.raw")


def test_F4_it_goes_on_at_the_very_byte_on_condition_that_nothing_changed(
    source, caplog
):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", ONCE)

    with (
        caplog.at_level(logging.INFO, "osc_imagetools"),
        closing(open_source(url, access())) as opened,
    ):
        assert b"".join(opened.blocks()) == CONTENT

    [first, second] = source.requests("image.raw")
    assert "range" not in first.headers
    assert second.headers["range"] == f"bytes={DROPPED_AT}-"
    assert second.headers["if-range"] == opened.etag
    assert second.sent == len(CONTENT) - DROPPED_AT
    assert f"{url}: resuming at byte 300000 of 1048576" in caplog.messages


START_OVER = {
    "F4-whole-file-instead": ([NoRanges(advertised=True), ONCE], "whole file"),
    "F5-wrong-range": ([Only(WrongRange(), first=2), ONCE], "bytes 300001-"),
    "F5-none-told": (
        [Only(Headers({"Content-Range": None}), first=2), ONCE],
        "no range",
    ),
    "F4-no-such-range-in-another-file": (
        [Only(Changed(), first=3), Only(Status(416), first=2, last=2), ONCE],
        "ETag was",
    ),
    "F13-tag": ([Only(Changed(), first=2), ONCE], "ETag was"),
    "F13-tag-heedless": ([Only(Changed(heedless=True), first=2), ONCE], "ETag was"),
    "F13-date": (
        [
            Headers({"ETag": None}),
            Only(Changed(None, "Sun, 01 Mar 2026 04:05:06 GMT"), first=2),
            ONCE,
        ],
        "Last-Modified was",
    ),
    "untagged": ([UNTAGGED, ONCE], "can't send parts of this file"),
    "no-parts": (
        [Headers({"Accept-Ranges": "none"}), ONCE],
        "can't send parts of this file",
    ),
}


@pytest.mark.parametrize(("faults", "why"), START_OVER.values(), ids=START_OVER)
def test_what_can_not_be_gone_on_with_is_begun_anew(source, faults, why):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", *faults)

    got = bytearray()
    with (
        closing(open_source(url, access())) as opened,
        pytest.raises(StartOverError, match=why) as error,
    ):
        collections.deque(map(got.extend, opened.blocks()))

    assert bytes(got) == CONTENT[:DROPPED_AT]
    assert error.value.urls == ()


def test_F4_a_file_that_got_shorter_is_another_one(source):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", Stall(DROPPED_AT), Drop(DROPPED_AT))

    with closing(open_source(url, access())) as opened:
        blocks = opened.blocks()
        next(blocks)
        # The same inode: what is on its way stays what it is.
        with (source.root / source._path("image.raw").lstrip("/")).open("r+b") as file:
            file.truncate(1000)
        source.release("image.raw")
        with pytest.raises(StartOverError, match="had 1048576 bytes and has 1000"):
            list(blocks)


BROKE_OFF = f"was interrupted: {DROPPED_AT} of {len(CONTENT)} bytes arrived, then "
LONGER = len(CONTENT) + 10

FINAL = {
    "F6-always-at-that-byte": ([Drop(DROPPED_AT)], f"{BROKE_OFF}the connection ended"),
    "F2-gone-meanwhile": (
        [Only(Status(404), first=2), ONCE],
        f"{BROKE_OFF}the server answered 404 Not Found",
    ),
    "F3-busy-for-ever": (
        [Only(BUSY, first=2), ONCE],
        f"{BROKE_OFF}the server answered 503 Service Unavailable",
    ),
    "F8-longer-in-its-own-words": (
        [WrongLength(by=10)],
        f"{len(CONTENT)} of {LONGER} bytes arrived, then the server answered 416",
    ),
}


@pytest.mark.parametrize(("faults", "says"), FINAL.values(), ids=FINAL)
def test_F6_in_the_end_it_says_how_far_it_came(source, faults, says):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", *faults)

    with pytest.raises(SourceError) as error:
        everything(url, retries=1)

    assert not isinstance(error.value, StartOverError)
    assert says in str(error.value)


def test_a_redirect_that_has_run_out_is_asked_for_again(source):
    target = source.put("image.raw", CONTENT)
    url = source.put("latest", b"")
    source.misbehave("latest", Redirect(target))
    signature_ran_out = Only(Status(403), first=2, last=2)
    source.misbehave("image.raw", signature_ran_out, ONCE)

    assert everything(url) == CONTENT

    assert len(source.requests("latest")) == 2
    assert len(source.requests("image.raw")) == 3


def test_F11_who_we_are_is_not_said_where_a_redirect_led_when_it_goes_on(source):
    target = source.by_name().url("image.raw")
    source.put("image.raw", CONTENT)
    url = source.put("latest", b"")
    source.misbehave("latest", Redirect(target))
    source.misbehave("image.raw", ONCE)

    assert everything(url, user="joe:pw") == CONTENT

    requests = source.requests("image.raw")
    assert len(requests) == 2
    assert not any("authorization" in request.headers for request in requests)


def test_closing_ends_a_pause(source):
    url = source.put("image.raw", CONTENT)
    later = Status(503, headers={"Retry-After": "100"})
    source.misbehave("image.raw", Only(later, first=2), ONCE)
    opened = open_source(url, access())
    reader = threading.Thread(target=_read_in_vain, args=(opened,))
    reader.start()
    source.wait_for("image.raw", nth=2, ended=True)

    opened.close()
    reader.join(30)

    assert not reader.is_alive()


def _read_in_vain(opened):
    with pytest.raises(SourceError, match="abandoned"):
        list(opened.blocks())
