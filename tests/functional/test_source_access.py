# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image import-url`` and who may fetch from a source, and what is trusted there."""

from __future__ import annotations

import lzma
import re
from collections.abc import Callable
from urllib.parse import unquote

import pytest

from tests.cloud.accounts import Account
from tests.cloud.archives import gz
from tests.cloud.client import Outcome
from tests.cloud.cloud import Cloud
from tests.cloud.images import raw
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.cloud.source.faults import BasicAuth, Encoded, Headers, Only, Redirect
from tests.cloud.tunnel import Tunnel
from tests.functional.outcomes import digest_of, import_url, imported, refused

SMALL = raw(50_000)
CHECKED = ("--checksum", digest_of(SMALL))


@pytest.fixture
def authority(member: Account, source: Source) -> str:
    """A file in the user's home with what the source's certificates are of."""
    path = member.home / "authority.pem"
    path.write_text(source.over_tls().authority)
    return str(path)


TRUSTED = {
    "cacert": ("valid", ["--source-cacert", "authority.pem"]),
    "insecure": ("self-signed", ["--source-insecure"]),
}


@pytest.mark.parametrize(("kind", "options"), TRUSTED.values(), ids=TRUSTED)
def test_F19_certificate_of_a_source_is_trusted_where_that_was_said(
    member: Account, source: Source, authority: str, kind: str, options: list[str]
) -> None:
    source.put("disk.img", SMALL)
    url = source.over_tls(kind).url("disk.img")

    outcome = import_url(member, url, *CHECKED, *options)

    image = imported(member, outcome, SMALL)
    assert image["image_source"] == url
    assert outcome.stderr == ""


DISTRUSTED = {
    "F19-unknown": ("valid", [], "local issuer"),
    "F19-expired": ("expired", ["--source-cacert=authority.pem"], "expired"),
    "F19-other-host": ("other-host", ["--source-cacert=authority.pem"], "127.0.0.1"),
}


@pytest.mark.parametrize(
    ("kind", "options", "says"), DISTRUSTED.values(), ids=DISTRUSTED
)
def test_bad_certificate_is_refused_whatever_is_said_of_the_cloud(
    cloud: Cloud,
    member: Account,
    source: Source,
    authority: str,
    kind: str,
    options: list[str],
    says: str,
) -> None:
    source.put("disk.img", SMALL)
    url = source.over_tls(kind).url("disk.img")
    of_the_cloud = {"OS_CACERT": authority, "REQUESTS_CA_BUNDLE": authority}

    outcome = member.openstack(
        *("--insecure", "image", "import-url", url, "disk", "-f", "json"),
        *(*CHECKED, *options),
        env=of_the_cloud,
    )

    refused(cloud, member, outcome, "certificate is not valid", says)
    assert source.requests("disk.img") == []


REFUSED = {
    "F10-circle": ("disk.img", "leads in a circle"),
    "F10-file": ("file:///etc/passwd", "'file:' URL"),
}


@pytest.mark.parametrize(("target", "says"), REFUSED.values(), ids=REFUSED)
def test_redirect_to_what_is_no_web_server_is_refused(
    cloud: Cloud, member: Account, source: Source, target: str, says: str
) -> None:
    url = source.put("disk.img", SMALL)
    source.misbehave("disk.img", Redirect(target))

    outcome = import_url(member, url, *CHECKED)

    refused(cloud, member, outcome, "The redirect of", says)


def test_F10_redirect_out_of_tls_is_refused(
    cloud: Cloud, member: Account, source: Source, authority: str
) -> None:
    target = source.put("disk.img", SMALL)
    source.misbehave("latest", Redirect(target))
    url = source.over_tls().url("latest")

    outcome = import_url(member, url, *CHECKED, "--source-cacert", authority)

    refused(cloud, member, outcome, "it leads from https to http://127.0.0.1")
    assert source.requests("disk.img") == []


