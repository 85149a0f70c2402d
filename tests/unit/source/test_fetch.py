# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import logging
import threading
from contextlib import closing
from datetime import datetime, timezone

import pytest

from osc_imagetools.source import fetch
from osc_imagetools.source.access import Access
from osc_imagetools.source.fetch import head, open_first, open_source, read_list
from osc_imagetools.source.opened import SourceError, StartOverError, public
from tests.cloud.source import faults
from tests.unit.source.reading import CONTENT, access, everything


@pytest.mark.parametrize("name", ["image.qcow2", "an image ü.raw"])
def test_all_bytes_come_as_served(source, name):
    url = source.put(name, CONTENT)

    with closing(open_source(url, Access(5))) as opened:
        assert opened.length == len(CONTENT)
        assert opened.file_name == name
        assert b"".join(opened.blocks()) == CONTENT


def test_the_headers_tell_what_it_is(source):
    url = source.put("image.raw", CONTENT)
    source.misbehave(
        "image.raw",
        faults.Headers(
            {
                "ETag": '"abc"',
                "Last-Modified": "Sun, 01 Mar 2026 04:05:06 GMT",
                "Content-Disposition": 'attachment; filename="debian.raw"',
            }
        ),
    )

    with closing(open_source(url, Access(5))) as opened:
        assert opened.etag == '"abc"'
        assert opened.last_modified == datetime(
            2026, 3, 1, 4, 5, 6, tzinfo=timezone.utc
        )
        assert opened.file_name == "debian.raw"


@pytest.mark.parametrize("look", [open_source, head])
def test_the_headers_tell_whether_parts_can_be_asked_for(source, look):
    with_parts = source.put("image.raw", CONTENT)
    without = source.put("other.raw", CONTENT)
    source.misbehave("other.raw", faults.NoRanges())

    with closing(look(with_parts, Access(5))) as one:
        assert one.accepts_ranges
    with closing(look(without, Access(5))) as other:
        assert not other.accepts_ranges


def test_no_compression_of_the_transport_is_asked_for(source):
    everything(source.put("image.raw", CONTENT))

    (request,) = source.requests("image.raw")
    assert request.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 501])
def test_F2_a_final_status_is_an_error_at_once_with_the_servers_words(source, status):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", faults.Status(status))

    with pytest.raises(SourceError, match=str(status)):
        open_source(url, Access(5))
    assert len(source.requests("image.raw")) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_F3_a_server_that_is_busy_is_asked_again(source, status, caplog):
    url = source.put("image.raw", CONTENT)
    busy = faults.Status(status, headers={"Retry-After": "0"})
    source.misbehave("image.raw", faults.Only(busy, last=2))

    with caplog.at_level(logging.INFO, "osc_imagetools"):
        content = everything(url)

    assert content == CONTENT
    assert len(source.requests("image.raw")) == 3


def test_F3_without_retry_after_there_is_a_pause_which_is_told(source, caplog):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", faults.Only(faults.Status(502), last=1))

    with caplog.at_level(logging.INFO, "osc_imagetools"):
        assert everything(url) == CONTENT

    [told] = [record.getMessage() for record in caplog.records]
    assert told.startswith(public(url))
    assert "502 Bad Gateway" in told
    assert "trying again in" in told


@pytest.mark.parametrize("retries", [0, 2])
def test_F3_a_server_that_stays_busy_is_given_up(source, retries):
    url = source.put("image.raw", CONTENT)
    busy = faults.Status(503, headers={"Retry-After": "0"})
    source.misbehave("image.raw", busy)

    with pytest.raises(SourceError, match="503 Service Unavailable"):
        open_source(url, access(retries=retries))

    assert len(source.requests("image.raw")) == 1 + retries


def test_F4_a_connection_that_breaks_at_once_is_tried_again(source):
    url = source.put("image.raw", CONTENT)
    gone = faults.Drop(0, reset=True)
    source.misbehave("image.raw", faults.Only(gone, last=1))

    assert everything(url) == CONTENT


@pytest.mark.parametrize("chunked", [True, False])
def test_without_a_length_the_bytes_still_come(source, chunked):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", faults.NoLength(chunked))

    assert everything(url) == CONTENT


@pytest.mark.parametrize(
    "fault",
    [
        (faults.Drop(after=300_000),),
        (faults.Drop(after=300_000, reset=True),),
        (faults.WrongLength(by=10),),
        (faults.NoLength(), faults.Drop(after=300_000)),
    ],
)
@pytest.mark.parametrize("retries", [0, 1])
def test_bytes_that_break_off_are_never_taken_for_all(source, fault, retries):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", *fault)

    with pytest.raises(SourceError, match="was interrupted"):
        everything(url, retries=retries)


def test_a_silent_source_is_given_up(source):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", faults.Stall(after=1000))

    with pytest.raises(SourceError, match="no data arrived for 1 seconds"):
        everything(url, stall_seconds=1, retries=0)
    source.release("image.raw")


def test_a_refused_connection_says_so_without_the_secrets_of_the_url():
    with pytest.raises(SourceError, match="refused") as error:
        open_source(
            "http://joe:s3cret@127.0.0.1:1/image.raw?signature=abcdef", Access(5)
        )

    assert "s3cret" not in str(error.value)
    assert "abcdef" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://no-such-host.invalid/x", "not known|resolution|associated"),
        ("http://127.0.0.1:1/x", "refused"),
        ("http://127.0.0.1:99999/x", "Port|port"),
        ("http://a..b/x", "label|parse|Invalid|known"),
    ],
)
def test_what_can_never_be_reached_is_not_tried_again(url, why):
    # Several tries would take half a minute: the stall timeout is for no answer.
    with pytest.raises(SourceError, match=why):
        open_source(url, access(retries=5))


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://joe:pw@h.example:8443/a%20b?x=1#y", "https://h.example:8443/a%20b"),
        ("http://[::1]:80/a", "http://[::1]:80/a"),
        ("file:///a/b", "file:///a/b"),
    ],
)
def test_the_public_form_of_a_url_holds_no_secret(url, shown):
    assert public(url) == shown


