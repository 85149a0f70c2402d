# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Answers that break the rules of HTTP: read as they are meant, or refused."""

from __future__ import annotations

import gzip
from contextlib import closing

import hypothesis
import pytest
from hypothesis import strategies as st

from osc_imagetools.source.fetch import head, open_source
from osc_imagetools.source.opened import SourceError, StartOverError
from osc_imagetools.source.web.ranges import LONGEST_ETAG
from tests.cloud.source.faults import Drop, Headers, Only, Verbatim
from tests.unit.source.builders import said
from tests.unit.source.reading import CONTENT, access, everything

OK = "HTTP/1.1 200 OK\n"
DIGITS = "9" * 5000


@pytest.mark.parametrize(
    "coding", ["gzip, chunked", "chunked, chunked", "chunked ", "gzip", "br"]
)
def test_F118_a_transfer_coding_other_than_chunked_is_refused(source, coding):
    url = source.put("image.raw", gzip.compress(CONTENT, 1))
    source.misbehave("image.raw", Verbatim(f"{OK}Transfer-Encoding: {coding}"))

    with pytest.raises(SourceError, match=f"Transfer-Encoding: {coding}") as error:
        everything(url)

    assert "--mirror" in error.value.do


@pytest.mark.parametrize("coding", ["chunked", "Chunked"])
def test_F118_chunks_are_fine_and_a_length_beside_them_counts_for_nothing(
    source, coding
):
    url = source.put("image.raw", CONTENT)
    told = f"{OK}Content-Length: 5\nTransfer-Encoding: {coding}"
    source.misbehave("image.raw", Verbatim(told))

    assert everything(url) == CONTENT


def test_F118_identity_says_nothing(source):
    url = source.put("image.raw", b"12345")
    told = f"{OK}Content-Length: 5\nTransfer-Encoding: identity"
    source.misbehave("image.raw", Verbatim(told))

    assert everything(url) == b"12345"


def test_F118_a_coding_of_what_is_gone_on_with_is_refused_too(source):
    url = source.put("image.raw", CONTENT)
    tag = '"1"'
    first = Headers({"ETag": tag})
    coded = Verbatim(
        f"HTTP/1.1 206 Partial Content\nETag: {tag}\nTransfer-Encoding: gzip\n"
        f"Content-Range: bytes 300000-{len(CONTENT) - 1}/{len(CONTENT)}"
    )
    source.misbehave("image.raw", first, Only(Drop(300_000), last=1), Only(coded, 2))

    with pytest.raises(SourceError, match="Transfer-Encoding: gzip"):
        everything(url)


CHUNKS = {
    "negative": "-5\r\nhello\r\n0\r\n\r\n",
    "prefixed": "0x5\r\nhello\r\n0\r\n\r\n",
    "signed": "+5\r\nhello\r\n0\r\n\r\n",
    "no-number": "hello\r\n0\r\n\r\n",
    "endless": f"{DIGITS}\r\nhello\r\n",
    "negative-later": "5\r\nhello\r\n-1\r\n" + "x" * 70_000,
}


@pytest.mark.parametrize("body", CHUNKS.values(), ids=CHUNKS)
def test_F133_a_chunk_without_a_valid_size_is_refused(source, body):
    url = source.put("image.raw", b"")
    chunked = f"{OK}Transfer-Encoding: chunked"
    source.misbehave("image.raw", Verbatim(chunked, body))

    with pytest.raises(SourceError, match="a chunk without a valid size") as error:
        everything(url)

    assert "--mirror" in error.value.do
    assert len(source.requests("image.raw")) == 1


@pytest.mark.parametrize("body", ["5\r\nhello\r\n", "5\r\nhel", "5\r\nhello\r\n4"])
def test_F133_chunks_that_end_early_are_an_end_before_its_time(source, body):
    url = source.put("image.raw", b"")
    chunked = f"{OK}Transfer-Encoding: chunked"
    source.misbehave("image.raw", Verbatim(chunked, body))

    with pytest.raises(SourceError, match="ended too early"):
        everything(url, retries=0)


def test_F133_extensions_of_chunks_are_passed_over(source):
    url = source.put("image.raw", b"")
    chunked = f"{OK}Transfer-Encoding: chunked"
    body = '5 ;a=b;c="d"\r\nhello\r\n0\r\nX-Trailer: t\r\n\r\n'
    source.misbehave("image.raw", Verbatim(chunked, body))

    assert everything(url) == b"hello"


