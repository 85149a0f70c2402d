# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Who is told where, after redirects too; and what is shown of it."""

from __future__ import annotations

import base64

import pytest
import requests

from osc_imagetools.source.access import Access
from osc_imagetools.source.opened import SourceError, masked
from osc_imagetools.source.web.credentials import for_host, netrc_password
from osc_imagetools.source.web.proxies import refuse_unreadable_proxy

ORIGIN = "https://vendor.example/a.img"


@pytest.fixture
def netrc(monkeypatch, tmp_path):
    """A function that writes the user's ~/.netrc."""
    path = tmp_path / ".netrc"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)

    def write(content: str | bytes) -> None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        path.chmod(0o600)

    return write


def told(origin: str, here: str, user: str | None = None) -> str | None:
    """Who a request to *here* says that we are, asked for as *origin*."""
    request = requests.Request("GET", here).prepare()
    for_host(origin, here, Access(5, user=user))(request)
    said = request.headers.get("Authorization")
    return base64.b64decode(said.split()[1]).decode() if said else None


NETRC = """machine vendor.example login joe password vendors
machine mirror.example login ann password mirrors
default login all password defaults
"""
LED_TO = {
    "the-same": (ORIGIN, "joe:vendors"),
    "another-port": ("https://vendor.example:8443/a.img", None),
    "another-host-that-is-named": ("https://mirror.example/a.img", "ann:mirrors"),
    "another-host-at-a-port": ("https://mirror.example:8443/a.img", None),
    "another-host-that-is-not": ("https://evil.example/a.img", None),
}


@pytest.mark.parametrize(("here", "who"), LED_TO.values(), ids=LED_TO)
def test_F114_netrc_after_a_redirect_is_for_another_host_that_it_names(
    netrc, here, who
):
    netrc(NETRC)

    assert told(ORIGIN, here) == who


def test_F114_the_default_of_netrc_is_for_what_was_asked_for(netrc):
    netrc(NETRC)

    assert told("https://any.example/a", "https://any.example/a") == "all:defaults"
    assert told("https://any.example/a", "https://any.example:8443/a") is None
    assert told("https://any.example/a", ORIGIN) == "joe:vendors"


def test_a_user_that_was_given_goes_before_netrc(netrc):
    netrc(NETRC)

    assert told(ORIGIN, ORIGIN, user="bob:his") == "bob:his"
    assert told(ORIGIN, "https://evil.example/a.img", user="bob:his") is None


@pytest.mark.parametrize("content", [b"machine", b"machine h login \xff", b"junk pw"])
def test_F133_a_netrc_that_can_not_be_read_names_nobody(netrc, content):
    netrc(content)

    assert told(ORIGIN, ORIGIN) is None
    assert netrc_password(ORIGIN, "joe") is None


def test_F114_a_netrc_that_can_not_be_read_is_named_and_not_shown(
    netrc, monkeypatch, tmp_path, caplog
):
    netrc("machine vendor.example login joe password S3 cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))

    assert told(ORIGIN, ORIGIN) is None
    assert told(ORIGIN, ORIGIN) is None

    [record] = caplog.records
    assert ".netrc can't be read (near line " in record.getMessage()
    assert "cret" not in caplog.text


MASKED = {
    "a-letter-of-the-user": (
        "http://u:p@h.example/f",
        "connection refused",
        "connection refused",
    ),
    "the-url": (
        "http://u:p@h.example/f?sig=1",
        "no http://u:p@h.example/f?sig=1!",
        "no http://h.example/f?…!",
    ),
    "the-user-decoded": (
        "http://u:a%2Fb@h.example/f",
        "u:a/b@h.example is none",
        "…@h.example is none",
    ),
    "the-query-alone": (
        "http://h.example/f?sig=%41",
        "can't ask for /f?sig=A or /f?sig=%41",
        "can't ask for /f?… or /f?…",
    ),
    "nothing": (
        "http://h.example/f",
        "why? http://h.example/f",
        "why? http://h.example/f",
    ),
}


@pytest.mark.parametrize(("url", "text", "shown"), MASKED.values(), ids=MASKED)
def test_F114_a_secret_is_masked_where_it_stands(url, text, shown):
    assert masked(text, url) == shown


PROXIES = {
    "number-sign": ("http://joe:S3c#ret@proxy.example:3128", "'#' as %23"),
    "slash": ("http://joe:S3c/ret@proxy.example:3128", "'/' as %2F"),
    "question": ("joe:S3c?ret@proxy.example:3128", "'?' as %3F"),
    "port": ("http://joe:S3c@proxy.example:ret", "<host>:<port>"),
    "bracket": ("http://joe:S3c@[proxy.example", "<host>:<port>"),
    "no-host": ("http://joe:S3c@:3128", "<host>:<port>"),
}


@pytest.mark.parametrize(("proxy", "do"), PROXIES.values(), ids=PROXIES)
def test_F114_a_proxy_that_can_not_be_understood_is_refused_and_not_shown(
    monkeypatch, proxy, do
):
    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)

    with pytest.raises(SourceError, match="https_proxy or all_proxy") as error:
        refuse_unreadable_proxy(ORIGIN)

    assert do in error.value.do
    for secret in ("joe", "S3c", "ret"):
        assert secret not in str(error.value)


@pytest.mark.parametrize(
    "proxy",
    [
        "http://proxy.example:3128/",
        "proxy.example:3128",
        "http://joe:S3c%23ret@[::1]:3128",
        "http://joe:p@ss@proxy.example",
        "",
    ],
)
def test_a_proxy_that_can_be_understood_is_fine(monkeypatch, proxy):
    monkeypatch.setenv("https_proxy", proxy)
    monkeypatch.delenv("no_proxy", raising=False)

    refuse_unreadable_proxy(ORIGIN)


def test_a_proxy_for_others_is_nobodys_concern(monkeypatch):
    monkeypatch.setenv("https_proxy", "http://joe:S3c#ret@proxy.example:3128")
    monkeypatch.setenv("no_proxy", "vendor.example")

    refuse_unreadable_proxy(ORIGIN)