def test_a_file_is_a_source_like_any_other(tmp_path):
    path = tmp_path / "an image.raw"
    path.write_bytes(CONTENT)

    with closing(open_source(path.as_uri(), Access(5))) as opened:
        assert (opened.file_name, opened.length) == ("an image.raw", len(CONTENT))
        assert b"".join(opened.blocks()) == CONTENT


def test_a_file_that_shrinks_while_it_is_read_broke_off(tmp_path):
    path = tmp_path / "image.raw"
    path.write_bytes(CONTENT)

    with closing(open_source(path.as_uri(), Access(5))) as opened:
        path.write_bytes(b"short")
        with pytest.raises(SourceError, match=f"5 of {len(CONTENT)} bytes"):
            list(opened.blocks())


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("file:///no/such/file", "No such file"),
        ("file:///", "directory"),
        ("file://elsewhere/x", "elsewhere"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(url, why):
    with pytest.raises(SourceError, match=why):
        everything(url)


def test_a_list_is_bounded(source):
    url = source.put("SHA256SUMS", b"x" * (fetch.LONGEST_LIST_BYTES + 1))

    with pytest.raises(SourceError, match="not a checksum list"):
        read_list(url, Access(5))


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(None, id="plain"),
        pytest.param(faults.Only(faults.Status(405), last=1), id="no-HEAD"),
        pytest.param(faults.Only(faults.Status(403), last=1), id="signed-for-GET"),
        pytest.param(faults.NoRanges(), id="no-ranges"),
    ],
)
def test_a_look_at_the_headers_brings_no_bytes(source, fault):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", *filter(None, [fault]))

    seen = head(url, access())

    assert (seen.length, seen.file_name) == (len(CONTENT), "image.raw")
    assert seen.etag.startswith('"')
    assert seen.last_modified is not None
    assert seen.url == public(url)
    assert sum(request.sent for request in source.requests("image.raw")) <= 1


def test_a_look_without_HEAD_and_without_ranges_hangs_up(source):
    url = source.put("image.raw", CONTENT * 64)
    no_head = faults.Only(faults.Status(501), last=1)
    source.misbehave("image.raw", faults.NoRanges(), no_head)

    seen = head(url, access())

    assert seen.length == len(CONTENT) * 64
    assert source.wait_for("image.raw", nth=2, ended=True).ended == "gone"


@pytest.mark.parametrize("fault", [None, faults.Only(faults.Status(405), last=1)])
def test_a_look_at_an_empty_file(source, fault):
    url = source.put("image.raw", b"")
    source.misbehave("image.raw", *filter(None, [fault]))

    assert head(url, access()).length == 0


def test_a_look_at_what_is_not_there_is_an_error(source):
    with pytest.raises(SourceError, match="404"):
        head(source.url("image.raw"), access())


def test_a_look_at_a_file_of_this_machine(tmp_path):
    path = tmp_path / "image.raw"
    path.write_bytes(CONTENT)

    seen = head(path.as_uri(), access())

    assert (seen.length, seen.file_name) == (len(CONTENT), "image.raw")


def test_mirrors_are_tried_in_order(source, caplog):
    missing, second = source.url("missing.raw"), source.put("second.raw", CONTENT)
    third = source.put("third.raw", CONTENT)

    with closing(open_first([missing, second, third], access())) as opened:
        assert b"".join(opened.blocks()) == CONTENT

    assert opened.file_name == "second.raw"
    assert opened.mirrors == (third,)
    assert source.requests("third.raw") == []
    assert "404 Not Found" in caplog.text


def test_when_no_mirror_has_it_the_last_ones_words_are_told(source):
    urls = [source.url("missing.raw"), source.put("image.raw", CONTENT)]
    source.misbehave("image.raw", faults.Status(410))

    with pytest.raises(SourceError, match="410 Gone"):
        open_first(urls, access())


def test_a_mirror_that_breaks_beyond_repair_says_which_are_left(source):
    urls = [source.put("one.raw", CONTENT), source.put("two.raw", CONTENT)]
    source.misbehave("one.raw", faults.Drop(300_000))

    with (
        closing(open_first(urls, access(retries=0))) as opened,
        pytest.raises(StartOverError, match="300000 of 1048576 bytes") as error,
    ):
        list(opened.blocks())

    assert error.value.urls == (urls[1],)


def test_the_last_mirror_that_breaks_is_the_end(source):
    urls = [source.url("one.raw"), source.put("two.raw", CONTENT)]
    source.misbehave("two.raw", faults.Drop(300_000))

    with (
        closing(open_first(urls, access(retries=0))) as opened,
        pytest.raises(SourceError) as error,
    ):
        list(opened.blocks())

    assert not isinstance(error.value, StartOverError)


def test_closing_ends_a_wait_for_bytes(source):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", faults.Stall(1000))
    opened = open_source(url, access(stall_seconds=600))
    reader = threading.Thread(target=_read_in_vain, args=(opened,))
    reader.start()
    source.wait_for("image.raw", bytes_sent=1000)

    opened.close()
    reader.join(30)

    source.release("image.raw")
    assert not reader.is_alive()
    assert source.wait_for("image.raw", ended=True).ended == "gone"


def _read_in_vain(opened):
    with pytest.raises(SourceError, match="abandoned"):
        list(opened.blocks())