USERS = {
    "option": (["--source-user", "joe:S3cret"], ""),
    "option-and-netrc": (
        ["--source-user", "joe"],
        "machine 127.0.0.1 login joe password S3cret",
    ),
}


@pytest.mark.parametrize(("options", "netrc"), USERS.values(), ids=USERS)
def test_F11_F12_user_of_a_source_is_known_to_its_host_and_to_nobody_else(
    member: Account, source: Source, options: list[str], netrc: str
) -> None:
    source.put("disk.img", SMALL)
    target = Redirect(f"{source.by_name().url('disk.img')}?sig=S1gnature")
    source.misbehave("latest", target, BasicAuth("joe", "S3cret"))
    (member.home / ".netrc").write_text(netrc)
    (member.home / ".netrc").chmod(0o600)

    outcome = import_url(member, source.url("latest"), *CHECKED, *options)

    image = imported(member, outcome, SMALL)
    [request] = source.requests("disk.img")
    assert "authorization" not in request.headers
    for secret in ("S3cret", "S1gnature"):
        assert secret not in str(image) + outcome.stdout + outcome.stderr


def test_F20_proxy_of_the_environment_is_for_the_source_and_no_proxy_for_the_cloud(
    member: Account, source: Source, proxy: Callable
) -> None:
    source.put("disk.img", SMALL)
    forwarding: Proxy = proxy(source.base_url)
    environment = {"http_proxy": forwarding.url, "no_proxy": "127.0.0.1"}

    outcome = import_url(
        member, source.by_name().url("disk.img"), *CHECKED, env=environment
    )

    imported(member, outcome, SMALL)
    assert [sent.method for sent in forwarding.sent] == ["GET"]


def test_F20_tls_goes_through_a_proxy_and_stays_between_us_and_the_source(
    cloud: Cloud, member: Account, source: Source, authority: str
) -> None:
    source.put("disk.img", SMALL)
    url = source.over_tls().url("disk.img")
    trusted = (*CHECKED, "--source-cacert", authority)

    with Tunnel() as tunnel:
        environment = {"https_proxy": tunnel.url}
        distrusted = import_url(member, url, *CHECKED, env=environment)
        tunnel.refuses = True
        barred = import_url(member, url, *trusted, env=environment)
        tunnel.refuses = False
        refused(cloud, member, distrusted, "certificate is not valid")
        refused(cloud, member, barred, "the proxy that the environment", "403")
        outcome = import_url(member, url, *trusted, env=environment)

    imported(member, outcome, SMALL)
    assert {*tunnel.asked} == {url.split("/")[2]}


def test_F114_netrc_tells_no_host_or_port_that_a_redirect_chose_who_we_are(
    member: Account, source: Source
) -> None:
    source.put("disk.img", SMALL)
    other_port = source.over_tls("self-signed")
    source.misbehave("latest", Redirect(source.by_name().url("elsewhere")))
    source.misbehave("elsewhere", Redirect(other_port.url("disk.img")))
    netrc = member.home / ".netrc"
    netrc.write_text(
        "machine 127.0.0.1 login joe password S3cret\ndefault login ann password pw\n"
    )
    netrc.chmod(0o600)

    outcome = import_url(member, source.url("latest"), *CHECKED, "--source-insecure")

    imported(member, outcome, SMALL)
    said = [
        "authorization" in request.headers
        for name in ("latest", "elsewhere", "disk.img")
        for request in source.requests(name)
    ]
    assert said == [True, False, False]


def test_F114_proxy_whose_password_breaks_its_url_is_not_shown_and_works_as_advised(
    cloud: Cloud, member: Account, source: Source, proxy: Callable
) -> None:
    source.put("disk.img", SMALL)
    url = source.by_name().url("disk.img")
    forwarding: Proxy = proxy(source.base_url)
    host = forwarding.url.removeprefix("http://")

    def through(password: str) -> Outcome:
        environment = {"http_proxy": f"http://joe:{password}@{host}"}
        environment["no_proxy"] = "127.0.0.1"
        return import_url(member, url, *CHECKED, env=environment)

    broken = through("S3c#r/et")
    refused(cloud, member, broken, "can't be parsed", "'#' as %23", "'/' as %2F")
    assert "S3c" not in broken.stderr
    advised = through("S3c%23r%2Fet")

    imported(member, advised, SMALL)
    assert len(forwarding.sent) == 1


