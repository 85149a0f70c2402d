# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""Certificates, users, proxies: what is said of a source, and what the cloud's is."""

import base64
from contextlib import closing

import pytest

from osc_imagetools.source.fetch import open_source
from osc_imagetools.source.opened import SourceError
from osc_imagetools.source.web.credentials import netrc_password
from tests.cloud.proxy import Proxy
from tests.cloud.source.faults import BasicAuth, Drop, Only
from tests.unit.source.reading import CONTENT, access, everything

PROXY_VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Nothing of this machine's, and a home without anything in it."""
    for name in (*PROXY_VARIABLES, *map(str.upper, PROXY_VARIABLES)):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("NETRC", raising=False)
    return monkeypatch


@pytest.fixture
def netrc(tmp_path):
    def write(text):
        path = tmp_path / ".netrc"
        path.write_text(text)
        path.chmod(0o600)

    return write


@pytest.fixture
def authority(source, tmp_path):
    path = tmp_path / "authority.pem"
    path.write_text(source.over_tls().authority)
    return str(path)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_named_authority_is_trusted(source, authority, host):
    source.put("image.raw", CONTENT)
    url = source.over_tls().url("image.raw").replace("127.0.0.1", host)

    assert everything(url, cacert=authority) == CONTENT


REFUSED = {
    "F19-unknown": ("valid", False, "certificate"),
    "F19-self-signed": ("self-signed", True, "self.signed"),
    "F19-expired": ("expired", True, "expired"),
    "F19-other-host": ("other-host", True, "127.0.0.1"),
}


@pytest.mark.parametrize(("kind", "trusted", "why"), REFUSED.values(), ids=REFUSED)
def test_a_bad_certificate_is_refused_at_once(source, authority, kind, trusted, why):
    source.put("image.raw", CONTENT)
    url = source.over_tls(kind).url("image.raw")

    with pytest.raises(SourceError, match=why) as error:
        open_source(url, access(cacert=authority if trusted else None))

    assert "its certificate is not valid" in str(error.value)
    assert "--source-cacert" in str(error.value)
    assert source.requests("image.raw") == []


@pytest.mark.parametrize("kind", ["self-signed", "expired", "other-host"])
def test_F19_no_certificate_is_checked_where_that_was_said(source, kind):
    source.put("image.raw", CONTENT)
    url = source.over_tls(kind).url("image.raw")

    assert everything(url, insecure=True) == CONTENT


@pytest.mark.parametrize(
    "name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "OS_CACERT", "SSL_CERT_FILE"]
)
def test_F19_what_is_meant_for_the_cloud_is_not_trusted_for_a_source(
    source, authority, environment, name
):
    source.put("image.raw", CONTENT)
    environment.setenv(name, authority)

    with pytest.raises(SourceError, match="certificate is not valid"):
        open_source(source.over_tls().url("image.raw"), access())


def test_what_broke_off_over_tls_is_gone_on_with(source, authority):
    source.put("image.raw", CONTENT)
    source.misbehave("image.raw", Only(Drop(300_000), last=1))

    url = source.over_tls().url("image.raw")

    assert everything(url, cacert=authority) == CONTENT


def test_a_server_without_tls_is_no_https_server(source):
    url = source.put("image.raw", CONTENT).replace("http:", "https:")

    with pytest.raises(SourceError, match="can't be reached"):
        open_source(url, access())


def said(source, name="image.raw"):
    """Who the clients said they were, in order."""
    told = []
    for request in source.requests(name):
        words = request.headers.get("authorization", "").split()
        told.append(base64.b64decode(words[1]).decode() if words else None)
    return told


def test_user_and_password_of_the_url_go_to_its_host(source):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", BasicAuth("jürgen", "ł:/@"))
    secret = url.replace("http://", "http://j%C3%BCrgen:%C5%82%3A%2F%40@")

    assert everything(secret) == CONTENT

    assert said(source) == ["jürgen:ł:/@"]


