# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
from contextlib import closing
from datetime import datetime, timezone

import pytest

from osc_imagetools.source import fetch
from osc_imagetools.source.access import Access
from osc_imagetools.source.fetch import open_source, read_list
from osc_imagetools.source.opened import SourceError, public
from tests.cloud.source import client, faults

CONTENT = bytes(range(256)) * 4096


@pytest.fixture(scope="module")
def server():
    with client.running_source() as source:
        yield source


@pytest.fixture
def source(server):
    return server.folder()


def everything(url, stall_seconds=5.0):
    with closing(open_source(url, Access(stall_seconds))) as opened:
        return b"".join(opened.blocks())


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


def test_no_compression_of_the_transport_is_asked_for(source):
    everything(source.put("image.raw", CONTENT))

    (request,) = source.requests("image.raw")
    assert request.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("status", [403, 404, 410, 500])
def test_a_status_is_an_error_at_once_with_the_servers_words(source, status):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", faults.Status(status))

    with pytest.raises(SourceError, match=str(status)):
        open_source(url, Access(5))
    assert len(source.requests("image.raw")) == 1


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
def test_bytes_that_break_off_are_never_taken_for_all(source, fault):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", *fault)

    with pytest.raises(SourceError, match="broke off"):
        everything(url)


def test_a_silent_source_is_given_up(source):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", faults.Stall(after=1000))

    with pytest.raises(SourceError, match="nothing came for 1 seconds"):
        everything(url, stall_seconds=1)
    source.release("image.raw")


def test_a_refused_connection_says_so_without_the_secrets_of_the_url():
    with pytest.raises(SourceError, match="refused") as error:
        open_source(
            "http://joe:s3cret@127.0.0.1:1/image.raw?signature=abcdef", Access(5)
        )

    assert "s3cret" not in str(error.value)
    assert "abcdef" not in str(error.value)


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


def test_user_and_password_of_the_url_go_to_its_host(source):
    url = source.put("image.raw", CONTENT)

    everything(url.replace("http://", "http://joe:pw@"))

    (request,) = source.requests("image.raw")
    assert request.headers["authorization"] == "Basic am9lOnB3"


def test_a_redirect_is_followed_on_a_connection_of_its_own(source):
    target = source.put("image.raw", CONTENT)
    url = source.put("latest", b"")
    source.misbehave("latest", faults.Status(302, "there", {"Location": target}))

    assert [everything(url) == CONTENT for _ in range(20)] == [True] * 20


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

    with pytest.raises(SourceError, match="no checksum list"):
        read_list(url, Access(5))