def test_F128_redirector_that_led_to_a_mirror_without_the_file_is_asked_again(
    member: Account, source: Source
) -> None:
    source.put("disk.img", SMALL)
    mirror = source.by_name()
    source.misbehave(
        "latest",
        Only(Redirect(mirror.url("absent/disk.img")), last=1),
        Only(Redirect(mirror.url("disk.img")), first=2),
    )

    outcome = import_url(member, source.url("latest"), *CHECKED)

    imported(member, outcome, SMALL)
    assert len(source.requests("absent/disk.img")) == 1


@pytest.mark.parametrize("called", ["by-our-own-name", "as-was-said"])
def test_F127_source_is_told_a_name_of_our_own_or_the_one_that_was_said(
    called: str, member: Account, source: Source
) -> None:
    url = source.put("disk.img", SMALL)
    said = ["--user-agent", "Wget/1.21.3"] if called == "as-was-said" else []

    outcome = import_url(member, url, *CHECKED, *said, "--dry-run")

    assert outcome.status == 0, outcome
    [request] = source.requests("disk.img")
    wanted = r"Wget/1\.21\.3" if said else r"osc-imagetools/\d\S+ \(\+https://\S+/\)"
    assert re.fullmatch(wanted, request.headers["user-agent"])


ENCODINGS = {"xz": "disk.img.xz", "none": "disk.img", "aws-chunked": "disk.img"}


@pytest.mark.parametrize(("encoding", "name"), ENCODINGS.items(), ids=ENCODINGS)
def test_F123_encoding_that_is_the_file_s_own_or_says_nothing_changes_nothing(
    encoding: str, name: str, member: Account, source: Source
) -> None:
    served = lzma.compress(SMALL) if name.endswith(".xz") else SMALL
    url = source.put(name, served)
    source.misbehave(name, Headers({"Content-Encoding": encoding}))

    outcome = import_url(member, url, "--checksum", digest_of(served))

    image = imported(member, outcome, SMALL)
    assert image["lifecycle_source_digest"] == digest_of(served)


def test_F120_url_and_tag_that_glance_can_not_hold_do_not_stop_an_import(
    member: Account, source: Source
) -> None:
    quoted = source.put("disk-\N{PENGUIN}.img", SMALL)
    source.misbehave("disk-\N{PENGUIN}.img", Headers({"ETag": f'"{"x" * 60_000}"'}))

    outcome = import_url(member, unquote(quoted), "--allow-unverified")

    image = imported(member, outcome, SMALL)
    assert image["image_source"] == quoted
    assert "lifecycle_source_etag" not in image
    assert "ETag of 60002 characters" in outcome.stderr


@pytest.mark.parametrize("name", ["disk.img", "disk.img.gz"])
def test_F9_encoding_that_a_server_adds_is_no_part_of_the_file(
    member: Account, source: Source, name: str
) -> None:
    served = gz(SMALL) if name.endswith(".gz") else SMALL
    url = source.put(name, served)
    source.misbehave(name, Encoded())

    outcome = import_url(member, url, "--checksum", digest_of(served))

    image = imported(member, outcome, SMALL)
    assert image["lifecycle_source_digest"] == digest_of(served)


def test_F24_address_of_ipv6_and_a_port_are_fine(
    member: Account, source: Source
) -> None:
    source.put("disk.img", SMALL)
    try:
        url = source.over_ipv6().url("disk.img")
    except OSError:
        pytest.skip("there is no IPv6 here")

    outcome = import_url(member, url, *CHECKED)

    assert imported(member, outcome, SMALL)["image_source"] == url