LENGTHS = {"-5": None, DIGITS: None, "5": 5, "5, 5": 5, "five": None, "1e3": None}


@pytest.mark.parametrize(("said", "length"), LENGTHS.items())
def test_F133_a_length_is_a_number_of_bytes_or_none(source, said, length):
    url = source.put("image.raw", b"12345")
    source.misbehave("image.raw", Verbatim(f"{OK}Content-Length: {said}"))

    with closing(open_source(url, access())) as opened:
        assert opened.length == length
        assert b"".join(opened.blocks()) == b"12345"


def test_F133_two_lengths_are_refused(source):
    url = source.put("image.raw", b"12345")
    source.misbehave("image.raw", Verbatim(f"{OK}Content-Length: 5, 6"))

    with pytest.raises(SourceError, match="unmatching values") as error:
        everything(url)

    assert "--mirror" in error.value.do
    assert len(source.requests("image.raw")) == 1


def test_F133_a_header_without_an_end_is_refused_at_once(source):
    url = source.put("image.raw", b"12345")
    source.misbehave("image.raw", Verbatim(f"{OK}X-Long: {'x' * 70_000}"))

    with pytest.raises(SourceError, match="header line"):
        everything(url)

    assert len(source.requests("image.raw")) == 1


@pytest.mark.parametrize(
    "told",
    [f"bytes 300000-{DIGITS}/{DIGITS}", "bytes 300000--1/-1", "bytes ²-³/¹", "lines 1"],
)
def test_F133_a_range_that_is_none_is_not_gone_on_with(source, told):
    url = source.put("image.raw", CONTENT)
    said = Headers({"Content-Range": told.encode().decode("latin-1")})
    source.misbehave("image.raw", Only(Drop(300_000), last=1), Only(said, first=2))

    with pytest.raises(StartOverError, match="can't be resumed"):
        everything(url)


DATES = (
    "Fri, 31 Dec 9999 23:59:59 -1200",
    "Sun, 01 Mar 99999 00:00:00 GMT",
    f"Sun, 01 Mar {DIGITS} 00:00:00 GMT",
    "Sun, 06 Nov 1994 99:99:99 GMT",
    "Sat, 01 Jan 2400 00:00:00 GMT",
    "0",
    "\xff",
)


@pytest.mark.parametrize("date", DATES)
def test_F133_a_date_that_can_not_be_meant_is_none(source, date):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", Headers({"Last-Modified": date}))

    assert head(url, access()).last_modified is None
    assert everything(url) == CONTENT


def test_F120_an_etag_that_no_property_can_hold_is_passed_over(source, caplog):
    url = source.put("image.raw", CONTENT)
    too_long = f'"{"x" * 60_000}"'
    source.misbehave(
        "image.raw", Headers({"ETag": too_long}), Only(Drop(300_000), last=1)
    )

    with closing(open_source(url, access())) as opened:
        assert opened.etag == ""
        assert b"".join(opened.blocks()) == CONTENT

    assert "ETag of 60002 characters" in caplog.text
    assert len(source.requests("image.raw")[1].headers["if-range"]) < LONGEST_ETAG


NAMES = ("Content-Length", "Content-Range", "Content-Encoding", "Content-Disposition")
NAMES += ("Last-Modified", "ETag", "Accept-Ranges", "Retry-After", "Location")
NAMES += ("Content-Type", "Transfer-Encoding")
VALUES = st.text(
    st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40
) | st.sampled_from(
    (
        *("-1", DIGITS, "0x5", "1e300", "bytes 0-0/1", "chunked", "gzip", 'W/"'),
        *("attachment; filename*=utf-8''%ff", "attachment; filename*0*=a;filename*1=b"),
        *("Fri, 31 Dec 9999 23:59:59 -1200", "http://h:x/", "//[", "http://h:99999/"),
    )
)


@hypothesis.settings(
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture]
)
@hypothesis.given(
    status=st.sampled_from((200, 206, 302, 403, 416)),
    headers=st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=4),
)
def test_F133_whatever_the_headers_are_it_is_a_file_or_a_reason(
    source, status, headers
):
    url = source.put("image.raw", b"x" * 5000)
    told = "".join(f"{name}: {value}\n" for name, value in headers.items())
    source.misbehave("image.raw", Verbatim(f"HTTP/1.1 {status} X\n{told}"))

    assert said(lambda: head(url, access(retries=0)).close()).isprintable()
    assert said(lambda: everything(url, retries=0)).isprintable()
