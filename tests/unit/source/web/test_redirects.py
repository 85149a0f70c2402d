# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest

from osc_imagetools.source.fetch import open_source
from osc_imagetools.source.opened import SourceError
from osc_imagetools.source.web.redirects import (
    REDIRECTS_AT_MOST,
    next_url,
    same_host,
    without_user,
)
from tests.cloud.source.faults import Endless, Redirect
from tests.unit.source.reading import CONTENT, access, everything

HERE = "https://vendor.example/a/latest?sig=s3cret"


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("image.raw", "https://vendor.example/a/image.raw"),
        ("/b?x=1", "https://vendor.example/b?x=1"),
        ("//other.example/b", "https://other.example/b"),
        ("https://joe:pw@other.example:8443/b#c", "https://other.example:8443/b"),
        ("https://[::1]/b c", "https://[::1]/b%20c"),
        ("/gr\xc3\xb6\xc3\x9fe", "https://vendor.example/gr%C3%B6%C3%9Fe"),
    ],
)
def test_a_redirect_leads_where_it_says_without_what_was_there_before(location, target):
    assert next_url([HERE], location) == target


@pytest.mark.parametrize(
    ("location", "why"),
    [
        pytest.param("http://vendor.example/b", "from https to http:", id="F10-http"),
        pytest.param("file:///etc/passwd", "'file:' URL", id="F10-file"),
        pytest.param("ftp://vendor.example/b", "'ftp:' URL", id="F10-ftp"),
        pytest.param("data:text/plain,x", "'data:' URL", id="F10-data"),
        pytest.param("https://[::1/b", "not a URL", id="no-address"),
    ],
)
def test_F10_a_redirect_out_of_the_web_is_refused(location, why):
    with pytest.raises(SourceError, match=why) as error:
        next_url([HERE], location)

    assert "s3cret" not in str(error.value)


def test_a_redirect_to_no_host_is_refused():
    with pytest.raises(SourceError, match="not a URL"):
        next_url(["http://vendor.example/a"], "https:///b")


def test_F10_ten_redirects_are_followed_and_the_eleventh_is_not(source):
    for number in range(12):
        source.put(f"{number}", b"")
        source.misbehave(f"{number}", Redirect(f"{number + 1}"))
    source.put("12", CONTENT)

    assert everything(source.url("2")) == CONTENT
    with pytest.raises(SourceError, match="without end"):
        open_source(source.url("1"), access())

    assert REDIRECTS_AT_MOST == 10
    assert len(source.requests("12")) == 1


def test_F10_a_loop_is_called_one(source):
    url = source.put("one", b"")
    source.put("two", b"")
    source.misbehave("one", Redirect("two"))
    source.misbehave("two", Redirect("one"))

    with pytest.raises(SourceError, match="leads in a circle"):
        open_source(url, access())


def test_F11_another_host_is_told_nothing_of_who_we_are(source):
    elsewhere = source.by_name()
    source.put("image.raw", CONTENT)
    source.put("here", b"")
    source.misbehave("here", Redirect(elsewhere.url("image.raw")))
    url = source.put("latest", b"")
    source.misbehave("latest", Redirect("here"))
    signed = url.replace("http://", "http://joe:pw@") + "?sig=s3cret"

    assert everything(signed) == CONTENT
    assert everything(url, user="joe:pw") == CONTENT

    for request in [*source.requests("latest"), *source.requests("here")]:
        assert request.headers["authorization"] == "Basic am9lOnB3"
    for request in source.requests("image.raw"):
        assert not {"authorization", "referer", "cookie"} & set(request.headers)
        assert "s3cret" not in request.path


def test_F12_a_signature_that_a_redirect_brings_is_used_and_not_shown(source):
    target = source.put("image.raw", CONTENT)
    url = source.put("latest", b"")
    source.misbehave("latest", Redirect(f"{target}?sig=s3cret"))

    opened = open_source(url, access())
    opened.close()

    [request] = source.requests("image.raw")
    assert request.path.endswith("?sig=s3cret")
    assert opened.url == target
    assert opened.file_name == "image.raw"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_on_a_connection_of_its_own(source, status):
    target = source.put("image.raw", CONTENT)
    url = source.put("latest", b"")
    source.misbehave("latest", Redirect(target, status))

    assert [everything(url) == CONTENT for _ in range(5)] == [True] * 5


def test_the_body_of_a_redirect_is_not_read(source):
    target = source.put("image.raw", CONTENT)
    url = source.put("latest", b"")
    source.misbehave("latest", Redirect(target), Endless())

    assert everything(url) == CONTENT

    assert source.wait_for("latest", ended=True).ended == "gone"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("http://h/a", "http://H:80/b", True),
        ("http://h/a", "https://h/b", True),
        ("https://h/a", "http://h/b", False),
        ("http://h:8080/a", "https://h/b", False),
        ("https://h/a", "https://h:8443/b", False),
        ("https://h/a", "https://other/b", False),
    ],
)
def test_what_is_the_same_host(one, other, is_same):
    assert same_host(one, other) is is_same


def test_a_url_without_its_user_keeps_the_rest():
    assert (
        without_user("https://joe:p%40w@[::1]:8443/a?b#c") == "https://[::1]:8443/a?b#c"
    )