def test_F12_no_error_shows_who_we_are(source):
    url = source.put("image.raw", CONTENT)
    source.misbehave("image.raw", BasicAuth("joe", "other"))

    with pytest.raises(SourceError, match="401") as error:
        everything(url.replace("http://", "http://joe:s3cret@"))

    assert "s3cret" not in str(error.value)
    assert "~/.netrc" in str(error.value)


def test_what_netrc_says_goes_to_the_host_that_it_names(source, netrc):
    url = source.put("image.raw", CONTENT)
    netrc("machine 127.0.0.1 login joe password pw\n")

    everything(url)
    everything(source.by_name().url("image.raw"))

    assert said(source) == ["joe:pw", None]


def test_the_url_says_more_than_netrc_and_the_option_more_than_the_url(source, netrc):
    url = source.put("image.raw", CONTENT)
    netrc("machine 127.0.0.1 login joe password pw\n")
    written = url.replace("http://", "http://ann:hers@")

    everything(written)
    everything(written, user="bob:his")

    assert said(source) == ["ann:hers", "bob:his"]


def test_a_user_without_a_password_in_the_url_has_the_one_of_netrc(source, netrc):
    url = source.put("image.raw", CONTENT)
    netrc("machine 127.0.0.1 login joe password pw\n")

    everything(url.replace("http://", "http://joe@"))
    everything(url.replace("http://", "http://ann@"))

    assert said(source) == ["joe:pw", "ann:"]


def test_a_user_is_known_at_the_host_of_one_url_only(source):
    url = source.put("image.raw", CONTENT)
    elsewhere = source.by_name().url("image.raw")

    everything(url, user="joe:pw", user_url=url)
    everything(elsewhere, user="joe:pw", user_url=url)

    assert said(source) == ["joe:pw", None]


def test_the_password_of_another_host_is_not_netrcs(netrc):
    netrc("machine vendor.example login joe password pw\n")

    assert netrc_password("https://vendor.example/a", "joe") == "pw"
    assert netrc_password("https://vendor.example/a", "ann") is None
    assert netrc_password("https://evil.example/a", "joe") is None
    # requests 2.32.3 takes the user for the host here (CVE-2024-47081)
    assert netrc_password("https://vendor.example:x@evil.example/a", "joe") is None


@pytest.fixture
def proxy(source):
    with Proxy(source.base_url) as running:
        yield running


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY"])
def test_F20_the_proxy_of_the_environment_is_used(source, proxy, environment, name):
    url = source.put("image.raw", CONTENT)
    environment.setenv(name, proxy.url)

    assert everything(url) == CONTENT

    assert [sent.method for sent in proxy.sent] == ["GET"]
    # Whoever speaks to a proxy names the whole URL (RFC 9112, 3.2.2).
    assert source.requests("image.raw")[0].path == url


def test_F20_no_proxy_is_honoured(source, proxy, environment):
    url = source.put("image.raw", CONTENT)
    environment.setenv("http_proxy", proxy.url)
    environment.setenv("no_proxy", "127.0.0.1")

    assert everything(url) == CONTENT

    assert proxy.sent == []


def test_F20_a_proxy_that_does_not_answer_is_named_as_the_reason(source, environment):
    url = source.put("image.raw", CONTENT)
    environment.setenv("http_proxy", "http://joe:s3cret@127.0.0.1:1")

    with pytest.raises(SourceError, match="the proxy that the environment") as error:
        open_source(url, access())

    assert "s3cret" not in str(error.value)


def test_F20_a_proxy_that_breaks_off_is_gone_on_through(source, proxy, environment):
    url = source.put("image.raw", CONTENT)
    environment.setenv("http_proxy", proxy.url)
    source.misbehave("image.raw", Only(Drop(300_000), last=1))

    assert everything(url) == CONTENT

    assert len(proxy.sent) == 2


def test_F24_an_address_of_ipv6_and_a_port_are_fine(source):
    source.put("image.raw", CONTENT)
    try:
        url = source.over_ipv6().url("image.raw")
    except OSError:
        pytest.skip("there is no IPv6 here")

    with closing(open_source(url, access())) as opened:
        assert opened.url == url
        assert b"".join(opened.blocks()) == CONTENT
