# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
"""``image import-url`` when the source, or what is published about it, is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from osc_imagetools.source.tail import TAIL_BYTES
from tests.cloud import archives
from tests.cloud.accounts import Account
from tests.cloud.client import Outcome
from tests.cloud.cloud import Cloud
from tests.cloud.images import raw
from tests.cloud.proxy import Proxy
from tests.cloud.source.client import Source
from tests.cloud.source.faults import (
    Drop,
    Endless,
    Fault,
    Headers,
    NoLength,
    Page,
    Stall,
    Status,
    Verbatim,
    WrongLength,
)
from tests.functional.outcomes import (
    WRONG_USAGE,
    arguments,
    digest_of,
    images,
    import_url,
    imported,
    refused,
    written_by_us,
)

SMALL = raw(50_000)
LARGE = raw(3 << 20)
"""Several times what is held back: its upload begins long before its end."""

STALLED_AT = 2 << 20
PUT = r"/v2/images/[^/]+/file$"

TRICKLED_BYTES = 6
"""One a second, so for longer than the 4 s of silence that Glance bears."""

FORBIDDEN = "The file is missing or private"
ESCAPING_PAGE = "<!DOCTYPE html>\n<title>\x1b[2JPlease log in</title>"

REFUSED_AT_ONCE = [
    pytest.param(
        Page(ESCAPING_PAGE),
        ["'text/html; charset=utf-8'", r"'<!DOCTYPE html>\n<title>\x1b[2JPlease"],
        id="F1-page",
    ),
    pytest.param(
        Page('{"error": "no such build"}', "application/json"),
        ["a page instead of an image", "application/json", "no such build"],
        id="F1-json",
    ),
    pytest.param(Status(404), ["404 Not Found", "Check the URL"], id="F2-404"),
    pytest.param(Status(403), ["403 Forbidden", FORBIDDEN], id="F2-403"),
    pytest.param(Page(html=""), ["empty"], id="F25-no-byte"),
    pytest.param(
        Verbatim("HTTP/1.1 200 OK\nTransfer-Encoding: gzip, chunked"),
        ["'Transfer-Encoding: gzip, chunked'", "--mirror"],
        id="F118-coding",
    ),
    pytest.param(
        Verbatim("HTTP/1.1 200 OK\nTransfer-Encoding: chunked", "-5\r\nhello\r\n"),
        ["a chunk without a valid size", "--mirror"],
        id="F133-negative-chunk",
    ),
]


@pytest.mark.parametrize(("fault", "says"), REFUSED_AT_ONCE)
def test_source_that_offers_no_image_is_asked_once_and_nothing_is_created(
    cloud: Cloud,
    member: Account,
    source: Source,
    proxy: Callable,
    fault: Fault,
    says: list[str],
) -> None:
    url = source.put("disk.img", LARGE)
    source.misbehave("disk.img", fault)
    glance: Proxy = proxy(cloud.glance_url)
    options = ["--checksum", digest_of(LARGE)]

    outcome = import_url(member.through(glance.url), url, *options)

    refused(cloud, member, outcome, *says)
    assert len(source.requests("disk.img")) == 1
    assert glance.methods() == {"GET"}


BROKEN_OFF = [
    pytest.param(
        [WrongLength(by=1000)],
        ["was interrupted", "3145728 of 3146728 bytes"],
        id="F8-length-too-long",
    ),
    pytest.param(
        [WrongLength(by=-1000)],
        ["is longer than it says", "it announced 3144728 bytes"],
        id="F8-length-too-short",
    ),
    pytest.param(
        [Drop(STALLED_AT)],
        ["was interrupted", "2097152 of 3145728 bytes"],
        id="F109-cut-short-of-its-length",
    ),
    pytest.param(
        [NoLength(), Drop(STALLED_AT)], ["was interrupted"], id="F109-cut-chunks"
    ),
    pytest.param(
        [NoLength(chunked=False), Drop(STALLED_AT)],
        ["differs from what was published", digest_of(LARGE[:STALLED_AT])[7:]],
        id="F109-cut-without-a-length",
    ),
    pytest.param(
        [Stall(STALLED_AT)],
        ["was interrupted", "no data arrived for 2 seconds"],
        id="F21-stall-for-ever",
    ),
]


@pytest.mark.parametrize(("faults", "says"), BROKEN_OFF)
def test_source_that_breaks_off_is_asked_once_where_said_and_no_upload_is_completed(
    cloud: Cloud,
    member: Account,
    source: Source,
    proxy: Callable,
    faults: list[Fault],
    says: list[str],
) -> None:
    url = source.put("disk.img", LARGE)
    source.misbehave("disk.img", *faults)
    glance: Proxy = proxy(cloud.glance_url)
    options = ["--checksum", digest_of(LARGE), "--stall-timeout=2"]

    outcome = import_url(
        member.through(glance.url), url, *options, "--source-retries=0"
    )

    refused(cloud, member, outcome, *says)
    assert len(source.requests("disk.img")) == 1
    [put] = glance.matching("PUT", PUT)
    assert 0 < put.body_size < len(LARGE) - TAIL_BYTES + 1000
    assert put.status is None


def test_F26_endless_source_is_left_at_max_size(
    cloud: Cloud, member: Account, source: Source, proxy: Callable
) -> None:
    url = source.put("disk.img.gz", archives.gz(LARGE))
    source.misbehave("disk.img.gz", Endless())
    glance: Proxy = proxy(cloud.glance_url)

    outcome = import_url(
        member.through(glance.url), url, "--allow-unverified", "--max-size=8M"
    )

    refused(cloud, member, outcome, "more than 8388608 bytes", "--max-size")
    [put] = glance.matching("PUT", PUT)
    assert 0 < put.body_size <= 8 << 20


def test_F21_source_that_stalls_in_the_middle_of_the_upload_and_goes_on_is_imported(
    cloud: Cloud, member: Account, source: Source, proxy: Callable
) -> None:
    url = source.put("disk.img", LARGE)
    source.misbehave("disk.img", Stall(STALLED_AT))
    glance: Proxy = proxy(cloud.glance_url)
    sent_at_once = STALLED_AT - TAIL_BYTES

    command = arguments(url, "--checksum", digest_of(LARGE))
    with member.through(glance.url).start(*command) as client:
        glance.wait_for("PUT", PUT, body_size=sent_at_once + TRICKLED_BYTES)
        [unfinished] = images(member)
        source.release("disk.img")
        stdout, stderr = client.communicate(timeout=60)

    assert unfinished["status"] == "saving"
    assert unfinished["os_hidden"] is True
    imported(member, Outcome(client.returncode, stdout, stderr), LARGE)


def test_F7_source_without_a_length_needs_a_checksum_like_any_other(
    cloud: Cloud, member: Account, source: Source
) -> None:
    url = source.put("disk.img", SMALL)
    source.misbehave("disk.img", NoLength())

    without = import_url(member, url)
    refused(cloud, member, without, "contains its digest", "--allow-unverified")
    verified = import_url(member, url, "--checksum", digest_of(SMALL))

    image = imported(member, verified, SMALL)
    assert image["lifecycle_verified"] == "sha256"


@pytest.mark.parametrize("does_exist", [True, False], ids=["imported", "refused"])
def test_F12_F92_credentials_and_signatures_are_shown_and_stored_nowhere(
    cloud: Cloud, member: Account, source: Source, does_exist: bool
) -> None:
    url = source.put("disk.img", SMALL) if does_exist else source.url("disk.img")
    signed = url.replace("http://", "http://us3r:S3cret%21@") + "?sig=S1gnature#fr4g"

    outcome = member.openstack("-v", *arguments(signed, "--checksum", digest_of(SMALL)))

    [request] = source.requests("disk.img")
    assert "authorization" in request.headers
    assert request.path.endswith("?sig=S1gnature")
    assert outcome.status == (0 if does_exist else 1)
    assert len(images(member)) == does_exist
    shown = outcome.stdout + written_by_us(outcome.stderr) + str(images(member))
    assert url in shown
    for secret in ("us3r", "S3cret", "S1gnature", "fr4g"):
        assert secret not in shown


@pytest.mark.parametrize(
    ("checksum", "status", "says"),
    [
        ("sha256:abc", WRONG_USAGE, "a sha256 has 64 hexadecimal digits"),
        (digest_of(SMALL, "md5"), 1, "md5 proves nothing"),
    ],
    ids=["F14-wrong-length", "F14-md5-alone"],
)
def test_checksum_that_proves_nothing_is_refused(
    cloud: Cloud,
    member: Account,
    source: Source,
    checksum: str,
    status: int,
    says: str,
) -> None:
    url = source.put("disk.img", SMALL)

    outcome = import_url(member, url, "--checksum", checksum)

    refused(cloud, member, outcome, says, status=status)


HASH, OTHER = digest_of(SMALL)[7:], digest_of(LARGE)[7:]
LONG_HASH = digest_of(SMALL, "sha512")[7:]

LISTS = [
    pytest.param(
        f"# published by the vendor\r\n{OTHER}  disk.img.manifest\r\n"
        f"{OTHER}  a-disk.img\r\n{HASH.upper()} *./disk.img\r\n",
        "sha256",
        id="F15-gnu",
    ),
    pytest.param(
        f"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"
        f"MD5 (disk.img) = {digest_of(SMALL, 'md5')[4:]}\n"
        f"SHA512 (disk.img) = {LONG_HASH}\nSHA256 (disk.img) = {HASH}\n"
        f"SHA256 (disk.img.xz) = {OTHER}\n-----BEGIN PGP SIGNATURE-----\n\n"
        f"iQ==\n-----END PGP SIGNATURE-----\n{OTHER}  disk.img\n",
        "sha512",
        id="F15-bsd-clearsigned-several-algorithms",
    ),
    pytest.param(f"{HASH}\n", "sha256", id="F15-single-hash"),
]


@pytest.mark.parametrize(("listing", "algorithm"), LISTS)
def test_published_list_is_understood(
    member: Account, source: Source, listing: str, algorithm: str
) -> None:
    url = source.put("disk.img", SMALL)
    list_url = source.put("SUMS", listing.encode())

    outcome = import_url(member, url, "--checksum-url", list_url)

    image = imported(member, outcome, SMALL)
    published = f"{digest_of(SMALL, algorithm)} wire"
    assert image["lifecycle_published_digest"] == published
    assert image["lifecycle_verified"] == algorithm


@pytest.mark.parametrize(
    ("listing", "says"),
    [
        pytest.param(
            f"{HASH}  disk.img\n{OTHER}  disk.img\n",
            ["contradicts itself", HASH, OTHER],
            id="F16-twice",
        ),
        pytest.param(
            f"{HASH}  disk.img.manifest\n{HASH}  old-disk.img\n",
            ["does not name 'disk.img'", "disk.img.manifest"],
            id="F16-not-listed",
        ),
        pytest.param(
            f"<!DOCTYPE html>\n<pre>{HASH}  disk.img</pre>",
            ["the server sent a web page", "<!DOCTYPE html>"],
            id="F16-page",
        ),
    ],
)
def test_published_list_that_decides_nothing_is_refused(
    cloud: Cloud,
    member: Account,
    source: Source,
    listing: str,
    says: list[str],
) -> None:
    url = source.put("disk.img", SMALL)
    list_url = source.put("SUMS", listing.encode())

    outcome = import_url(member, url, "--checksum-url", list_url)

    refused(cloud, member, outcome, *says)


def test_F18_mismatch_says_all_digests_and_no_upload_is_completed(
    cloud: Cloud, member: Account, source: Source, proxy: Callable
) -> None:
    packed = archives.gz(LARGE)
    url = source.put("disk.img.gz", packed)
    glance: Proxy = proxy(cloud.glance_url)
    through = member.through(glance.url)

    outcome = import_url(through, url, "--checksum", digest_of(SMALL))

    found = (digest_of(packed)[7:], digest_of(LARGE)[7:])
    refused(cloud, member, outcome, "differs from what was published", HASH, *found)
    [put] = glance.matching("PUT", PUT)
    assert put.body_size <= len(LARGE) - TAIL_BYTES
    assert put.status is None


@pytest.mark.parametrize(
    ("name", "rest", "offered", "listed"),
    [
        pytest.param(
            "bild ü (1).img",
            "?download=1#top",
            None,
            "bild ü (1).img",
            id="F22-unicode",
        ),
        pytest.param(
            "8f3a", "", "../../etc/disk.img", "disk.img", id="F22-offered-with-folders"
        ),
    ],
)
def test_file_is_found_in_the_list_by_its_base_name(
    member: Account,
    source: Source,
    name: str,
    rest: str,
    offered: str | None,
    listed: str,
) -> None:
    url = source.put(name, SMALL) + rest
    sums = source.put("SUMS", f"{OTHER}  x.img\n{HASH}  images/{listed}\n".encode())
    if offered:
        disposition = f'attachment; filename="{offered}"'
        source.misbehave(name, Headers({"Content-Disposition": disposition}))

    outcome = import_url(member, url, "--checksum-url", sums)

    imported(member, outcome, SMALL)


def test_F22_url_without_a_file_name_needs_its_digest(
    cloud: Cloud, member: Account, source: Source
) -> None:
    url = source.put("disk.img", SMALL) + "/"
    sums = source.put("SUMS", f"{HASH}  disk.img\n{OTHER}  x.img\n".encode())

    outcome = import_url(member, url, "--checksum-url", sums)

    refused(
        cloud, member, outcome, "its URL does not contain a file name", "--checksum"
    )
